"""A temporary folder for one replay of commands: it is gone when this is over, and where the process is killed, the next one takes it away.

Its owner holds a lock of the kernel on a file in it as long as it lives, however it ends; a folder whose lock can be had has no owner.
"""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from gittraj.errors import SandboxError
from gittraj.replay.commands.folder import remove

PREFIX = "git-traj-replay-"
_HELD = "held"
_CLOEXEC = getattr(os, "O_CLOEXEC", 0)


@contextmanager
def temporary() -> Iterator[str]:
    """A folder that only its owner enters. Raises `SandboxError` where none can be made."""
    top, lock = "", -1
    try:
        try:
            clear()
            top = tempfile.mkdtemp(prefix=PREFIX)
            lock = os.open(os.path.join(top, _HELD), os.O_RDWR | os.O_CREAT | os.O_EXCL | _CLOEXEC, 0o600)
            _take(lock)
            # commands run as nobody where root asks: they pass through to what is theirs, and the lock stays root's
            os.chmod(top, 0o711)  # noqa: S103 - nothing but a lock lies there
            inside = os.path.join(top, "work")
            os.mkdir(inside, 0o700)
        except OSError as error:
            raise SandboxError(f"no temporary folder can be made: {error.strerror}") from error
        yield inside
    finally:
        if top:
            remove(top)
        if lock >= 0:
            os.close(lock)


def clear() -> int:
    """Delete what killed processes of this user left; how many folders that were."""
    count = 0
    with os.scandir(tempfile.gettempdir()) as entries:
        found = [entry.path for entry in entries if entry.name.startswith(PREFIX)]
    for folder in found:
        count += _abandoned(folder)
    return count


def _abandoned(folder: str) -> bool:
    """Delete `folder` where we made it and nobody holds it."""
    try:
        facts = os.lstat(folder)
        mine = stat.S_ISDIR(facts.st_mode) and (not hasattr(os, "geteuid") or facts.st_uid == os.geteuid())
        lock = os.open(os.path.join(folder, _HELD), os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | _CLOEXEC) if mine else -1
    except OSError:  # gone, or just being made
        return False
    if lock < 0:
        return False
    try:
        if not _take(lock):
            return False
        remove(folder)
        return True
    finally:
        os.close(lock)


def _take(lock: int) -> bool:
    """Whether the lock is ours now; where the system has none, it never is, and nothing is cleared."""
    try:
        import fcntl
    except ImportError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
