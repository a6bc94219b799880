"""The scanner as a process: what it finds, and every way in which it can fail."""

import json
import os
import stat
import sys
import time
from pathlib import Path

import pytest

from gittraj.errors import RedactError
from gittraj.model.states import Draft
from gittraj.redact import scratch
from gittraj.redact.policy import Policy
from gittraj.redact.program import RULES
from gittraj.redact.redact import begin, redact
from gittraj.redact.scanner import Scanner
from tests.redact.measure import edit_content, record

TOKEN = "gh" + "p_" + "duSAvCE9X7lGydASfpqbWLc0Ig9PTOEyZSIb"
posix = pytest.mark.skipif(os.name != "posix", reason="the fake scanners are shell scripts")


def fake(folder: Path, script: str) -> str:
    path = folder / "kingfisher"
    path.write_text("#!/bin/sh\n" + script)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_a_hit_names_rule_value_and_place() -> None:
    text = f"é first line\nGITHUB_TOKEN={TOKEN}\nagain {TOKEN}\n"
    hits = [hit for hit in Scanner().start(text).finish() if hit.rule == "betterleaks.github-pat"]
    assert [(text[hit.start : hit.end], hit.value) for hit in hits] == [(TOKEN, TOKEN)] * 2
    assert [hit.start for hit in hits] == [text.index(TOKEN), text.rindex(TOKEN)]


def test_values_of_many_lines_come_whole() -> None:
    key = (
        "-----BEGIN RSA PRIVATE "
        + "KEY-----\n"
        + "\n".join("aB3+" * 16 for _ in range(60))
        + "\n-----END RSA PRIVATE "
        + "KEY-----"
    )
    hits = Scanner().start(f"before\n{key}\nafter").finish()
    assert any(hit.value == key for hit in hits)


def test_thousands_of_values_are_all_reported() -> None:
    tokens = ["gh" + f"p_{number:06d}" + TOKEN[10:] for number in range(2000)]
    assert {hit.value for hit in Scanner().start("\n".join(tokens)).finish()} >= set(tokens)


def test_nothing_and_lone_surrogates_are_scanned_without_error() -> None:
    assert Scanner().start("").finish() == []
    assert [hit.value for hit in Scanner().start(f"\ud800 {TOKEN} \udfff").finish() if "github" in hit.rule] == [TOKEN]


def test_a_comment_in_the_text_cannot_switch_the_scanner_off() -> None:
    for comment in ("gitleaks:allow", "kingfisher:ignore", "nosec"):
        assert Scanner().start(f"{TOKEN}  # {comment}\n").finish(), comment


def test_the_text_does_not_stay_in_a_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(scratch, "_MEMORY", str(tmp_path))
    Scanner().start(f"x {TOKEN}").finish()
    assert list(tmp_path.iterdir()) == []


def test_our_rules_hold_their_own_examples() -> None:
    import subprocess

    from gittraj.redact import program

    command = [
        program.command(None),
        "rules",
        "check",
        "--rules-path",
        RULES,
        "--load-builtins=false",
        "--no-update-check",
    ]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout[-2000:]
    assert "Errors: 0" in result.stdout + result.stderr


def test_a_missing_scanner_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RedactError, match="not installed") as caught:
        begin(Draft(record([])), Policy(salt=b"s"))
    assert caught.value.hint
    with pytest.raises(RedactError, match="not installed"):
        redact(Draft(record([])), scan=None, policy=Policy(), edit_content=edit_content, is_public=lambda value: False)


def test_without_scanning_a_missing_scanner_is_no_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    policy = Policy(enabled=False)
    assert begin(Draft(record([])), policy) is None
    out = redact(
        Draft(record([])), scan=None, policy=policy, edit_content=edit_content, is_public=lambda value: False
    ).record
    assert out["gittraj"]["redaction"]["no-redact"] is True
    assert "hits" not in out["gittraj"]["redaction"]


@posix
@pytest.mark.parametrize(
    "script",
    [
        "cat >/dev/null; echo junk",
        "cat >/dev/null; echo '[1,2]'",
        'cat >/dev/null; echo \'{"rule": 1, "finding": 2}\'',
        'cat >/dev/null; echo \'{"rule": {"id": "x"}, "finding": {"snippet": "not in the text", "line": 1, "column_start": 1}}\'',
        'cat >/dev/null; echo \'{"rule": {"id": "x"}, "finding": {"snippet": "te", "line": 99, "column_start": 1}}\'',
        'cat >/dev/null; echo \'{"rule": {"id": "x"}, "finding": {"snippet": "te", "line": 1, "column_start": "a"}}\'',
        "cat >/dev/null",
        'cat >/dev/null; echo \'{"audit": {"summary": {"scan_succeeded": 0, "scan_failed": 1}}}\'',
        "cat >/dev/null; echo '{\"audit\": []}'",
        "cat >/dev/null; echo broken >&2; exit 3",
        "exit 1",
        "cat >/dev/null; kill -9 $$",
        "cat >/dev/null; printf '\\377\\376'",
        "cat >/dev/null; head -c 200000 /dev/zero | tr '\\0' '['",
    ],
)
def test_a_scanner_that_fails_or_answers_nonsense_is_refused(script: str, tmp_path: Path) -> None:
    scanner = Scanner(fake(tmp_path, script))
    with pytest.raises(RedactError):
        scanner.start("text of a session").finish()


@posix
def test_the_answer_of_a_strange_scanner_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(RedactError) as caught:
        Scanner(fake(tmp_path, f"cat >/dev/null; echo '{TOKEN}'")).start("text").finish()
    assert TOKEN[:12] not in str(caught.value)


@posix
def test_a_hanging_scanner_is_given_up(tmp_path: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(RedactError, match="did not finish"):
        Scanner(fake(tmp_path, "exec sleep 60"), timeout=0.3).start("text").finish()
    assert time.monotonic() - begun < 10


@posix
def test_a_scan_can_be_given_up(tmp_path: Path) -> None:
    scan = Scanner(fake(tmp_path, "exec sleep 60")).start("x" * 1_000_000)
    scan.cancel()
    with pytest.raises(RedactError):
        scan.finish()


@posix
def test_a_scan_that_nobody_waits_for_leaves_nothing_behind(tmp_path: Path) -> None:
    import subprocess

    code = (
        "from gittraj.redact import scratch, scanner\n"
        f"scratch._MEMORY = {str(tmp_path)!r}\n"
        f"scan = scanner.Scanner({fake(tmp_path, 'cat > $TMPDIR/input; exec sleep 60')!r}).start('secret text')\n"
        "print(scan._process.pid)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, env=environment)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["kingfisher"]
    with pytest.raises(ProcessLookupError):
        os.kill(int(done.stdout), 0)


@posix
def test_what_a_killed_process_left_is_swept_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "_MEMORY", str(tmp_path))
    alive, dead = tmp_path / f"gittraj-{os.getpid()}-00", tmp_path / "gittraj-999999999-00"
    for folder in (alive, dead, tmp_path / "gittraj-notes", tmp_path / "other-1-1"):
        (folder / ".tmp1").mkdir(parents=True)
        (folder / ".tmp1" / "stdin_input").write_text("text")
    scratch.remove(scratch.make(10))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([alive.name, "gittraj-notes", "other-1-1"])


@posix
def test_the_scanner_is_called_without_network_and_reads_stdin(tmp_path: Path) -> None:
    log = tmp_path / "log"
    answer = json.dumps({"audit": {"summary": {"scan_succeeded": 1, "scan_failed": 0}}})
    path = fake(tmp_path, f"echo \"$@\" > {log}; cat >> {log}; echo '{answer}'")
    assert Scanner(path).start("the text\n").finish() == []
    arguments, text = log.read_text().split("\n", 1)
    assert "--no-validate" in arguments and "--no-update-check" in arguments and text == "the text\n"


@posix
def test_a_program_that_cannot_be_run_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "kingfisher"
    path.write_bytes(b"\x7fELF nonsense")
    path.chmod(0o755)
    with pytest.raises(RedactError):
        Scanner(str(path)).start("x").finish()


def test_an_unwritable_cache_is_no_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("KF_RULE_CACHE_DIR", str(blocked / "below-a-file"))
    assert any(hit.value == TOKEN for hit in Scanner().start(TOKEN).finish())


def test_warming_up_tells_the_version() -> None:
    assert Scanner().warm_up().startswith("kingfisher ")
