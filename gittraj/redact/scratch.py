"""A private folder for the scanner, which writes its input to a file: nothing goes in, a path comes out; memory, not disk, where there is any."""

import os
import time
from collections.abc import Callable

_MEMORY = "/dev/shm"  # noqa: S108 - a folder of our own with mode 0700 inside it; what lies there never reaches a disk
_FREE = (
    64 * 1024 * 1024
)  # bytes that must be free there: containers give as little as 64 MiB, and a full one fails the scan
_STALE = 3600.0  # seconds; no scan runs that long, so the process of that number is another one


def make(size: int) -> str:
    """A new folder for `size` bytes that only this user can enter, "" where the system's own temporary folder must serve."""
    if os.name != "posix" or not os.access(_MEMORY, os.W_OK):
        return ""
    try:
        _sweep()
        if not has_room(size):
            return ""
        path = os.path.join(_MEMORY, f"gittraj-{os.getpid()}-{os.urandom(8).hex()}")
        os.mkdir(path, 0o700)
    except OSError:
        return ""
    return path


def has_room(size: int) -> bool:
    """Whether `size` bytes more may lie in memory. Raises `OSError`."""
    state = os.statvfs(_MEMORY)
    return state.f_bavail * state.f_frsize >= _FREE + 2 * size


def remove(path: str) -> None:
    """Remove the folder and what a killed scanner left in it."""
    if not path:
        return
    for folder, folders, files in os.walk(path, topdown=False):
        for name in files:
            _quietly(os.unlink, os.path.join(folder, name))
        for name in folders:
            _quietly(os.rmdir, os.path.join(folder, name))
    _quietly(os.rmdir, path)


def _sweep() -> None:
    """Remove what a process left that was killed while its scanner ran: the text of a session, in the clear."""
    for name in os.listdir(_MEMORY):
        prefix, _, rest = name.partition("-")
        number = rest.partition("-")[0]
        if prefix == "gittraj" and number.isdigit():
            path = os.path.join(_MEMORY, name)
            try:
                state = os.lstat(path)
                if state.st_uid == os.getuid() and (time.time() - state.st_mtime > _STALE or not _lives(int(number))):
                    remove(path)
            except OSError:
                continue  # another process was faster


def _lives(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _quietly(action: Callable[[str], None], path: str) -> None:
    try:
        action(path)
    except OSError:
        pass  # gone already, or not ours to remove: it is in memory and goes with the machine
