"""The demo is the shortest proof that everything works together."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.sandboxed import reason


def test_the_demo_plays_the_main_job_and_leaves_the_users_home_alone(tmp_path: Path, hermetic_seal: Path) -> None:
    before = sorted(hermetic_seal.rglob("*"))
    done = subprocess.run(
        [sys.executable, "-m", "gittraj", "demo", "--keep", "played"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(hermetic_seal.rglob("*")) == before
    commands = re.findall(r"^\$ (.*)$", done.stdout, re.MULTILINE)
    assert "git traj init" in commands
    assert "git traj show HEAD" in commands
    assert "✓ bound to this commit" in done.stdout
    assert "1 commit: 1 verified." in done.stdout
    assert "1 commit: 1 failed." in done.stdout  # the moved note
    if reason():
        assert "$ git traj replay\n" in done.stdout and "No sandbox" in done.stdout
    else:
        assert "commands 3/3" in done.stdout
    repository = tmp_path / "played" / "ledger"
    tests = subprocess.run([sys.executable, "test_money.py"], cwd=repository, capture_output=True, text=True)
    assert tests.returncode == 0, "what the played session says of the test must be true"
    fsck = subprocess.run(["git", "fsck", "--strict"], cwd=repository, capture_output=True, text=True)
    assert fsck.returncode == 0, fsck.stderr


def test_the_demo_does_not_play_in_a_folder_that_holds_something(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    done = subprocess.run(
        [sys.executable, "-m", "gittraj", "demo", "--keep", "."], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("name", ["money.py", "test_money.py"])
def test_the_played_session_starts_from_files_that_are_python(name: str) -> None:
    from gittraj.flows.demo_session import EDITED, FILES

    compile(FILES[name], name, "exec")
    compile(EDITED, "money.py", "exec")
    assert FILES["money.py"] != EDITED
