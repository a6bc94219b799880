"""The index: judged commits go in as rows; which are known, what made their lines, and the segments of each session come out.

Derived from the notes and the commits, so it may be lost at any time. A row stands under the commit and the ids of the blobs of its
note: another note is another row. Every method raises `IndexUnusableError` where the database cannot be used.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from gittraj import __version__
from gittraj.model.edit import Edit, Trail
from gittraj.model.judged import Judged
from gittraj.model.report import LineRange, ReplayedSegment
from gittraj.store import index_file, index_rows, index_tables, rows
from gittraj.store.index_file import told

WAITING = "waiting"  # status of a note that could not be judged yet: its commit or an object of it is not here
_OF_A_NOTE = ("leans", "segments", "files", "edits", "trails", "notes")
_AT_ONCE = 500  # commits in one question to SQLite, whose limit was 999 for long


class Index(rows.Opened):
    """An open index. `path`: "" for one in memory. A context manager that closes it."""

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All that is put in goes in together, or not at all."""
        with told():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                if self._path:
                    index_file.commit(self._db, self._path)
                else:
                    self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def state(self) -> str:
        """What the index was brought up to, "" where it is not complete."""
        return self._meta("state")

    def set_state(self, state: str) -> None:
        """Say what the index holds the whole of; "" while it is being built."""
        with told():
            self._db.execute("INSERT OR REPLACE INTO meta VALUES('state', ?)", (state,))

    def notes(self) -> dict[str, str]:
        """Commit → note of everything in the index."""
        with told():
            return dict(self._db.execute("SELECT oid, note FROM notes"))

    def note(self, commit: str) -> str:
        """The note of a commit, as it was judged; "" where the commit is not in the index."""
        with told():
            row = self._db.execute("SELECT note FROM notes WHERE oid = ?", (commit,)).fetchone()
        return str(row[0]) if row else ""

    def waiting(self) -> dict[str, str]:
        """Commit → note of those that could not be judged yet."""
        with told():
            return dict(self._db.execute("SELECT oid, note FROM notes WHERE status = ?", (WAITING,)))

    def leaning(self, others: Iterable[str]) -> dict[str, str]:
        """Commit → note of those whose notes are also about one of `others`."""
        query = "SELECT oid, note FROM notes JOIN leans USING(id) WHERE other = ?"
        with told():
            return {oid: note for other in others for oid, note in self._db.execute(query, (other,))}

    def absent(self, most: int) -> list[str]:
        """Commits that notes are also about and that were not here; the latest `most`."""
        query = "SELECT DISTINCT other FROM leans WHERE NOT here ORDER BY id DESC LIMIT ?"
        with told():
            return [other for (other,) in self._db.execute(query, (most,))]

    def put(self, judged: Iterable[Judged]) -> None:
        """Keep what is known of commits, in place of what was known of them."""
        with told():
            for each in judged:
                self._remove(each.commit)
                sessions = [segment.session for segment in each.segments]
                edits = index_rows.packed_edits(each.edits, sessions) if each.edits else b""
                trails = [(trail.file, trail.old_file, index_rows.packed_trail(trail)) for trail in each.trails]
                at = self._db.execute(
                    "INSERT INTO notes(oid, note, status, edits, digest) VALUES(?, ?, ?, ?, ?)",
                    (each.commit, each.note, each.status, len(each.edits), index_rows.digest(sessions, edits, trails)),
                ).lastrowid
                self._db.executemany(
                    "INSERT INTO segments VALUES(?, ?, ?, ?, ?)",
                    [
                        (at, place, one.session, one.seq, index_rows.packed_segment(one))
                        for place, one in enumerate(each.segments)
                    ],
                )
                self._db.executemany("INSERT INTO leans VALUES(?, ?, ?)", [(at, *one) for one in each.leans])
                if edits:
                    self._db.execute("INSERT INTO edits VALUES(?, ?)", (at, edits))
                self._db.executemany(
                    "INSERT INTO trails VALUES(?, ?, ?, ?, ?)", [(at, place, *row) for place, row in enumerate(trails)]
                )
                self._db.executemany(
                    "INSERT OR REPLACE INTO files VALUES(?, ?, ?, ?)",
                    [
                        (at, file.path, file.old_path, index_rows.packed_ranges(file.ranges, sessions))
                        for file in each.files
                    ],
                )

    def remove(self, commits: Iterable[str]) -> None:
        """Forget commits whose notes are gone."""
        with told():
            for commit in commits:
                self._remove(commit)

    def segments(self, commit: str) -> list[ReplayedSegment]:
        """The segments on a commit."""
        query = "SELECT data FROM segments JOIN notes USING(id) WHERE oid = ? ORDER BY place"
        with told():
            return [index_rows.segment(data) for (data,) in self._db.execute(query, (commit,))]

    def sessions(self, names: Iterable[str] | None = None) -> Iterator[tuple[str, ReplayedSegment]]:
        """(commit, segment) of every segment, or of those of the sessions named; sessions and their segments in order."""
        query = "SELECT oid, data FROM segments JOIN notes USING(id)"
        order = " ORDER BY session, seq, oid"
        with told():
            if names is None:
                found = self._db.execute(query + order).fetchall()
            else:
                found = [
                    row for name in names for row in self._db.execute(f"{query} WHERE session = ?{order}", (name,))
                ]
        return ((commit, index_rows.segment(data)) for commit, data in found)

    def later(self, reached: Mapping[str, int]) -> list[str]:
        """Commits with a segment behind the one given (session → seq): what was left before them may be other now."""
        query = "SELECT DISTINCT oid FROM segments JOIN notes USING(id) WHERE session = ? AND seq > ?"
        with told():
            found = [commit for item in reached.items() for (commit,) in self._db.execute(query, item)]
        return list(dict.fromkeys(found))

    def ranges(self, commit: str, path: str) -> list[LineRange] | None:
        """What made the lines that `commit` added to `path`; None where the commit is not in the index or no segment of it was replayed."""
        with told():
            found = self._db.execute("SELECT id, status FROM notes WHERE oid = ?", (commit,)).fetchone()
            if found is None:
                return None
            sessions = self._sessions_on(found[0])
            row = self._db.execute("SELECT ranges FROM files WHERE id = ? AND path = ?", (found[0], path)).fetchone()
        if not sessions:
            return None
        return index_rows.ranges(row[0], sessions) if row else []

    def edits_of(self, commits: Sequence[str]) -> dict[str, list[Edit]]:
        """The edits that the records of each commit tell, in the order they happened; its trails name them by place."""
        found: dict[str, list[Edit]] = {name: [] for name in commits}
        for at in range(0, len(commits), _AT_ONCE):
            some = commits[at : at + _AT_ONCE]
            marks = ",".join("?" * len(some))
            with told():
                query = f"SELECT oid, id, data FROM edits JOIN notes USING(id) WHERE oid IN ({marks})"  # noqa: S608
                rows = self._db.execute(query, some).fetchall()
                sessions: dict[int, list[str]] = {}
                query = (
                    f"SELECT id, session FROM segments JOIN notes USING(id) WHERE oid IN ({marks}) ORDER BY id, place"  # noqa: S608
                )
                for key, session in self._db.execute(query, some):
                    sessions.setdefault(key, []).append(session)
            for name, key, data in rows:
                found[name] = index_rows.edits(data, sessions.get(key, []), name)
        return found

    def traced(self) -> dict[str, str]:
        """The commits with trails, each with a digest of these and of its edits."""
        with told():
            return dict(self._db.execute("SELECT oid, digest FROM notes WHERE digest != ''"))

    def count_traced(self) -> int:
        """How many commits have trails."""
        with told():
            return int(self._db.execute("SELECT count(*) FROM notes WHERE digest != ''").fetchone()[0])

    def trails(self, commit: str) -> list[Trail]:
        """The way of the lines of every file that `commit` changed or its edits touched; [] where no record tells of it."""
        query = "SELECT data FROM trails JOIN notes USING(id) WHERE oid = ? ORDER BY place"
        with told():
            return [index_rows.trail(data) for (data,) in self._db.execute(query, (commit,))]

    def __len__(self) -> int:
        """How many notes there are."""
        with told():
            return int(self._db.execute("SELECT count(*) FROM notes").fetchone()[0])

    def counts(self) -> dict[str, int]:
        """How much the index holds: notes, waiting, segments, sessions, files."""
        questions = {
            "notes": "SELECT count(*) FROM notes",
            "waiting": "SELECT count(*) FROM notes WHERE status = 'waiting'",
            "segments": "SELECT count(*) FROM segments",
            "sessions": "SELECT count(DISTINCT session) FROM segments",
            "files": "SELECT count(DISTINCT path) FROM files",
            "edits": "SELECT coalesce(sum(edits), 0) FROM notes",
        }
        with told():
            return {name: self._db.execute(query).fetchone()[0] for name, query in questions.items()}

    def _sessions_on(self, at: int) -> list[str]:
        found = self._db.execute("SELECT session FROM segments WHERE id = ? ORDER BY place", (at,))
        return [name for (name,) in found]

    def _remove(self, commit: str) -> None:
        found = self._db.execute("SELECT id FROM notes WHERE oid = ?", (commit,)).fetchone()
        if found is not None:
            for table in _OF_A_NOTE:
                self._db.execute(f"DELETE FROM {table} WHERE id = ?", found)  # noqa: S608 - names of our own

    def _meta(self, name: str) -> str:
        with told():
            row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""


def reading(common_dir: str) -> Index | None:
    """The index as it is, None where there is none that can be trusted as it stands. Raises `IndexUnusableError`."""
    path = index_file.location(common_dir)
    connection = index_file.open_to_read(path)
    if connection is None:
        return None
    index = Index(connection, path)
    if _version(connection) == _ours():
        return index
    connection.close()
    return None


def writing(common_dir: str, *, anew: bool = False) -> Index:
    """The index, a new one where there is none that can be trusted, or with `anew`; only within `index_file.alone`."""
    path = index_file.location(common_dir)
    if anew:
        index_file.discard(path)
    connection = index_file.open_to_write(path)
    if _version(connection) != _ours():
        connection.close()
        index_file.discard(path)
        connection = index_file.open_to_write(path)
        _make(connection)
        index_file.seal(path)
    return Index(connection, path)


def in_memory(seed: Index | None = None) -> Index:
    """An index for this process alone, with all that `seed` holds."""
    connection = index_file.in_memory()
    if seed is None:
        _make(connection)
    else:
        with told():
            seed._db.backup(connection)  # noqa: SLF001 - of the same class
    return Index(connection)


def _make(connection: sqlite3.Connection) -> None:
    with told():
        connection.execute("BEGIN IMMEDIATE")
        for statement in index_tables.TABLES.split(";"):
            connection.execute(statement)
        connection.execute("INSERT INTO meta VALUES('version', ?)", (_ours(),))
        connection.execute("COMMIT")


def _ours() -> str:
    return f"{index_tables.SCHEMA} {__version__}"


def _version(connection: sqlite3.Connection) -> str:
    with told():
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
            return ""
        row = connection.execute("SELECT value FROM meta WHERE name = 'version'").fetchone()
        return str(row[0]) if row else ""
