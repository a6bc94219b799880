"""What makes the suite quick changes nothing of what it proves: a fork answers as a new Python does, and no secret passes the quick scanner unseen."""

import os
import re
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gittraj.cli.app import MODULES
from gittraj.redact.scanner import Scanner
from tests.support import fork_client
from tests.support.quick_scanner import QuickScanner
from tests.support.workshop import Workshop

TOKEN = "gh" + "p_" + "duSAvCE9X7lGydASfpqbWLc0Ig9PTOEyZSIb"  # one of our own rules knows it
# only the catalogue knows it
KEY = "-----BEGIN RSA PRIVATE " + "KEY-----\n" + "\n".join(["aB3+" * 16] * 60) + "\n-----END RSA PRIVATE " + "KEY-----"
# What each command is given; without an entry: nothing.
GIVEN = {
    "blame": ["money.py"], "attach": ["HEAD~1"], "policy explain": ["HEAD"], "policy exempt": ["HEAD", "--reason", "by hand", "--until", "2030-01-01"],
    "policy approve": ["HEAD"], "import": ["--from", "entire", "--dry-run"], "carry": ["HEAD~1", "HEAD"], "keys new": ["--name", "second"],
    "keys trust": ["nobody@example.org"], "keys add": ["missing.pub"], "keys revoke": ["SHA256:none"], "purge": ["HEAD"],
    "receipt issue": ["HEAD", "--log", "log.example.org"], "receipt export": ["HEAD"], "receipt import": ["missing"],
    "schema": ["--json"], "hook post-commit": [], "hook pre-push": ["origin", "url"], "hook nonsense": [], "nonsense": [],
}  # fmt: skip
COMMANDS = sorted({*MODULES, *GIVEN} - {"demo"})  # the demo's own test plays it in a Python of its own


FORKING = {"PYTEST_CURRENT_TEST": "a", fork_client.ONLY: "1"}  # as a test that takes forks, which they must be
forks = pytest.mark.skipif(os.environ.get(fork_client.SERVER) == "no", reason="told to take no forks")


@pytest.fixture(scope="module")
def played(lasting: Workshop) -> Workshop:
    claude = lasting.claude()
    claude.say("Round half to even, please.")
    claude.edit("money.py", "x / 2", "round(x / 2)")
    claude.run("git commit -qam 'Round half to even'")
    return lasting


@forks
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_does_and_says_the_same_by_a_fork_and_by_a_new_python(
    name: str, played: Workshop, tmp_path: Path
) -> None:
    ends = {}
    for way in ("a fork", "a new Python"):
        home, repo = tmp_path / way.replace(" ", "-") / "home", tmp_path / way.replace(" ", "-") / "repo"
        shutil.copytree(played.home, home)
        shutil.copytree(played.repo, repo)
        env = {**os.environ, "HOME": str(home), "PATH": played.env["PATH"], **FORKING}
        command = [sys.executable, "-I", "-S", fork_client.__file__]
        if way == "a new Python":
            command = [sys.executable, "-m", "gittraj"]
        done = subprocess.run([*command, *name.split(), *GIVEN.get(name, [])], cwd=repo, env=env, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)  # fmt: skip
        assert "Traceback" not in done.stderr
        refs = subprocess.run(["git", "for-each-ref", "--format=%(refname)"], cwd=repo, capture_output=True, check=True)
        said = [told.replace(str(repo.parent), "") for told in (done.stdout, done.stderr)]
        ends[way] = (done.returncode, *(_without_chance(told) for told in said), refs.stdout)
    assert ends["a fork"] == ends["a new Python"]


def _without_chance(told: str) -> str:
    """Without ids and times, which differ from run to run, and where Python was found."""
    told = re.sub(r"[A-Za-z0-9+/=]{80,}", "…", told)  # an attestation is signed with its time
    return re.sub(r"SHA256:\S+|[0-9a-f-]{7,}|\d+(\.\d+)? m?s\b|20\d\d-\S+", "…", told)


@forks
def test_a_fork_has_the_callers_streams_directory_environment_and_mask(tmp_path: Path, played: Workshop) -> None:
    env = {**os.environ, **FORKING, "HOME": str(played.home)}
    command = [sys.executable, "-I", "-S", fork_client.__file__]
    with (tmp_path / "out").open("wb") as out:
        out.write(b"before\n")
        out.flush()
        subprocess.run([*command, "schema", "--json"], stdout=out, cwd=played.repo, env=env, check=True)
    assert (tmp_path / "out").read_bytes().startswith(b"before\n{")
    for mask in (0o77, 0o22):
        report = tmp_path / f"{mask}.html"
        subprocess.run(
            [*command, "audit", "--html", str(report)],
            cwd=played.repo,
            env=env,
            check=False,
            umask=mask,
            capture_output=True,
        )
        assert report.stat().st_mode & 0o777 == 0o666 & ~mask
    stopped = subprocess.run(
        [*command, "log"],
        cwd=played.repo,
        env={**env, fork_client.SERVER: "/nowhere"},
        capture_output=True,
        check=False,
    )
    assert stopped.returncode == 1 and b"No such file" in stopped.stderr
    given = subprocess.run(
        [*command, "hook", "post-rewrite", "amend"], input=b"", cwd=played.repo, env=env, check=False
    )
    assert given.returncode == 0
    gone = subprocess.run([*command, "log"], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert gone.returncode != 0 and "Traceback" not in gone.stderr
    elsewhere = {**env, "GIT_DIR": str(played.repo / ".git"), "GIT_WORK_TREE": str(played.repo)}
    assert subprocess.run([*command, "log"], cwd=tmp_path, env=elsewhere, capture_output=True, check=True).stdout
    if Path("/dev/full").exists():
        with open("/dev/full", "wb") as full:
            told = subprocess.run(
                [*command, "log"], cwd=played.repo, env=env, stdout=full, stderr=subprocess.PIPE, check=False
            )
        assert told.returncode != 0


@forks
def test_a_fork_ends_with_the_process_that_was_killed(played: Workshop) -> None:
    """Its stdout closes only when nobody is left who could write there, and the hook waits for its stdin."""
    env = {**os.environ, **FORKING, "HOME": str(played.home)}
    command = [sys.executable, "-I", "-S", fork_client.__file__, "hook", "post-rewrite", "rebase"]
    for wait in (0.0, 0.02, 0.5):
        with subprocess.Popen(command, cwd=played.repo, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as one:
            time.sleep(wait)
            assert one.poll() is None
            one.kill()
            assert one.stdout is not None and select.select([one.stdout], [], [], 30)[0] and one.stdout.read() == b""


def _quick(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> QuickScanner:
    """A quick scanner of this test alone, which is now the one in use."""
    import sys as python

    made = QuickScanner.make()
    request.addfinalizer(lambda: shutil.rmtree(made.folder))
    monkeypatch.setattr(python, "path", [str(made.folder), *python.path])
    return made


def test_what_only_the_catalogue_finds_is_told_at_the_end_with_the_name_of_the_test(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, scanner_cache: Path
) -> None:
    quick = _quick(monkeypatch, request)
    assert Scanner().start("nothing at all\n").finish() == []
    assert quick.missed(scanner_cache) == []
    assert Scanner().start(f"before\n{KEY}\nafter").finish() == []
    assert [line.partition(" (call): ") for line in quick.missed(scanner_cache)] == [
        (os.environ["PYTEST_CURRENT_TEST"].removesuffix(" (call)"), " (call): ", "betterleaks.private-key")
    ]


def test_where_our_own_rules_find_something_the_quick_scanner_answers_as_the_whole_one(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, scanner_cache: Path, whole_catalogue: None
) -> None:
    text = f"x = 1\nGITHUB_TOKEN={TOKEN}\n{KEY}\n"
    whole = Scanner().start(text).finish()
    quick = _quick(monkeypatch, request)
    assert Scanner().start(text).finish() == whole
    assert {hit.rule for hit in whole} >= {"betterleaks.github-pat", "betterleaks.private-key"}
    assert quick.missed(scanner_cache) == []


def test_a_text_that_an_early_scanner_gets_is_kept_too(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, scanner_cache: Path
) -> None:
    quick = _quick(monkeypatch, request)
    for text in (f"before\n{KEY}\nafter", f"x {TOKEN}"):
        early = Scanner()
        early.begin_early()
        found = early.start(text).finish()
        assert {hit.value for hit in found} == ({TOKEN} if TOKEN in text else set())
    assert {line.rpartition(": ")[2] for line in quick.missed(scanner_cache)} == {"betterleaks.private-key"}
    unused = Scanner()
    unused.begin_early()
    unused.give_up()


def test_the_quick_scanner_says_when_not_everything_could_be_read_again(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, scanner_cache: Path
) -> None:
    quick = _quick(monkeypatch, request)
    Scanner().start("nothing at all\n").finish()
    monkeypatch.setattr("gittraj.redact.program._OPTIONS", ("--skip-regex", "("))
    with pytest.raises((AssertionError, ValueError)):
        quick.missed(scanner_cache)
