"""Start-up: which modules a process loads. Times differ from machine to machine, lists of modules do not."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"msgspec", "pygit2", "cbor2", "pycose", "cryptography", "typer", "pydantic", "rich", "sqlite3"}
# each costs a hook at least a millisecond or brings others that do
AVOIDED = {
    "re",
    "json",
    "typing",
    "pathlib",
    "subprocess",
    "tempfile",
    "shutil",
    "logging",
    "datetime",
    "inspect",
    "importlib.metadata",
}

_PROBE = """
import json, os, sys
before = set(sys.modules)
sys.argv = ["git-traj", *sys.argv[1:]]
import runpy
del runpy
from gittraj.__main__ import run
try:
    code = run(sys.argv[1:])
except SystemExit as end:
    code = end.code
sys.stderr.flush()
os.write(int(os.environ["PROBE"]), json.dumps([code, sorted(set(sys.modules) - before)]).encode())
"""


def _loaded(arguments: list[str], cwd: Path, **env: str) -> tuple[int, set[str]]:
    """Exit code and modules that `git-traj ARGUMENTS` loads in a Python without site-packages' start-up files."""
    read, write = os.pipe()
    # the probe itself imports json, last of all; -S keeps .pth files out, so the path is given by hand
    probe = _PROBE.replace("import json, os, sys\nbefore", "import os, sys\nbefore").replace(
        "import runpy\ndel runpy\n", ""
    )
    probe = probe.replace(
        "json.dumps([code, sorted(set(sys.modules) - before)])", "repr([code, sorted(set(sys.modules) - before)])"
    )
    path = os.pathsep.join(
        [os.environ["PYTHONPATH"], *(entry for entry in sys.path if entry.endswith("site-packages"))]
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", probe, *arguments],
        cwd=cwd, env={**os.environ, "PROBE": str(write), "PYTHONPATH": path, **env}, pass_fds=[write], capture_output=True, text=True,
    )  # fmt: skip
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read().decode()
    assert said, done.stderr
    code, names = json.loads(said.replace("'", '"'))
    return code, set(names)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    path = tmp_path / "r"
    subprocess.run(["git", "init", "-q", str(path)], check=True)
    subprocess.run(["git", "commit", "-q", "--allow-empty", "-m", "x"], cwd=path, check=True)
    return path


def test_a_commit_of_a_person_pays_for_almost_nothing(repository: Path) -> None:
    code, names = _loaded(["hook", "post-commit"], repository)
    assert code == 0
    assert names & (HEAVY | AVOIDED) == set()


def test_a_commit_of_a_person_pays_for_almost_nothing_where_agents_have_been(
    repository: Path, hermetic_seal: Path
) -> None:
    """Session stores of all agents exist, for other folders."""
    for folder in (".claude/projects/-other", ".codex/sessions/2026/11/20", ".pi/agent/sessions/--other--", ".gemini/tmp/other/chats",
                   ".local/share/opencode/storage", ".cursor/projects/other"):  # fmt: skip
        (hermetic_seal / folder).mkdir(parents=True)
    code, names = _loaded(["hook", "post-commit"], repository)
    assert code == 0
    assert names & HEAVY == set()


def test_the_front_door_does_not_load_typer_for_a_plain_line(repository: Path) -> None:
    _, names = _loaded(["show", "HEAD", "--no-pager"], repository)
    assert names & {"typer", "pydantic", "rich", "click"} == set()


def test_help_does_not_load_what_only_work_needs(repository: Path) -> None:
    code, names = _loaded(["-h"], repository)
    assert code == 0
    assert names & {"pygit2", "cbor2", "pycose", "cryptography", "rich"} == set()
