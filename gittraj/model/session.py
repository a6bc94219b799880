"""What a reader makes of a session: the head (who, where, which model), the entries, and where the next reading goes on."""

from typing import Any

import msgspec

from gittraj.model.entry import Entry


class Position(msgspec.Struct, frozen=True):
    """Where a reading stopped: everything before it has become entries.

    `offset`: bytes of the file consumed (0 for stores without a byte order). `entry`: how many top-level entries lie before.
    `state`: what the reader must remember to go on as if it had never stopped (JSON values only).
    """

    offset: int = 0
    entry: int = 0
    state: dict[str, Any] = {}


class SessionHead(msgspec.Struct, frozen=True):
    """The session as a whole, as far as its source tells; empty text means the source does not say."""

    agent: str
    session_id: str
    format: str
    agent_version: str = ""
    model: str = ""
    models: tuple[str, ...] = ()
    provider: str = ""
    cwd: str = ""
    branch: str = ""
    commit: str = ""
    started: str = ""
    parent_session: str = ""


class Reading(msgspec.Struct, frozen=True):
    """One reading of a session, from a `Position` to its end (or to the limit asked for).

    `entries`: top-level entries in source order, sub-agents as ``children``. `ends[i]`: byte offset right after the source
    line that completed ``entries[i]`` (non-decreasing; all 0 for stores without a byte order); a cut may be made only between
    entries whose ends differ. `next`: where the next reading goes on. `sha256`: of the bytes read, hex ("" if not a file).
    `unknown`: raw items kept as ``unknown`` events. `torn`: bytes of an unfinished last line, left for the next reading.
    """

    head: SessionHead
    entries: list[Entry]
    ends: list[int]
    next: Position
    sha256: str = ""
    start: int = 0
    unknown: int = 0
    torn: int = 0
