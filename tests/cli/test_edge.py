import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from gittraj.cli.edge import guarded
from gittraj.errors import GitTrajError, StoreError, UsageError

from .samples import Captured


def _raises(error: BaseException) -> "object":
    def run() -> int:
        raise error

    return run


def test_an_expected_error_is_one_line_and_what_to_type_next() -> None:
    console = Captured()
    code = guarded(_raises(StoreError("no such commit: x", hint="git log")), console, ["show", "x"])
    assert code == 1
    assert console.stderr == "git-traj: no such commit: x\n          git log\n"
    assert console.stdout == ""


@pytest.mark.parametrize(
    ("error", "code"), [(GitTrajError("no"), 1), (UsageError("no"), 2), (KeyboardInterrupt(), 130)]
)
def test_each_kind_of_end_has_its_exit_code(error: BaseException, code: int) -> None:
    assert guarded(_raises(error), Captured(), []) == code


def test_an_error_message_cannot_steer_the_terminal() -> None:
    console = Captured()
    guarded(_raises(GitTrajError("bad \x1b[2J name", hint="\x1b]0;x\x07")), console, [])
    assert "\x1b" not in console.stderr


def test_an_unexpected_error_leaves_a_log_file_that_only_the_user_can_read(hermetic_seal: Path) -> None:
    console = Captured()
    secret_looking = {"line": "content of a trace"}
    assert guarded(lambda: secret_looking["x" * 500] and 0, console, ["show", "HEAD"]) == 3
    [path] = (hermetic_seal / ".local" / "state" / "gittraj").iterdir()
    assert console.stderr == f"git-traj: unexpected KeyError: this is a bug in gittraj\n          details: {path}\n"
    text = path.read_text()
    assert "git traj show HEAD" in text
    assert "KeyError" in text
    assert "test_edge.py" in text
    assert "content of a trace" not in text
    assert "x" * 300 not in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_log_that_cannot_be_written_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(blocker))
    console = Captured()
    assert guarded(_raises(ValueError("x")), console, []) == 3
    assert "could not be written" in console.stderr


def test_a_reader_that_went_away_is_no_error(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([sys.executable, "-m", "gittraj", "schema", "--json"], stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert done.returncode == 141
    assert done.stderr == b""
