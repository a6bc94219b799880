"""Locks between processes: a file goes in, the right to be alone comes out, and goes back when the process ends, however it ends.

The kernel holds them (flock, or msvcrt's byte range on Windows), so a `kill -9` leaves nothing to be guessed from pids and
times. Imports `os` and `time` only.
"""

import os
import time

from gittraj.errors import StoreError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

PAUSE = 0.004  # seconds between two tries; a write takes about as long
MODE = 0o600


class Lock:
    """A context manager; `mark` leaves a word in the file that the next owner finds (`left`) if we die inside."""

    def __init__(self, path: str, *, timeout: float = 10.0) -> None:
        self.path = path
        self.timeout = timeout
        self.left = ""
        self._file = -1
        self._marked = False

    def __enter__(self) -> "Lock":
        """Raises `StoreError` where the lock cannot be had within `timeout` seconds or its file not be made."""
        deadline = time.monotonic() + self.timeout
        try:
            os.makedirs(os.path.dirname(self.path), exist_ok=True)
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), MODE)
            while not _try(self._file):
                if time.monotonic() >= deadline:
                    raise StoreError(
                        f"another git-traj process has held {self.path} for more than {self.timeout:g} s",
                        hint="wait for it, or end it, and try again",
                    )
                time.sleep(PAUSE)
            self.left = os.read(self._file, 200).decode("utf-8", "replace")
        except OSError as error:
            self._close()
            raise StoreError(f"{self.path}: cannot be locked: {error.strerror}") from error
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: "type[BaseException] | None", value: "BaseException | None", trace: "TracebackType | None"
    ) -> None:
        if self._marked:
            try:
                os.ftruncate(self._file, 0)
            except OSError:  # the next owner then looks for something abandoned and finds nothing
                pass
        _release(self._file)
        self._close()

    def mark(self, word: str) -> None:
        """Leave `word` for whoever comes after a death of ours. Raises `StoreError`."""
        self._marked = True
        try:
            os.lseek(self._file, 0, os.SEEK_SET)
            os.ftruncate(self._file, 0)
            os.write(self._file, word.encode("utf-8"))
        except OSError as error:
            raise StoreError(f"{self.path}: cannot be written: {error.strerror}") from error

    def _close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _try(file: int) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            os.lseek(file, 1 << 20, os.SEEK_SET)  # far behind the word, which others may read
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
            os.lseek(file, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _release(file: int) -> None:
    if os.name == "nt":
        import msvcrt

        os.lseek(file, 1 << 20, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    # elsewhere closing the file releases it
