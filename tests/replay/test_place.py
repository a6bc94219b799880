"""The temporary folder of a replay of commands: gone afterwards, and, where its owner was killed, at the next one."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gittraj.errors import SandboxError
from gittraj.replay.commands.place import PREFIX, clear, temporary

HOLDER = """
import sys
from gittraj.replay.commands.place import temporary
with temporary() as folder:
    open(folder + "/file", "w").close()
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    return tmp_path


def test_it_is_gone_when_it_is_over_however_that_comes(room: Path) -> None:
    with temporary() as folder:
        Path(folder, "deep").mkdir()
        assert os.stat(folder).st_mode & 0o777 == 0o700
    assert not list(room.iterdir())
    with pytest.raises(KeyError), temporary():
        raise KeyError
    assert not list(room.iterdir())


def test_what_a_killed_process_left_goes_at_the_next_one_and_what_a_living_one_holds_stays(room: Path) -> None:
    words = [sys.executable, "-c", HOLDER]
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) as holder:
        assert holder.stdout
        folder = Path(holder.stdout.readline().strip())
        assert clear() == 0 and (folder / "file").exists()
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    assert (folder / "file").exists()
    with temporary() as mine:
        assert not folder.exists() and os.path.isdir(mine)
    assert not list(room.iterdir())


def test_nothing_else_is_taken_away(room: Path) -> None:
    kept = [room / "git-traj-demo", room / f"{PREFIX}without", room / "else"]
    for each in kept:
        each.mkdir()
    (room / "target").mkdir()
    (room / "target" / "held").touch()
    (room / f"{PREFIX}link").symlink_to(room / "target")
    (room / f"{PREFIX}file").touch()
    assert clear() == 0 and all(each.exists() for each in (*kept, room / "target" / "held", room / f"{PREFIX}link"))


def test_no_room_is_told(monkeypatch: pytest.MonkeyPatch, room: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(room / "nosuch"))
    with pytest.raises(SandboxError, match="no temporary folder"), temporary():
        pass
