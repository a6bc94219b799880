"""A database that an agent may be writing: its path goes in, a connection that changes nothing on disk comes out."""

import os
import shutil
import sqlite3
import tempfile
import urllib.parse


def connect(path: str) -> tuple[sqlite3.Connection, str]:
    """The connection, and the folder to remove after closing it ("" where none was needed).

    A database in WAL mode needs its ``-shm``. Where that is missing or cannot be used (a folder that is read-only, a copy
    without it), opening would create it, so database and ``-wal`` are copied and the copy is read.
    Raises `sqlite3.Error`, `OSError`.
    """
    place = "file:" + urllib.parse.quote(os.path.abspath(path))
    wal = path + "-wal"
    if (not os.path.exists(wal) or os.path.getsize(wal) == 0) and not os.path.exists(path + "-shm"):
        return _open(place + "?mode=ro&immutable=1"), ""  # nobody has it open: no lock, no -shm wanted
    if os.path.exists(path + "-shm") and os.access(os.path.dirname(os.path.abspath(path)), os.W_OK):
        try:
            return _open(place + "?mode=ro"), ""
        except sqlite3.OperationalError:
            pass
    folder = tempfile.mkdtemp(prefix="gittraj-opencode-")
    try:
        copy = os.path.join(folder, "opencode.db")
        shutil.copyfile(path, copy)
        if os.path.exists(wal):
            shutil.copyfile(wal, copy + "-wal")
        return _open("file:" + urllib.parse.quote(copy)), folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _open(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, timeout=2)
    try:
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection
