"""Results that were worked out from the whole index: a name and the state they hold for go in, their bytes come out.

They lie in a file of their own, because they are large and the index is written at every new commit. As disposable as the index.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing

from gittraj import __version__
from gittraj.errors import IndexUnusableError
from gittraj.store import index_file
from gittraj.store.index_file import RESULTS, told

_TABLE = """CREATE TABLE IF NOT EXISTS results(name TEXT NOT NULL, part TEXT NOT NULL, state TEXT NOT NULL, data BLOB NOT NULL,
PRIMARY KEY(name, part)) WITHOUT ROWID"""


def kept(common_dir: str, name: str, state: str, parts: Iterable[str] = ("",)) -> dict[str, bytes] | None:
    """The parts asked for that there are, None where nothing is kept under the name for `state`, or it cannot be read now."""
    try:
        connection = index_file.open_to_read(index_file.location(common_dir, RESULTS))
        if connection is None:
            return None
        with closing(connection), told():
            if not _is_for(connection, name, _full(state)):
                return None
            query = "SELECT data FROM results WHERE name = ? AND part = ?"
            rows = ((part, connection.execute(query, (name, part)).fetchone()) for part in parts)
            return {part: bytes(row[0]) for part, row in rows if row}
    except IndexUnusableError:
        return None


def keep(common_dir: str, name: str, state: str, parts: Mapping[str, bytes]) -> None:
    """Keep `parts` in place of all that was kept under the name; one of them is "". Nothing is kept where that cannot be written now."""
    path = index_file.location(common_dir, RESULTS)
    try:
        with index_file.alone(common_dir, RESULTS):
            try:
                _write(path, name, _full(state), parts)
            except IndexUnusableError:
                index_file.discard(path)
                _write(path, name, _full(state), parts)
    except IndexUnusableError:
        pass


def _write(path: str, name: str, state: str, parts: Mapping[str, bytes]) -> None:
    with closing(index_file.open_to_write(path)) as connection, told():
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(_TABLE)
        connection.execute("DELETE FROM results WHERE name = ?", (name,))
        rows = [(name, part, state, data) for part, data in parts.items()]
        connection.executemany("INSERT INTO results VALUES(?, ?, ?, ?)", rows)
        connection.execute("COMMIT")
    index_file.seal(path)


def _is_for(connection: sqlite3.Connection, name: str, state: str) -> bool:
    row = connection.execute("SELECT state FROM results WHERE name = ? AND part = ''", (name,)).fetchone()
    return bool(row) and row[0] == state


def _full(state: str) -> str:
    return f"{__version__} {state}"
