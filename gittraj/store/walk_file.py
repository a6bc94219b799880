"""The walk through history as it was left: rows of commits, steps and what was worked out go in, those asked for come out.

Derived from the index and the commits, and as disposable. A reader sees one state from its first question to its last.
Every method raises `IndexUnusableError` where the database cannot be used, also where its rows cannot be read.
"""

import sqlite3
from collections.abc import Iterable, Mapping

import msgspec

from gittraj import __version__
from gittraj.errors import IndexDamagedError
from gittraj.model.walked import Changes, Home, Walk, WalkedCommit
from gittraj.store import index_file, rows
from gittraj.store.index_file import WALK, told

SCHEMA = 1
_WHAT = "walk"
_TABLES = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE commits(place INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE changes(place INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE paths(id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
CREATE TABLE links(place INTEGER NOT NULL, one INTEGER NOT NULL, other INTEGER NOT NULL);
CREATE TABLE steps(path INTEGER NOT NULL, place INTEGER NOT NULL, number INTEGER NOT NULL, data BLOB NOT NULL,
  PRIMARY KEY(path, place, number)) WITHOUT ROWID;
CREATE INDEX steps_by_place ON steps(place);
CREATE TABLE told(path INTEGER NOT NULL, place INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY(path, place)) WITHOUT ROWID;
CREATE INDEX told_by_place ON told(place);
CREATE TABLE tips(path TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE stale(path INTEGER PRIMARY KEY);
CREATE TABLE kept(kind TEXT NOT NULL, name TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY(kind, name)) WITHOUT ROWID
"""
_ALL = ("commits", "changes", "paths", "links", "steps", "told", "tips", "stale", "kept")
_encode = msgspec.msgpack.Encoder().encode
_COMMIT = msgspec.msgpack.Decoder(WalkedCommit)
_CHANGES = msgspec.msgpack.Decoder(Changes)
_HOME = msgspec.msgpack.Decoder(Home)


class WalkFile(rows.Opened):
    """An open walk. A context manager that closes it."""

    def state(self) -> tuple[str, str]:
        """(what it holds for, which writing made it so)."""
        with told():
            found = dict(self._db.execute("SELECT name, value FROM meta"))
        return found.get("state", ""), found.get("writing", "0")

    def traced(self) -> int:
        """How many commits with trails were walked."""
        with told():
            row = self._db.execute("SELECT value FROM meta WHERE name = 'traced'").fetchone()
        return int(row[0]) if row else 0

    def commits(self) -> list[WalkedCommit]:
        """All commits, in the order of the walk."""
        with told():
            found = self._db.execute("SELECT data FROM commits ORDER BY place").fetchall()
        return [rows.read(_WHAT, _COMMIT, data) for (data,) in found]

    def changes(self, place: int) -> Changes:
        """What the commit at `place` changed."""
        with told():
            row = self._db.execute("SELECT data FROM changes WHERE place = ?", (place,)).fetchone()
        return rows.read(_WHAT, _CHANGES, row[0]) if row else ()

    def tips(self) -> dict[str, Home]:
        """Path → the version that the last commit has."""
        with told():
            return {
                path: rows.read(_WHAT, _HOME, data) for path, data in self._db.execute("SELECT path, data FROM tips")
            }

    def path(self, name: str) -> int | None:
        """The number of a path."""
        with told():
            row = self._db.execute("SELECT id FROM paths WHERE path = ?", (name,)).fetchone()
        return int(row[0]) if row else None

    def paths(self) -> int:
        """The first number that no path has."""
        with told():
            return int(self._db.execute("SELECT coalesce(max(id) + 1, 0) FROM paths").fetchone()[0])

    def every_path(self) -> dict[int, str]:
        """All paths by number."""
        with told():
            return dict(self._db.execute("SELECT id, path FROM paths"))

    def links(self, end: int) -> list[tuple[int, int, int]]:
        """(place, path, path) of paths that belong together, as told by commits before `end`."""
        with told():
            return self._db.execute("SELECT place, one, other FROM links WHERE place < ?", (end,)).fetchall()

    def steps(self, path: int, end: int) -> list[tuple[int, int, bytes]]:
        """(place, number, data) of the steps under a path before `end`, in order."""
        query = "SELECT place, number, data FROM steps WHERE path = ? AND place < ? ORDER BY place, number"
        with told():
            return self._db.execute(query, (path, end)).fetchall()

    def at(self, place: int) -> list[tuple[int, bytes]]:
        """(path, data) of the steps of one commit."""
        with told():
            return self._db.execute("SELECT path, data FROM steps WHERE place = ? ORDER BY number", (place,)).fetchall()

    def told(self, path: int, end: int) -> list[tuple[int, bytes]]:
        """(place, data) of the edits told of a path before `end`, in order."""
        with told():
            query = "SELECT place, data FROM told WHERE path = ? AND place < ? ORDER BY place"
            return self._db.execute(query, (path, end)).fetchall()

    def kept(self, kind: str, names: Iterable[str] | None = None) -> dict[str, bytes]:
        """What was worked out of a kind, by name; all, or those named."""
        with told():
            if names is None:
                return dict(self._db.execute("SELECT name, data FROM kept WHERE kind = ?", (kind,)))
            query = "SELECT data FROM kept WHERE kind = ? AND name = ?"
            rows = ((name, self._db.execute(query, (kind, name)).fetchone()) for name in names)
            return {name: row[0] for name, row in rows if row}

    def names(self, kind: str) -> set[str]:
        """Of what there is something worked out of a kind."""
        with told():
            return {name for (name,) in self._db.execute("SELECT name FROM kept WHERE kind = ?", (kind,))}

    def stale(self) -> set[int]:
        """The paths whose steps are other than when things were worked out."""
        with told():
            return {path for (path,) in self._db.execute("SELECT path FROM stale")}

    def since(self, place: int) -> set[int]:
        """The paths that commits from `place` on tell of."""
        parts = (("path", "steps"), ("path", "told"), ("one", "links"), ("other", "links"))
        query = " UNION ".join(f"SELECT {column} FROM {table} WHERE place >= :place" for column, table in parts)  # noqa: S608
        with told():
            return {path for (path,) in self._db.execute(query, {"place": place})}

    def write(self, walk: Walk, state: str) -> None:
        """Put the walk in place of what was there from its start on; within `changing`."""
        start = (walk.start,)
        with told():
            if not walk.start:
                for table in _ALL:
                    self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own
            self._db.executemany("INSERT OR IGNORE INTO stale VALUES(?)", [(path,) for path in self.since(walk.start)])
            for table in ("commits", "changes", "steps", "told", "links"):
                self._db.execute(f"DELETE FROM {table} WHERE place >= ?", start)  # noqa: S608
            many = self._db.executemany
            many("INSERT INTO paths VALUES(?, ?)", [(number, path) for path, number in walk.paths.items()])
            many(
                "INSERT INTO commits VALUES(?, ?)",
                [(at, _encode(one)) for at, one in enumerate(walk.commits, walk.start)],
            )
            changes = [(at, _encode(each)) for at, each in enumerate(walk.changes, walk.start) if each]
            many("INSERT INTO changes VALUES(?, ?)", changes)
            many("INSERT INTO steps VALUES(?, ?, ?, ?)", walk.steps)
            many("INSERT INTO told VALUES(?, ?, ?)", walk.told)
            many("INSERT INTO links VALUES(?, ?, ?)", walk.links)
            touched = {row[0] for row in (*walk.steps, *walk.told)} | {path for _, *pair in walk.links for path in pair}
            many("INSERT OR IGNORE INTO stale VALUES(?)", [(path,) for path in touched])
            known = self.tips()
            many("DELETE FROM tips WHERE path = ?", [(path,) for path in known.keys() - walk.tips.keys()])
            new = [(path, _encode(home)) for path, home in walk.tips.items() if known.get(path) != home]
            many("INSERT OR REPLACE INTO tips VALUES(?, ?)", new)
            meta = [("state", state), ("traced", str(walk.traced))]
            many("INSERT OR REPLACE INTO meta VALUES(?, ?)", meta)

    def keep(self, kind: str, rows: Mapping[str, bytes | None]) -> None:
        """Keep what was worked out of a kind; None: forget it. Within `changing`."""
        with told():
            self._db.executemany(
                "DELETE FROM kept WHERE kind = ? AND name = ?",
                [(kind, name) for name, data in rows.items() if data is None],
            )
            self._db.executemany(
                "INSERT OR REPLACE INTO kept VALUES(?, ?, ?)",
                [(kind, name, data) for name, data in rows.items() if data is not None],
            )

    def all_kept(self) -> None:
        """Say that what is kept is of the steps as they are now. Within `changing`."""
        with told():
            self._db.execute("DELETE FROM stale")

    def begin(self) -> None:
        """Begin to write. Raises `IndexUnusableError`."""
        with told():
            self._db.execute("BEGIN IMMEDIATE")

    def end(self, writing: str) -> None:
        """All that was written since `begin` holds from now on, under the name `writing`."""
        with told():
            self._db.execute("INSERT OR REPLACE INTO meta VALUES('writing', ?)", (writing,))
        index_file.commit(self._db, self._path)


def damaged(error: Exception) -> IndexDamagedError:
    """What is raised where rows do not read, or do not belong together."""
    return rows.damaged(_WHAT, error)


def reading(common_dir: str) -> WalkFile | None:
    """The walk as it was left, None where there is none that can be trusted. Raises `IndexUnusableError`."""
    path = index_file.location(common_dir, WALK)
    connection = index_file.open_to_read(path)
    if connection is None:
        return None
    with told():
        connection.execute("BEGIN")
    if _version(connection) == _ours():
        return WalkFile(connection, path)
    connection.close()
    return None


def writing(common_dir: str) -> WalkFile:
    """The walk, a new and empty one where there is none that can be trusted; only within `index_file.alone` of `WALK`."""
    path = index_file.location(common_dir, WALK)
    connection = index_file.open_to_write(path)
    if _version(connection) != _ours():
        connection.close()
        index_file.discard(path)
        connection = index_file.open_to_write(path)
        with told():
            connection.execute("BEGIN IMMEDIATE")
            for statement in _TABLES.split(";"):
                connection.execute(statement)
            connection.execute("INSERT INTO meta VALUES('version', ?)", (_ours(),))
            connection.execute("COMMIT")
        index_file.seal(path)
    return WalkFile(connection, path)


def _ours() -> str:
    return f"{SCHEMA} {__version__}"


def _version(connection: sqlite3.Connection) -> str:
    with told():
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
            return ""
        row = connection.execute("SELECT value FROM meta WHERE name = 'version'").fetchone()
        return str(row[0]) if row else ""
