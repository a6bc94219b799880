"""OpenCode's database (since 1.2): ``opencode.db`` goes in, sessions, messages and parts come out; nothing is written.

Version 1 keeps ``session``, ``message`` and ``part``; 2.0 keeps ``session_v2`` and ``session_message``. A session in both is
read from the tables of 2.0 where these hold its conversation (before 2.0 they held only its switches of model and agent).
"""

import shutil
import sqlite3
from collections.abc import Iterator
from typing import Any

from gittraj.agents.opencode.connection import connect
from gittraj.agents.opencode.rows_v2 import message_of
from gittraj.agents.opencode.shape import load, moment, text
from gittraj.agents.opencode.store import Message
from gittraj.errors import AgentError

_COLUMNS = {
    "project_id": "projectID",
    "parent_id": "parentID",
    "fork_session_id": "forkSessionID",
    "workspace_id": "workspaceID",
}
_JSON_COLUMNS = ("permission", "model", "revert")


class SqliteStore:
    """`path`: the database."""

    live = True
    sha256 = ""
    torn = 0

    def __init__(self, path: str) -> None:
        self.path = path
        self.damage: list[str] = []
        try:
            self._db, self._folder = connect(path)
        except (sqlite3.Error, OSError) as error:
            raise AgentError(f"{path}: cannot be opened: {error}") from error
        try:
            self._look()
        except BaseException:
            self.close()
            raise

    def _look(self) -> None:
        """The tables and sessions, in a transaction: all that is read is of one moment, whatever the agent writes meanwhile."""
        list(self._rows("BEGIN"))
        names = {row[0] for row in self._rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
        self._tables = {name: self._columns(name) for name in names}
        self._v1 = "session" in names and "message" in names and "part" in names
        self._v2 = "session_message" in names
        if not self._v1 and not self._v2:
            raise AgentError(
                f"{self.path}: is a database, but not OpenCode's: it has no tables of sessions and messages"
            )
        self.format = "opencode-sqlite"
        self._infos: dict[str, dict[str, Any]] = {}
        for table in ("session", "session_v2"):
            if "id" in self._tables.get(table, []):
                columns = [name for name in self._tables[table] if name in _WANTED]
                for row in self._rows(f"SELECT {', '.join(columns)} FROM {table}"):  # noqa: S608  # names from _WANTED
                    info = _info(dict(zip(columns, row, strict=True)))
                    self._infos[text(info.get("id"))] = info

    def roots(self) -> list[str]:
        """See `Store`."""
        return [key for key in self._sorted() if text(self._infos[key].get("parentID")) not in self._infos]

    def info(self, session: str) -> dict[str, Any]:
        """See `Store`."""
        return self._infos.get(session, {})

    def children(self, session: str) -> list[str]:
        """See `Store`."""
        return [key for key in self._sorted() if self._infos[key].get("parentID") == session]

    def messages(self, session: str, after: tuple[float, str], also: frozenset[str]) -> list[Message]:
        """See `Store`."""
        found = self._messages_v2(session, after, also) if self._v2 else []
        talk = any(message.info.get("role") in ("user", "assistant") for message in found) or after[1].startswith("v2:")
        if self._v1 and not talk:
            found = self._messages_v1(session, after, also)
        elif found:
            self.format = "opencode-sqlite-v2"
        return sorted(found, key=lambda message: message[:2])

    def close(self) -> None:
        """See `Store`."""
        self._db.close()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _messages_v1(self, session: str, after: tuple[float, str], also: frozenset[str]) -> list[Message]:
        found = []
        rows = self._rows("SELECT id, time_created, data FROM message WHERE session_id = ? ORDER BY id", session)
        for key, created, data in list(rows):
            order = moment(created) or 0
            if (order, str(key)) > after or key in also:
                parts = self._rows("SELECT id, data FROM part WHERE message_id = ? ORDER BY id", key)
                found.append(Message(order, str(key), _value(data, key), [_value(item, name) for name, item in parts]))
        return found

    def _messages_v2(self, session: str, after: tuple[float, str], also: frozenset[str]) -> list[Message]:
        found = []
        columns = "id, type, seq, time_created, data"
        for key, kind, seq, created, data in self._rows(
            f"SELECT {columns} FROM session_message WHERE session_id = ? ORDER BY seq",  # noqa: S608  # a constant
            session,
        ):
            order, name = moment(seq) or 0, f"v2:{key}"
            if (order, name) > after or name in also:
                info, parts = message_of(str(key), text(kind), moment(created), _value(data, key))
                found.append(Message(order, name, info, parts))
        return found

    def _sorted(self) -> list[str]:
        return sorted(self._infos, key=lambda key: (moment(self._infos[key]["time"]["created"]) or 0, key))

    def _columns(self, table: str) -> list[str]:
        quoted = table.replace('"', '""')
        return [str(row[1]) for row in self._rows(f'PRAGMA table_info("{quoted}")')]

    def _rows(self, query: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        try:
            yield from self._db.execute(query, values)
        except (sqlite3.Error, OverflowError) as error:
            raise AgentError(f"{self.path}: cannot be read: {error}") from error


_WANTED = frozenset(
    ("id", "slug", "directory", "title", "version", "agent", "time_created", "time_updated", *_COLUMNS, *_JSON_COLUMNS)
)


def _info(row: dict[str, Any]) -> dict[str, Any]:
    """A row of ``session`` as ``opencode export`` gives it."""
    info: dict[str, Any] = {
        "time": {"created": row.pop("time_created", None), "updated": row.pop("time_updated", None)}
    }
    for name, value in row.items():
        if value is not None:
            info[_COLUMNS.get(name, name)] = _value(value, name, plain=True) if name in _JSON_COLUMNS else value
    return info


def _value(data: Any, key: Any, plain: bool = False) -> Any:
    """What a row's JSON says, with its id put back; text that is no JSON becomes a map with ``damaged``."""
    try:
        value = load(data if isinstance(data, (str, bytes)) else str(data))
    except ValueError:
        value = data if plain else {"damaged": data.decode("utf-8", "replace") if isinstance(data, bytes) else data}
    if plain or not isinstance(value, dict):
        return value if plain else {"id": str(key), "damaged": value}
    return {**value, "id": str(key)}
