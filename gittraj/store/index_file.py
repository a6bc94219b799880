"""The index's file: a repository's directory goes in, an open database that is exactly what was last written comes out.

Beside the database lies its seal: size, time, start of the system and checksums after the last write. A database that differs from its seal is checked
byte for byte, and thrown away where it is not what was sealed; so nothing that a crash, a disk or another program left there is
ever read as an answer. Who writes holds a lock of the kernel, which ends with its owner.
"""

import functools
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from gittraj.errors import IndexDamagedError, IndexUnusableError, StoreError
from gittraj.store import checksums, files
from gittraj.store.locks import Lock
from gittraj.store.state import FOLDER

INDEX, WALK, RESULTS = "index.db", "walk.db", "results.db"  # of each note; of the walk through history; of all of it
_BUSY = 2.0  # seconds a reader waits for a writer's last step, which takes some milliseconds
_WAIT = 60.0  # seconds to wait for another process that indexes: what 10,000 commits may take; then we go on without the index
_DAMAGED = {
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_ERROR,
    sqlite3.SQLITE_MISMATCH,
    sqlite3.SQLITE_CONSTRAINT,
}


def location(common_dir: str, name: str = INDEX) -> str:
    """Where the database lies."""
    return os.path.join(common_dir, FOLDER, name)


def size(path: str) -> int:
    """Bytes of the database, 0 where there is none."""
    try:
        return os.path.getsize(path)
    except OSError:
        return 0


@contextmanager
def alone(common_dir: str, name: str = INDEX) -> Iterator[None]:
    """The right to write. Raises `IndexUnusableError` where it cannot be had."""
    lock = Lock(os.path.join(common_dir, FOLDER, "locks", name.partition(".")[0]), timeout=_WAIT)
    try:
        lock.__enter__()
    except StoreError as error:
        raise IndexUnusableError(error.message, hint=error.hint) from error
    try:
        yield
    finally:
        lock.__exit__(None, None, None)


@contextmanager
def told() -> Iterator[None]:
    """SQLite's errors as ours: `IndexDamagedError` where the database is at fault, `IndexUnusableError` for all else."""
    try:
        yield
    except (sqlite3.Error, sqlite3.Warning) as error:
        kind = IndexDamagedError if _is_damage(error) else IndexUnusableError
        raise kind(f"the index cannot be used: {error}", hint="git traj index --rebuild") from error
    except OSError as error:
        raise IndexUnusableError(f"the index cannot be used: {error.strerror}") from error


def open_to_read(path: str) -> sqlite3.Connection | None:
    """The database as it was sealed, None where it is not (then a writer must look). Raises `IndexUnusableError`."""
    with told():
        if not _is_sealed(path):
            return None
        return _connect(f"file:{_quoted(path)}?mode=ro")


def open_to_write(path: str) -> sqlite3.Connection:
    """The database as it was sealed, or a new and empty one; only for who holds the lock. Raises `IndexUnusableError`."""
    with told():
        if not _is_sealed(path) and not _again_as_sealed(path):
            discard(path)
        connection = _connect(f"file:{_quoted(path)}?mode=rwc")
        connection.execute("PRAGMA cache_spill = OFF")  # see `checksums`
        if _boot():  # then the seal is checked after a crash, and nothing need be waited for
            connection.execute("PRAGMA synchronous = OFF")
        return connection


def in_memory() -> sqlite3.Connection:
    """A database that nobody else sees and that ends with the process."""
    return sqlite3.connect(":memory:", isolation_level=None)


def commit(connection: sqlite3.Connection, path: str) -> None:
    """End the transaction, and seal what it made of the database; only for who holds the lock. Raises `IndexUnusableError`."""
    with told():
        changed = checksums.about_to_change(path)
        connection.execute("COMMIT")
    seal(path, changed)


def seal(path: str, changed: checksums.Changed | None = None) -> None:
    """Say that the database is, from now on, what it is now; only for who holds the lock. Raises `IndexUnusableError`.

    `changed`: what may differ from what was sealed; None: all of it.
    """
    with told():
        known = _read_seal(path)[1:2]
        sums = checksums.of(path, known[0] if known else "", changed)
        try:
            files.write(_seal_of(path), f"{_look(path)} {sums}\n".encode())
        except StoreError as error:
            raise IndexUnusableError(error.message) from error


def discard(path: str) -> None:
    """Throw the database away; only for who holds the lock. Raises `IndexUnusableError`."""
    with told():
        for each in (path, path + "-journal", path + "-wal", path + "-shm"):
            if os.path.lexists(each):
                os.remove(each)


def _is_damage(error: Exception) -> bool:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in _DAMAGED


def _is_sealed(path: str) -> bool:
    """Whether nothing touched the file since it was sealed, as far as the file system tells."""
    if os.path.lexists(path + "-journal"):  # somebody is writing, or died while writing
        return False
    sealed = _read_seal(path)
    return len(sealed) == 2 and sealed[0] == _look(path)


def _again_as_sealed(path: str) -> bool:
    """Whether the file, after SQLite undid what was half written, is byte for byte what was sealed; then its seal is renewed."""
    sealed = _read_seal(path)
    if len(sealed) != 2 or not os.path.isfile(path):
        return False
    try:
        _connect(f"file:{_quoted(path)}?mode=rw").close()
    except sqlite3.DatabaseError as error:
        if _is_damage(error):
            return False
        raise
    if checksums.of(path) != sealed[1]:
        return False
    seal(path)
    return True


def _connect(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, timeout=_BUSY, isolation_level=None)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _seal_of(path: str) -> str:
    return os.path.splitext(path)[0] + ".seal"


def _read_seal(path: str) -> list[str]:
    try:
        with open(_seal_of(path), "rb") as file:
            return file.read().decode("ascii", "replace").split()
    except OSError:
        return []


def _look(path: str) -> str:
    """What the file system tells of the file without reading it."""
    try:
        there = os.stat(path)
    except OSError:
        return "none"
    return f"{there.st_size}-{there.st_mtime_ns}-{there.st_ino}-{_boot()}"


@functools.cache
def _boot() -> str:
    """Which start of the system this is, "" where it does not tell: after a crash a file may have lost what was written, and not its time."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read(36)
    except (OSError, ValueError):
        return ""


def _quoted(path: str) -> str:
    from urllib.parse import quote

    return quote(os.path.abspath(path))
