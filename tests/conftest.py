"""The hermetic seal: every test runs with its own HOME, fixed dates, no system git config, no agent around it."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.fork_client import SERVER
from tests.support.fork_server import ForkServer
from tests.support.quick_scanner import VARIABLE, QuickScanner, first_on_path, without

_SCRUB = (
    "GIT_", "COLUMNS", "LINES", "PAGER", "SSH_", "CLAUDE", "CODEX", "GEMINI", "OPENCODE", "CURSOR", "PI_", "XDG_", "AGENT", "GITTRAJ_", "PRE_COMMIT",
)  # fmt: skip
# The same tests on repositories of another kind, or through the other back end: make test-sha256, make test-reftable.
_OTHERWISE = {
    "TRAJ_TEST_HASH": "GIT_DEFAULT_HASH",
    "TRAJ_TEST_REFS": "GIT_DEFAULT_REF_FORMAT",
    "TRAJ_TEST_STORE": "GITTRAJ_STORE",
}


def pytest_configure(config: pytest.Config) -> None:
    """The first process makes the quick scanner and the server of forks, which all workers and their processes use."""
    if not hasattr(config, "workerinput"):
        if os.environ.get(VARIABLE) != "no":
            os.environ[VARIABLE] = str(QuickScanner.make().folder)
        if os.environ.get(SERVER) != "no":
            server = ForkServer()
            config.add_cleanup(server.close)
            os.environ[SERVER] = server.socket


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """An error of the whole run where the whole catalogue finds something in what the quick scanner let pass."""
    if hasattr(session.config, "workerinput") or os.environ[VARIABLE] == "no":
        return
    quick = QuickScanner(Path(os.environ[VARIABLE]))
    try:
        base = session.config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
        missed = quick.missed(next(each for each in _caches(base) if each.is_dir()))
    except (AssertionError, ValueError, LookupError, StopIteration) as error:
        missed = [f"the whole catalogue could not read what was kept: {error!r}"]
    shutil.rmtree(quick.folder, ignore_errors=True)
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if missed and reporter is not None:
        told = "\n".join(["let these tests use the fixture `whole_catalogue`:", *missed])
        place = (__file__, None, "the whole catalogue finds no more than the quick scanner")
        report = pytest.TestReport(place[2], place, {}, "failed", told, "teardown")
        reporter.stats.setdefault("error", []).append(report)
    if missed:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _caches(base: Path) -> tuple[Path, Path]:
    """Where the cache lies for the first process of workers, and for a worker or a process alone, whose temporary folder is `base`."""
    return base / "scanner-cache", base.parent / "scanner-cache"


@pytest.fixture(scope="session")
def scanner_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the secret scanner keeps its compiled rules (5 s of work): one for all tests of this run, none of the user's."""
    shared_by_workers = _caches(tmp_path_factory.getbasetemp())[1]
    shared_by_workers.mkdir(exist_ok=True)
    return shared_by_workers


def seal(patch: pytest.MonkeyPatch, home: Path, cache: Path) -> None:
    """Let everything that runs from now on see `home` as its HOME, with a git identity, and nothing of the world around."""
    for name in list(os.environ):
        if name.startswith(_SCRUB):
            patch.delenv(name)
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Dana Example\n\temail = dana@example.org\n[init]\n\tdefaultBranch = main\n"
        '[commit]\n\tgpgSign = false\n[advice]\n\tdetachedHead = false\n[gc]\n\tauto = 0\n[protocol "file"]\n\tallow = always\n'
    )
    for name, value in {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(cache),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_EDITOR": "false",
        "GIT_PAGER": "cat",
        "GIT_AUTHOR_DATE": "1700000000 +0000",
        "GIT_COMMITTER_DATE": "1700000000 +0000",
        "NO_COLOR": "1",
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
    }.items():
        patch.setenv(name, value)
    quick = os.environ[VARIABLE]
    if quick != "no":
        patch.setattr(sys, "path", [quick, *(each for each in sys.path if each != quick)])
        patch.setenv("PYTHONPATH", first_on_path(quick, os.environ.get("PYTHONPATH", "")))
    for told, name in _OTHERWISE.items():
        if told in os.environ:
            patch.setenv(name, os.environ[told])


@pytest.fixture(autouse=True)
def hermetic_seal(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, scanner_cache: Path
) -> Iterator[Path]:
    """A HOME of its own with a git identity; returns the HOME."""
    home = tmp_path_factory.mktemp("home")
    seal(monkeypatch, home, scanner_cache)
    yield home


@pytest.fixture
def whole_catalogue(hermetic_seal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The secret scanner with all its rules from the start, as users have it: for tests with values that only its own rules find."""
    quick = os.environ[VARIABLE]
    monkeypatch.setattr(sys, "path", [each for each in sys.path if each != quick])
    monkeypatch.setenv("PYTHONPATH", without(quick, os.environ.get("PYTHONPATH", "")))


@pytest.fixture
def new_pythons(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command in a Python of its own, as users start it: for tests that kill it, limit it or look at how it starts."""
    monkeypatch.delenv(SERVER)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real sessions, repositories and vectors, which lies beside the project where it is present."""
    root = Path(__file__).resolve().parents[1]
    for place in (Path(os.environ["TRAJ_SHARED"]) if "TRAJ_SHARED" in os.environ else None, root.parent / "shared"):
        if place and (place / "sessions").is_dir():
            return place
    pytest.skip("the real sessions (../shared) are not here")
