"""The part of a session that no commit has yet: a found session and its progress go in, segments are taken off its front."""

from typing import Any

from gittraj.agents.interface import Agent
from gittraj.capture.record import Segment
from gittraj.errors import AgentError
from gittraj.flows.progress import Progress
from gittraj.model.entry import Entry, walk
from gittraj.model.operation import Observed
from gittraj.model.session import Position, Reading


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
        self.reading = self._read(Position(progress.offset, progress.entry, progress.state))

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
            elif entry["type"] == "tool-call":
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
        elif self.by_bytes:
            start = Position(self.progress.offset, self.progress.entry, self.progress.state)
            part = self._read(start, until=before.ends[stop - 1] if stop else self.progress.offset)
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
        after = Progress(
            agent=self.agent.NAME,
            session=part.head.session_id,
            path=self.path,
            seq=self.progress.seq + 1,
            entry=self.progress.entry + len(part.entries),
            offset=part.next.offset,
            state=part.next.state,
            consumed=self.size if rest is None or not rest.entries else 0,
        )
        self.reading = rest or _replace(before, entries=[], ends=[])
        self.progress = after
        return segment, after

    def _read(self, start: Position, until: int | None = None) -> Reading:
        if (
            start.entry and not start.offset and not start.state
        ):  # all that is known is a count (a clone, or a store cut by hand)
            whole = self.agent.read(self.path, None, session=self.session)
            return _replace(whole, entries=whole.entries[start.entry :], ends=whole.ends[start.entry :])
        try:
            return self.agent.read(
                self.path, start if start.entry or start.offset else None, until=until, session=self.session
            )
        except AgentError:
            if not start.offset:
                raise
            # the file was rewritten behind us (compaction in place, restore): count entries from its beginning instead
            return self._read(Position(0, start.entry, {}))


def _replace(reading: Reading, **fields: Any) -> Reading:
    values = {name: getattr(reading, name) for name in reading.__struct_fields__}
    return Reading(**{**values, **fields})


def _commands(value: Any, depth: int = 0) -> list[str]:
    if isinstance(value, str):
        return [value]
    if depth < 4 and isinstance(value, dict):
        named = [value[name] for name in ("command", "cmd", "script", "input", "code") if name in value]
        return [text for part in named for text in _commands(part, depth + 1)]
    if depth < 4 and isinstance(value, list) and all(isinstance(part, str) for part in value):
        return [" ".join(value)]
    return []
