"""A scanner that began before there was a text: it finds the same, and a text that it did not read is scanned again."""

import json
import os
import stat
import time
from pathlib import Path

import pytest

from gittraj.errors import RedactError
from gittraj.redact import scratch
from gittraj.redact.scanner import Scanner
from tests.redact.labelled import cases

TOKEN = "gh" + "p_" + "duSAvCE9X7lGydASfpqbWLc0Ig9PTOEyZSIb"
SAID = '{"audit": {"summary": {"scan_succeeded": 1, "scan_failed": 0}, "repositories": [{"stats": {"bytes_scanned": %s}}]}}'
posix = pytest.mark.skipif(
    os.name != "posix", reason="there is a folder in memory, and the fake scanners are shell scripts"
)


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "memory"
    folder.mkdir()
    monkeypatch.setattr(scratch, "_MEMORY", str(folder))
    return folder


def fake(folder: Path, script: str) -> str:
    path = folder / "kingfisher"
    path.write_text("#!/bin/sh\n" + script)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def begun(scanner: Scanner) -> Scanner:
    scanner.begin_early()
    return scanner


@posix
def test_it_finds_what_one_finds_that_is_given_its_text_at_once(memory: Path) -> None:
    labelled = [json.dumps(each.entries, ensure_ascii=False) for each in cases()]
    text = "\n".join([*labelled, "a\0b \ud800 é 😀", f"x {TOKEN}"])
    usual = Scanner().start(text).finish()
    early = begun(Scanner()).start(text)
    assert early.finish() == usual and len(usual) > 200
    assert list(memory.iterdir()) == []


@posix
def test_only_the_first_text_is_given_to_it(memory: Path) -> None:
    scanner = begun(Scanner())
    scans = [scanner.start(f"first {TOKEN}"), scanner.start("second"), scanner.start(f"third {TOKEN}")]
    assert [{hit.value for hit in scan.finish()} for scan in scans] == [{TOKEN}, set(), {TOKEN}]


@posix
def test_a_text_that_comes_when_it_has_ended_is_scanned_all_the_same(memory: Path) -> None:
    scanner = begun(Scanner())
    early = scanner._early
    assert early
    early.process.wait()
    assert {hit.value for hit in scanner.start(TOKEN).finish()} == {TOKEN}
    assert list(memory.iterdir()) == []


@posix
@pytest.mark.parametrize(
    "ending",
    [
        f"echo '{SAID % 3}'",  # another number of bytes than the text has: it looked too early
        f"echo '{SAID % 'null'}'",
        "echo '{\"audit\": {}}'",
        "exit 0",
        "exit 3",
        "kill -9 $$",
        "echo junk",
    ],
)
def test_what_it_did_not_surely_read_is_scanned_again(ending: str, memory: Path, tmp_path: Path) -> None:
    """The fake one reads a folder as told by `ending`, and its stdin well."""
    log = tmp_path / "read"
    again = f"cat > {log}; echo '{SAID % 16}'"
    script = f'if [ "$2" != - ]; then while [ ! -e "$2/stdin_input" ]; do sleep 0.01; done; {ending}; exit; fi\n{again}'
    scan = begun(Scanner(fake(tmp_path, script))).start("text of sessions")
    assert scan.finish() == []
    assert log.read_text() == "text of sessions"
    assert list(memory.iterdir()) == []


@posix
def test_what_it_surely_read_is_not_scanned_again(memory: Path, tmp_path: Path) -> None:
    script = f'[ "$2" != - ] || exit 9\nwhile [ ! -e "$2/stdin_input" ]; do sleep 0.01; done; echo \'{SAID % 16}\''
    assert begun(Scanner(fake(tmp_path, script))).start("text of sessions").finish() == []


@posix
def test_one_that_hangs_is_given_up_and_the_text_scanned_again(memory: Path, tmp_path: Path) -> None:
    script = f"[ \"$2\" = - ] || exec sleep 60\ncat >/dev/null; echo '{SAID % 4}'"
    assert begun(Scanner(fake(tmp_path, script), timeout=0.3)).start("text").finish() == []
    assert list(memory.iterdir()) == []


@posix
def test_one_that_gets_no_text_is_ended_and_leaves_nothing(memory: Path, tmp_path: Path) -> None:
    scanner = begun(Scanner(fake(tmp_path, "exec sleep 60")))
    early = scanner._early
    assert early and early.process.poll() is None
    scanner.give_up()
    assert early.process.poll() is not None
    assert list(memory.iterdir()) == []
    scanner.give_up()


@posix
def test_the_text_is_for_this_user_alone_while_it_lies_there(memory: Path, tmp_path: Path) -> None:
    scan = begun(Scanner(fake(tmp_path, "exec sleep 60"))).start(f"secret {TOKEN}")
    (folder,) = memory.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (folder / "stdin_input" / "stdin_input").read_text() == f"secret {TOKEN}"
    scan.cancel()
    assert list(memory.iterdir()) == []
    with pytest.raises(RedactError):
        scan.finish()


def test_where_there_is_no_memory_for_it_nothing_begins_early(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(scratch, "_MEMORY", str(tmp_path / "none"))
    scanner = begun(Scanner())
    assert scanner._early is None
    assert {hit.value for hit in scanner.start(TOKEN).finish()} == {TOKEN}


@posix
def test_a_missing_scanner_is_told_when_there_is_a_text(
    memory: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    scanner = begun(Scanner())
    with pytest.raises(RedactError, match="not installed"):
        scanner.start("text")
    assert list(memory.iterdir()) == []


@posix
def test_a_text_without_room_in_memory_is_scanned_as_always(memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scanner = begun(Scanner())
    monkeypatch.setattr(scratch, "has_room", lambda size: False)
    scan = scanner.start(TOKEN)
    began = time.monotonic()
    assert {hit.value for hit in scan.finish()} == {TOKEN}
    assert time.monotonic() - began < 60 and list(memory.iterdir()) == []
