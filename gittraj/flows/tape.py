"""A session put together from the copies that checkpoints hold of it: transcripts go in, one row of entries with each copy's end comes out.

Copies of one session mostly grow, each beginning with the one before; some tools keep only what is new in each. Both are told by the
entries' ids, and an entry is kept once.
"""

import os
import tempfile
from collections.abc import Sequence
from typing import Any, NamedTuple

from gittraj.agents import registry
from gittraj.agents.interface import Agent
from gittraj.capture.moments import seconds
from gittraj.codec.digest import sha256_hex
from gittraj.errors import AgentError
from gittraj.model.entry import Entry
from gittraj.model.session import Reading, SessionHead

TRANSCRIPT_LIMIT = 512 << 20  # bytes of one transcript; hosts refuse files over 100 MB, tools cut theirs below that
_NAME = "session.jsonl"


class Copy(NamedTuple):
    """One transcript: its bytes, and files of sub-agents (name, bytes) beside it."""

    name: str
    data: bytes
    sub_agents: tuple[tuple[str, bytes], ...] = ()


class Piece(NamedTuple):
    """The stretch of a transcript that entries come from: byte range and SHA-256 (0, 0, "" where there is no byte order)."""

    start: int
    end: int
    sha256: str


class Tape:
    """The session. `entries` in order; `stops`: by the name of a copy, how many entries end with it."""

    def __init__(self, agent: Agent, head: SessionHead) -> None:
        self.agent = agent
        self.head = head
        self.entries: list[Entry] = []
        self.stops: dict[str, int] = {}
        self.unknown = 0
        self._ends: list[tuple[int, int]] = []  # (copy, byte offset)
        self._copies: list[bytes] = []
        self._ids: dict[str, int] = {}

    def add(self, reading: Reading, copy: Copy) -> None:
        """Take in what the copy has beyond the entries known."""
        known = self._known(reading.entries)
        if known is None:
            self.stops[copy.name] = self._last(reading.entries)
            return
        self._copies.append(copy.data)
        at = len(self._copies) - 1
        for entry, end in zip(reading.entries[known:], reading.ends[known:], strict=True):
            if isinstance(entry.get("id"), str):
                self._ids.setdefault(entry["id"], len(self.entries))
            self.entries.append(entry)
            self._ends.append((at, end))
        self.stops[copy.name] = len(self.entries)

    def beginning(self, copy: Copy, size: int) -> bool:
        """Where `copy` is the first `size` bytes of a copy taken in, note its stop without reading it; False where it is none."""
        for at, data in enumerate(self._copies):
            if data.startswith(copy.data) and not copy.sub_agents:
                inside = [place for place, (which, end) in enumerate(self._ends) if which == at]
                if not inside or not self._ends[inside[0]][1]:
                    return False
                self.stops[copy.name] = inside[0] + sum(1 for place in inside if self._ends[place][1] <= size)
                return True
        return False

    def ends(self) -> list[int]:
        """Where the source may be cut, as `Reading.ends` says it."""
        return [end + (at << 40) if end else 0 for at, end in self._ends]

    def piece(self, first: int, stop: int) -> Piece:
        """Where the entries from `first` to `stop` stand in their transcript; nothing where they come from several."""
        if first >= stop:
            return Piece(0, 0, "")
        at, end = self._ends[stop - 1]
        if not end or any(which != at for which, _ in self._ends[first:stop]):
            return Piece(0, 0, "")
        start = self._ends[first - 1][1] if first and self._ends[first - 1][0] == at else 0
        return Piece(start, end, sha256_hex(self._copies[at][start:end]))

    @property
    def timed(self) -> bool:
        """Whether the entries say when they were written."""
        return any(seconds(entry) is not None for entry in self.entries)

    def _known(self, entries: Sequence[Entry]) -> int | None:
        """How many of `entries` are on the tape already; None where all are."""
        if not self.entries:
            return 0
        if not any(isinstance(entry.get("id"), str) for entry in entries):  # told apart by their number only
            return len(self.entries) if len(entries) > len(self.entries) else None
        for place in range(len(entries) - 1, -1, -1):
            if entries[place].get("id") in self._ids:
                return place + 1 if any(isinstance(each.get("id"), str) for each in entries[place + 1 :]) else None
        return 0

    def _last(self, entries: Sequence[Entry]) -> int:
        places = [self._ids[entry["id"]] + 1 for entry in entries if entry.get("id") in self._ids]
        return max(places) if places else min(len(entries), len(self.entries))


def wind(copies: Sequence[Copy]) -> Tape:
    """The session of which `copies` (of one session, at least one) are. Raises `AgentError` where none of them can be read."""
    problems: list[str] = []
    readings: list[tuple[float, int, Reading, Agent, Copy]] = []
    short: list[Copy] = []
    whole: list[Copy] = []
    for copy in sorted(copies, key=lambda one: len(one.data), reverse=True):
        if any(one.data.startswith(copy.data) for one in whole) and not copy.sub_agents:
            short.append(copy)
            continue
        whole.append(copy)
    for copy in whole:
        try:
            agent, reading = _read(copy)
        except AgentError as error:
            problems.append(error.message)
            continue
        readings.append((_began(reading), len(copy.data), reading, agent, copy))
    if not readings:
        raise AgentError(problems[0])
    readings.sort(key=lambda one: one[:2])
    tape = Tape(readings[-1][3], readings[-1][2].head)
    for _, _, reading, agent, copy in readings:
        if agent is tape.agent:
            tape.unknown += reading.unknown
            tape.add(reading, copy)
    for copy in short:
        if not tape.beginning(copy, len(copy.data)):
            try:
                agent, reading = _read(copy)
            except AgentError:
                continue
            if agent is tape.agent:
                tape.add(reading, copy)
    if not tape.entries:
        raise AgentError("the transcript holds no entries")
    return tape


def _read(copy: Copy) -> tuple[Agent, Reading]:
    """Which agent wrote the transcript is told from its bytes; labels lie."""
    if len(copy.data) > TRANSCRIPT_LIMIT:
        raise AgentError(f"the transcript has {len(copy.data)} bytes")
    with tempfile.TemporaryDirectory(prefix="gittraj-") as folder:
        path = os.path.join(folder, _NAME)
        beside = os.path.join(folder, _NAME.removesuffix(".jsonl"), "subagents")
        try:
            _write(path, copy.data)
            for name, data in copy.sub_agents:
                os.makedirs(beside, exist_ok=True)
                _write(os.path.join(beside, os.path.basename(name)), data)
        except OSError as error:
            raise AgentError(f"the transcript cannot be laid out in {folder}: {error.strerror}") from error
        try:
            agent = registry.recognise(path)
            return agent, agent.read(path)
        except AgentError as error:
            raise AgentError(error.message.replace(f"{path}: ", "the transcript: ")) from error


def _write(path: str, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)


def _began(reading: Reading) -> float:
    return next((moment for entry in reading.entries if (moment := seconds(entry)) is not None), 0.0)


def fresh(value: Any) -> Any:
    """A copy of entries that may be changed: one stretch may go to several commits."""
    if isinstance(value, dict):
        return {key: fresh(part) for key, part in value.items()}
    if isinstance(value, list):
        return [fresh(part) for part in value]
    return value
