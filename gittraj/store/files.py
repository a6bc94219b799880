"""Small private files: bytes and a path go in; afterwards either the old or the new content is there, never half of one.

Imports `os` only.
"""

import os

from gittraj.errors import StoreError

MODE = 0o600  # transcripts and salts are nobody else's business
FOLDER_MODE = 0o700


def write(path: str, data: bytes, *, keep: bool = False, mode: int = MODE) -> None:
    """Write through a temporary file beside `path`. `keep`: an existing file stays as it is, even one made this moment. `mode`: before umask.

    Raises `StoreError` (full disk, read-only repository); nothing is left behind then.
    """
    temporary = f"{path}.{os.getpid()}.{os.urandom(4).hex()}.tmp"
    try:
        os.makedirs(os.path.dirname(path), mode=FOLDER_MODE, exist_ok=True)
        file = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
        try:
            try:
                rest = memoryview(data)
                while rest:
                    rest = rest[os.write(file, rest) :]
            finally:
                os.close(file)
            _move(temporary, path, keep)
        finally:
            if os.path.lexists(temporary):
                os.remove(temporary)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror}") from error


def read(path: str) -> bytes:
    """The whole file. Raises `StoreError`."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror}") from error


def remove(path: str) -> None:
    """Remove a file; fine where it is gone already. Raises `StoreError`."""
    try:
        os.remove(path)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise StoreError(f"{path}: cannot be removed: {error.strerror}") from error


def names(folder: str) -> list[str]:
    """What lies in `folder`, sorted, without temporary files; [] where there is no such folder."""
    try:
        return sorted(name for name in os.listdir(folder) if not name.endswith(".tmp"))
    except OSError:
        return []


def _move(temporary: str, path: str, keep: bool) -> None:
    if not keep:
        os.replace(temporary, path)
        return
    try:
        if hasattr(os, "link"):
            os.link(temporary, path)  # refuses where `path` exists, so of two processes one wins
        else:
            os.rename(temporary, path)
    except FileExistsError:
        pass
