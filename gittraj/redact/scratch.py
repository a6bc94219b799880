"""A private folder for the scanner, which writes its input to a file: nothing goes in, a path comes out; memory, not disk, where there is any."""

import os
from collections.abc import Callable

_MEMORY = "/dev/shm"  # noqa: S108 - a folder of our own with mode 0700 inside it; what lies there never reaches a disk
_FREE = (
    64 * 1024 * 1024
)  # bytes that must be free there: containers give as little as 64 MiB, and a full one fails the scan


def make(size: int) -> str:
    """A new folder for `size` bytes that only this user can enter, "" where the system's own temporary folder must serve."""
    if os.name != "posix" or not os.access(_MEMORY, os.W_OK):
        return ""
    try:
        state = os.statvfs(_MEMORY)
        if state.f_bavail * state.f_frsize < _FREE + 2 * size:
            return ""
        path = os.path.join(_MEMORY, f"gittraj-{os.getpid()}-{os.urandom(8).hex()}")
        os.mkdir(path, 0o700)
    except OSError:
        return ""
    return path


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


def _quietly(action: Callable[[str], None], path: str) -> None:
    try:
        action(path)
    except OSError:
        pass  # gone already, or not ours to remove: it is in memory and goes with the machine
