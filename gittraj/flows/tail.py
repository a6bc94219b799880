"""The part of a session that no commit has yet: a found session and its progress go in, segments are taken off its front."""

import os
from typing import Any, TypeVar

from gittraj.agents.interface import Agent
from gittraj.capture.record import Segment
from gittraj.codec.digest import sha256_hex
from gittraj.errors import AgentError
from gittraj.flows.progress import Progress
from gittraj.model.entry import Entry, walk
from gittraj.model.operation import Observed
from gittraj.model.session import Position, Reading, SessionHead

Changed = TypeVar("Changed", Reading, SessionHead)

LONGEST = 500  # characters of a session's id: it stands in the header of the statement
MARKED = 4096  # bytes: a JSON line or more, with ids and times in it


class Tail:
    """What is left of one session.

    `reading` looks ahead to the end; `take` cuts a segment off and moves `progress` on. Stores without a byte order are read
    whole and counted by entries.
    """

    def __init__(
        self,
        agent: Agent,
        path: str,
        session: str,
        progress: Progress,
        *,
        size: int = 0,
        mtime: float = 0.0,
        inside: bool = False,
    ) -> None:
        """Raises `AgentError` where the session cannot be read."""
        self.agent = agent
        self.path = path
        self.session = session
        self.progress = progress
        self.size = size
        self.mtime = mtime
        self.inside = inside
        self.resumed = self._can_resume()
        self.reading = self._read(self._position()) if self.resumed else self._search()

    @property
    def entries(self) -> list[Entry]:
        """Entries not attached yet, in order."""
        return self.reading.entries

    @property
    def by_bytes(self) -> bool:
        """Whether the source can be cut by byte offsets."""
        return any(self.reading.ends)

    def operations(self, stop: int | None = None) -> list[Observed]:
        """File operations of the first `stop` entries (None: all), sub-agents included, each with its result where there is one."""
        results: dict[str, Entry] = {}
        calls = []
        for entry in walk(self.entries[:stop]):
            if entry["type"] == "tool-result":
                results.setdefault(entry.get("call-id", ""), entry)
            elif entry["type"] == "tool-call" or entry.get("event-type") == "file-change":
                calls.append(entry)
        found: list[Observed] = []
        for call in calls:
            found += self.agent.operations(call, results.get(call.get("call-id", "")))
        return found

    def commands(self, stop: int | None = None) -> list[str]:
        """All text of tool calls' inputs that may be a shell command (short strings under the usual names)."""
        texts = []
        for entry in walk(self.entries[:stop]):
            if entry["type"] == "tool-call":
                texts += _commands(entry.get("input"))
        return texts

    def take(self, stop: int) -> tuple[Segment, Progress]:
        """The first `stop` entries as a segment, and the progress to save once it is kept; afterwards the tail begins after them."""
        before = self.reading
        if stop == len(before.entries):
            part, rest = before, None
        elif self.by_bytes and self.resumed:
            part = self._read(self._position(), until=before.ends[stop - 1] if stop else self.progress.offset)
            rest = self._read(part.next)
        else:
            entry = self.progress.entry + stop
            part = _replace(before, entries=before.entries[:stop], ends=before.ends[:stop], next=Position(0, entry, {}))
            rest = _replace(before, entries=before.entries[stop:], ends=before.ends[stop:])
        segment = Segment(
            head=part.head,
            entries=part.entries,
            index=self.progress.seq,
            first=self.progress.entry,
            prev=self.progress.prev,
            bytes_start=part.start,
            bytes_end=part.next.offset,
            sha256=part.sha256,
            unknown=part.unknown,
        )
        ids = [entry["id"] for entry in part.entries if isinstance(entry.get("id"), str)]
        after = Progress(
            agent=self.agent.NAME,
            session=part.head.session_id,
            path=self.path,
            seq=self.progress.seq + 1,
            entry=self.progress.entry + len(part.entries),
            offset=part.next.offset,
            state=part.next.state,
            consumed=self.size if rest is None or not rest.entries else 0,
            last=ids[-1] if ids else self.progress.last,
            mark=_mark(self.path, part.next.offset),
        )
        self.reading = rest or _replace(before, entries=[], ends=[])
        self.progress = after
        return segment, after

    def _position(self) -> Position | None:
        known = self.progress
        return Position(known.offset, known.entry, known.state) if known.entry or known.offset else None

    def _can_resume(self) -> bool:
        """Whether the source is the one that was read before, and what the reader must remember is at hand."""
        known = self.progress
        if not known.entry and not known.offset:
            return True
        return bool(known.state) and known.mark == _mark(self.path, known.offset)

    def _read(self, start: Position | None, until: int | None = None) -> Reading:
        reading = self.agent.read(self.path, start, until=until, session=self.session)
        head = reading.head
        if not head.session_id:  # the source does not tell: then its name must do
            name = os.path.basename(self.path)
            reading = _replace(reading, head=_replace(head, session_id=name.partition(".")[0] or name))
        elif len(head.session_id) > LONGEST or not head.session_id.isprintable():
            raise AgentError(f"{self.path}: its session id is too long or not printable")
        return reading

    def _search(self) -> Reading:
        """What comes after the last entry known, in a source that was rewritten, copied, or first seen in this clone."""
        whole = self._read(None)
        ids = [entry.get("id") for entry in whole.entries]
        if not self.progress.last:  # a clone, which knows only how many entries the notes hold
            skip = self.progress.entry
        else:
            skip = ids.index(self.progress.last) + 1 if self.progress.last in ids else 0
        return _replace(whole, entries=whole.entries[skip:], ends=whole.ends[skip:])


def _mark(path: str, offset: int) -> str:
    """A digest of the last bytes before `offset`, "" where the source has no such order."""
    if not offset or not os.path.isfile(path):
        return ""
    try:
        with open(path, "rb") as file:
            file.seek(max(0, offset - MARKED))
            return sha256_hex(file.read(min(MARKED, offset)))
    except OSError:
        return ""


def _replace(struct: Changed, **fields: Any) -> Changed:
    values = {name: getattr(struct, name) for name in struct.__struct_fields__}
    return type(struct)(**{**values, **fields})


def _commands(value: Any, depth: int = 0) -> list[str]:
    if isinstance(value, str):
        return [value]
    if depth < 4 and isinstance(value, dict):
        named = [value[name] for name in ("command", "cmd", "script", "input", "code") if name in value]
        return [text for part in named for text in _commands(part, depth + 1)]
    if depth < 4 and isinstance(value, list) and all(isinstance(part, str) for part in value):
        return [" ".join(value)]
    return []
