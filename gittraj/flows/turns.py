"""Turns of whole sessions: a segment counts its own prompts; the number in the session, and the prompt itself, come out."""

from collections.abc import Iterable
from typing import Any

from gittraj.flows.wiring import House
from gittraj.model.entry import Entry
from gittraj.model.report import ReplayedSegment
from gittraj.store.index import Index


class Turns:
    """The sessions of an index, each looked up once."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._sessions: dict[str, list[tuple[str, ReplayedSegment]]] = {}

    def holder(self, segments: Iterable[ReplayedSegment], session: str, entry: int) -> ReplayedSegment | None:
        """The segment that the entry (a position in the session) is in: one of `segments`, else one of an earlier commit that left its
        work to a later one; None for lines that no session made.
        """
        if not session:
            return None
        mine = [segment for segment in segments if segment.session == session]
        for segment in (*mine, *(segment for _, segment in self._of(session))):
            if segment.first <= entry < segment.first + segment.entries:
                return segment
        return mine[0] if mine else None

    def number(self, segment: ReplayedSegment, turn: int) -> int:
        """The number in the session, from 1, of the segment's own turn `turn` (0: begun before it); -1 where it is not known."""
        return turn if turn < 0 else turn + self._before(segment)

    def place(self, session: str, turn: int) -> tuple[str, ReplayedSegment, int] | None:
        """(commit, segment, number there) of a turn of the session; None where it began in no segment that is known."""
        for commit, segment in self._of(session):
            inside = turn - self._before(segment)
            if 0 < inside <= segment.prompts:
                return commit, segment, inside
        return None

    def _before(self, segment: ReplayedSegment) -> int:
        prompts = {one.seq: one.prompts for _, one in self._of(segment.session) if one.seq < segment.seq}
        return sum(prompts.values())

    def _of(self, session: str) -> list[tuple[str, ReplayedSegment]]:
        if session not in self._sessions:
            self._sessions[session] = list(self._index.sessions([session]))
        return self._sessions[session]


def prompt(house: House, turns: Turns, session: str, turn: int) -> Any:
    """The content of the prompt that began a turn, read from its note; None where it is not there any more."""
    found = turns.place(session, turn)
    if found is None:
        return None
    commit, segment, inside = found
    note = house.notes.read(commit)
    if note is None:
        return None
    from gittraj.flows.statements import read_note

    for verified in read_note(house, house.repository.commit(commit), note).statements:
        anchor, record = verified.statement.anchor, verified.record
        if record is not None and (anchor.seq if anchor else 0) == segment.seq:
            entries = _entries(record, session)
            asked = [one for one in entries if one.get("type") == "user" and not one.get("is-meta")]
            if len(asked) >= inside:
                return asked[inside - 1].get("content")
    return None


def _entries(record: dict[str, Any], session: str) -> list[Entry]:
    own = record.get("session")
    if not isinstance(own, dict) or own.get("session-id") != session or not isinstance(own.get("entries"), list):
        return []
    return [entry for entry in own["entries"] if isinstance(entry, dict)]
