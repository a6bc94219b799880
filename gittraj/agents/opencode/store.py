"""What the three kinds of OpenCode stores have in common: a path goes in, sessions with their messages and parts come out."""

import os
from typing import Any, NamedTuple, Protocol

from gittraj.errors import AgentError

SQLITE = b"SQLite format 3\x00"


class Message(NamedTuple):
    """One message in the shape of version 1: `info` as OpenCode exports it, `parts` in their order.

    `order` and `id` place it in the session. A message or part whose text is not JSON is a map with the key ``damaged``.
    """

    order: float
    id: str
    info: dict[str, Any]
    parts: list[Any]


class Store(Protocol):
    """Where sessions lie. `live`: an agent may be writing it now, so what is unfinished is left for the next reading."""

    format: str
    live: bool
    sha256: str
    torn: int
    damage: list[str]

    def roots(self) -> list[str]:
        """Ids of the sessions that are not sub-agents of a session in this store, oldest first."""

    def info(self, session: str) -> dict[str, Any]:
        """The session as OpenCode exports it, {} where only its messages are known."""

    def children(self, session: str) -> list[str]:
        """Ids of its sub-agents' sessions, oldest first."""

    def messages(self, session: str, after: tuple[float, str], also: frozenset[str]) -> list[Message]:
        """Messages in order that come after (order, id), and those whose ids are in `also`."""

    def close(self) -> None:
        """Give back what opening took."""


def open_store(path: str) -> Store:
    """The store at `path`: a database, a storage folder (or a session file in one), or an exported session.

    Raises `AgentError` where it is none of them.
    """
    from gittraj.agents.opencode.store_dump import DumpStore
    from gittraj.agents.opencode.store_folder import FolderStore
    from gittraj.agents.opencode.store_sqlite import SqliteStore

    try:
        if os.path.isdir(path):
            return FolderStore(path)
        with open(path, "rb") as file:
            head = file.read(len(SQLITE))
        if head == SQLITE:
            return SqliteStore(path)
        if os.path.basename(os.path.dirname(os.path.dirname(path))) == "session":
            return FolderStore(path)
        return DumpStore(path)
    except (OSError, ValueError) as error:
        raise AgentError(f"{path}: cannot be read: {error}") from error
