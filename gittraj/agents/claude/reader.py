"""Claude Code's session file: a path and a position go in, a `Reading` comes out, sub-agents as children of the calls that began them."""

import os
from typing import Any

from gittraj.agents.claude import subagents
from gittraj.agents.claude.chain import alias, entries
from gittraj.agents.claude.memory import LINKS, digest, remember, restore, store, thread
from gittraj.agents.jsonl import Line, Lines
from gittraj.agents.seen import ELSEWHERE, check_size, line_at
from gittraj.agents.shape import OddShapeError, mapping, raw, text
from gittraj.agents.times import stamp
from gittraj.model.entry import Entry, walk
from gittraj.model.session import Position, Reading, SessionHead

FORMAT = "claude-jsonl"
_UNKNOWN = "?"  # key of a side chain whose call is not known


def read(path: str, start: Position | None = None, *, until: int | None = None) -> Reading:
    """Entries of the session at `path` from `start` to byte `until` or the end. Raises `AgentError` where it cannot be read.

    A sub-agent's lines become `children` of its call, or of a ``sub-agent`` event where the call lies before `start`. Of
    sub-agents' own files, what is no later than the last line read belongs to this reading (all of it where `until` is None).
    """
    return Session(path, start or Position()).run(until)


class Session:
    """One reading under way; `subagents` adds to it what lies in other files.

    `calls`: the calls of this reading, each with the index of its top-level entry. `orphans`: index of the event that holds a
    sub-agent whose call lies before this reading.
    """

    def __init__(self, path: str, start: Position) -> None:
        self.path = path
        self.start = start
        self.memory, self.seen = restore(start.state)
        self.alone = os.path.basename(path).startswith("agent-")  # a sub-agent's file, read for itself
        self.entries: list[Entry] = []
        self.ends: list[int] = []
        self.unknown = 0
        self.calls: dict[str, tuple[Entry, int]] = {}
        self.orphans: dict[str, int] = {}
        self.models: list[str] = [self.memory.main.model] if self.memory.main.model else []
        self.began_in = dict(self.memory.main.fields)

    def run(self, until: int | None) -> Reading:
        """Read to byte `until` or the end. Raises `AgentError`."""
        lines = Lines(self.path, self.start.offset, until)
        check_size(self.path, self.start.offset)
        begin = self.start.offset
        for line in lines:
            self._take(line, begin)
            begin = line.end
        if not self.alone:
            subagents.read(self, None if until is None else self.memory.horizon)
        ends: list[int] = []
        for end in self.ends:
            ends.append(max(end, ends[-1] if ends else self.start.offset))
        return Reading(
            head=self._head(),
            entries=self.entries,
            ends=ends,
            next=Position(lines.end, self.start.entry + len(self.entries), store(self.memory, self.seen)),
            sha256=lines.sha256,
            start=self.start.offset,
            unknown=self.unknown,
            torn=lines.torn,
        )

    def _take(self, line: Line, begin: int) -> None:
        """Add the entries of one line of the session's file."""
        value = line.value
        if line.damage or not isinstance(value, dict):
            self.add(_unknown(line.raw if line.damage else value, {}, ""), line.end)
            return
        identity: str | None = ""
        try:
            when = value.get("timestamp")
            if isinstance(when, str) and when > self.memory.horizon:
                self.memory.horizon = when
            if value.get("type") == "progress" and isinstance(mapping(value.get("data")).get("message"), dict):
                self._progress(value, line.end)
                return
            identity = self._identity(value, begin)
            if identity is None:
                return
            if value.get("isSidechain") is True and not self.alone:
                self._sidechain(value, identity, line.end)
                return
            found = entries(value, self.memory.main, self.memory, identity, False)
            self._learn(value)
        except OddShapeError:
            found = [_unknown(value, value, identity or "")]
            self.memory.main.shown = identity or self.memory.main.shown
        for entry in found:
            self.add(entry, line.end)

    def _identity(self, value: dict[str, Any], begin: int) -> str | None:
        """The id for the line's entries, "" where it has none, None where the line was there before."""
        uuid = text(value.get("uuid"))
        place = self.seen.meet(uuid, begin) if uuid else None
        if place is None:
            return uuid
        if place != ELSEWHERE and line_at(self.path, place) == value:
            return None
        return f"{uuid}@{begin}"

    def _learn(self, value: dict[str, Any]) -> None:
        """What the head and the links of sub-agents need of a line."""
        memory = self.memory
        memory.started = memory.started or text(value.get("timestamp"))
        for name in ("cwd", "gitBranch"):
            if isinstance(value.get(name), str):
                self.began_in.setdefault(name, value[name])
        session = text(value.get("sessionId"))
        memory.session = memory.session or session
        origin = value.get("forkedFrom")
        if not memory.parent and isinstance(origin, dict):
            memory.parent = text(origin.get("sessionId"))
        model = memory.main.model
        if model and model != (self.models[-1] if self.models else ""):
            self.models = [*(each for each in self.models if each != model), model]  # the current one is the last
        result = value.get("toolUseResult")
        if isinstance(result, dict) and isinstance(result.get("agentId"), str):
            content = mapping(value.get("message")).get("content")
            for block in content if isinstance(content, list) else []:
                if isinstance(block, dict) and isinstance(block.get("tool_use_id"), str):
                    remember(memory.links, result["agentId"], block["tool_use_id"], LINKS)

    def add(self, entry: Entry, end: int) -> None:
        """Add a top-level entry that the line ending at `end` gives."""
        self.entries.append(entry)
        self.ends.append(end)
        self._register([entry], len(self.entries) - 1)

    def _register(self, found: list[Entry], index: int) -> None:
        for entry in walk(found):
            if entry["type"] == "tool-call" and "call-id" in entry:
                self.calls[entry["call-id"]] = entry, index
                given = entry["input"]
                if isinstance(given, dict) and isinstance(given.get("prompt"), str):
                    remember(self.memory.prompts, digest(given["prompt"]), entry["call-id"], LINKS)
            elif entry.get("event-type") == "unknown":
                self.unknown += 1

    def _progress(self, value: dict[str, Any], end: int) -> None:
        """A line of progress that carries a message of a sub-agent."""
        data = mapping(value["data"])
        inner = {
            **{key: value.get(key) for key in ("timestamp", "cwd", "gitBranch") if key in value},
            **data["message"],
        }
        call, agent = text(value.get("parentToolUseID")), text(data.get("agentId"))
        if agent:
            remember(self.memory.links, agent, call, LINKS)
        parent = text(value.get("parentUuid"))
        alias(value, self.memory, self.memory.aliases.get(parent, parent))
        uuid = text(inner.get("uuid")) or text(value.get("uuid"))
        if uuid and self.seen.meet(uuid, ELSEWHERE) is not None:
            return
        chain = thread(self.memory, call or agent)
        inner.pop("parentUuid", None)  # the lines between are not in this file
        self.adopt(call, agent, entries(inner, chain, self.memory, uuid, True), end)

    def _sidechain(self, value: dict[str, Any], identity: str, end: int) -> None:
        """A sub-agent's line in the session's own file (older versions)."""
        memory = self.memory
        key = memory.sides.get(text(value.get("parentUuid")), "")
        if not key:  # the first line of the chain: its text is the prompt that the call gave
            key = memory.prompts.pop(digest(subagents.prompt(value)), "") or f"{_UNKNOWN}{identity}"
        if text(value.get("uuid")):
            remember(memory.sides, text(value["uuid"]), key, LINKS)
        found = entries(value, thread(memory, key), memory, identity, True)
        call = "" if key.startswith(_UNKNOWN) else key
        self.adopt(call, text(value.get("agentId")), found, end, key)

    def adopt(self, call: str, agent: str, found: list[Entry], end: int, key: str = "") -> None:
        """Make entries children of `call`, or of an event (one for each `key`) where it is not in this reading.

        `end`: 0 for lines of another file.
        """
        if not found:
            return
        key = key or call or agent
        parent, index = self.calls.get(call, (None, self.orphans.get(key, -1)))
        if parent is None and index < 0:
            event: Entry = {"type": "system-event", "event-type": "sub-agent", "data": {}}
            if call:
                event["call-id"] = call
            if agent:
                event["data"]["agentId"] = agent
            if "timestamp" in found[0]:
                event["timestamp"] = found[0]["timestamp"]
            index = self.orphans[key] = len(self.entries)
            self.add(event, end)
        if parent is None:
            parent = self.entries[index]
        parent.setdefault("children", []).extend(found)
        self.ends[index] = max(self.ends[index], end)
        self._register(found, index)

    def _head(self) -> SessionHead:
        memory = self.memory
        stem = os.path.basename(self.path).removesuffix(".jsonl")
        named = len(stem) == 36 and stem.count("-") == 4  # files are called after their session; copies may not be
        now = memory.main.fields
        return SessionHead(
            agent="claude-code",
            session_id=stem if named or self.alone else memory.session or stem,
            format=FORMAT,
            agent_version=now.get("version", ""),
            model=memory.main.model,
            models=tuple(self.models),
            provider="anthropic"
            if "claude" in memory.main.model
            else "",  # others' models can be put behind Claude Code
            cwd=self.began_in.get("cwd", ""),
            branch=self.began_in.get("gitBranch", ""),
            started=memory.started,
            parent_session=memory.parent or (memory.session if named and memory.session != stem else ""),
        )


def _unknown(value: Any, line: dict[str, Any], identity: str) -> Entry:
    entry: Entry = {"type": "system-event", "event-type": "unknown", "data": {"raw": raw(value)}}
    when = stamp(line.get("timestamp"))
    if "timestamp" in when:
        entry.update(when)
    if identity:
        entry["id"] = identity
    return entry
