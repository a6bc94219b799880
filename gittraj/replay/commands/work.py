"""The throwaway worktree, seen from outside of the sandbox: a path goes in, a file comes out or is written; no link is ever followed.

A command may have put a link where a folder was. So each folder on the way is opened by itself, without following links, and
what is not a regular file or a link is not there for us.
"""

import os
import stat
import time

from gittraj.replay.files import SYMLINK, allowed
from gittraj.replay.steps import Blob

READ_LIMIT = 64 << 20  # bytes of one file; the engine takes no more either
_DIRECTORY = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_FILE = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


class Work:
    """The files below `folder`, by the paths that git would give them. `owner`: who gets what is written, None: who runs us."""

    def __init__(self, folder: str, owner: int | None = None) -> None:
        self._folder = folder
        self._owner = owner

    def read(self, path: str) -> Blob | None:
        """The file (or the target of a link) at `path`; None where there is none, or none that we read."""
        place = self._parent(path, create=False)
        if place is None:
            return None
        parent, name = place
        try:
            status = os.stat(name, dir_fd=parent, follow_symlinks=False)
            if stat.S_ISLNK(status.st_mode):
                return Blob(os.fsencode(os.readlink(name, dir_fd=parent)), SYMLINK)
            if not stat.S_ISREG(status.st_mode) or status.st_size > READ_LIMIT:
                return None
            with open(os.open(name, _FILE, dir_fd=parent), "rb") as file:
                return Blob(file.read(READ_LIMIT), 0o100755 if status.st_mode & 0o100 else 0o100644)
        except (OSError, ValueError):
            return None
        finally:
            os.close(parent)

    def write(self, path: str, content: bytes | None, mode: int) -> bool:
        """Put `content` (None: nothing) at `path`; whether it could be done. A folder in its place stays."""
        place = self._parent(path, create=content is not None)
        if place is None:
            return False
        parent, name = place
        try:
            before = _seconds(name, parent)
            if before is not None:
                os.unlink(name, dir_fd=parent)
            if content is None:
                return True
            if mode == SYMLINK:
                os.symlink(os.fsdecode(content), name, dir_fd=parent)
                self._give(name, parent)
                return True
            with open(os.open(name, _NEW, 0o755 if mode & 0o111 else 0o644, dir_fd=parent), "wb") as file:
                file.write(content)
                file.flush()
                self._give(name, parent)
                # Python tells a stale .pyc by whole seconds: two states of a file must not have the same
                if before is not None and before >= int(time.time()):
                    os.utime(file.fileno(), (before + 1, before + 1))
            return True
        except (OSError, ValueError):
            return False
        finally:
            os.close(parent)

    def _give(self, name: str, parent: int) -> None:
        if self._owner is not None:
            os.chown(name, self._owner, self._owner, dir_fd=parent, follow_symlinks=False)

    def _parent(self, path: str, *, create: bool) -> tuple[int, str] | None:
        """An open folder and the name in it."""
        if not allowed(path) or "\0" in path:
            return None
        *folders, name = path.split("/")
        at = -1
        try:
            at = os.open(self._folder, _DIRECTORY)
            for folder in folders:
                if create:
                    try:
                        os.mkdir(folder, dir_fd=at)
                        self._give(folder, at)
                    except FileExistsError:
                        pass
                below = os.open(folder, _DIRECTORY, dir_fd=at)
                os.close(at)
                at = below
        except (OSError, ValueError):
            if at >= 0:
                os.close(at)
            return None
        return at, name


def _seconds(name: str, parent: int) -> int | None:
    try:
        return int(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mtime)
    except FileNotFoundError:
        return None
