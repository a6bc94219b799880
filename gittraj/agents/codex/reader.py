"""Rollouts: a path and a position go in, the session's entries with the offsets where they end come out."""

from typing import Any

import msgspec

from gittraj.agents.codex import events, items, meta, subagents, unpack, usage
from gittraj.agents.codex.state import State
from gittraj.agents.jsonl import Line, Lines
from gittraj.agents.shape import OddShapeError, mapping, raw, shallow, text
from gittraj.agents.times import stamp
from gittraj.errors import AgentError
from gittraj.model.entry import Entry
from gittraj.model.session import Position, Reading

_BARE = ("message", "reasoning", "function_call", "function_call_output", "local_shell_call")


def read(path: str, start: Position | None = None, *, until: int | None = None, above: tuple[str, ...] = ()) -> Reading:
    """Entries from `start` to the end or to byte `until` (of the unpacked text, where the file is compressed).

    `above`: rollouts of the agents that spawned this one, outermost first. Raises `AgentError`.
    """
    if path.endswith(".zst"):
        with unpack.unpacked(path) as plain:
            return _read(plain, path, start or Position(), until, above)
    return _read(path, path, start or Position(), until, above)


def _read(file: str, path: str, start: Position, until: int | None, above: tuple[str, ...]) -> Reading:
    try:
        state = msgspec.convert(start.state, State)
    except msgspec.ValidationError as error:
        raise AgentError(f"{path}: the remembered position is not one of this reader: {error}") from error
    lines = Lines(file, start.offset, until)
    family = subagents.Family(path, above, read)
    entries: list[Entry] = []
    ends: list[int] = []
    unknown = 0
    for line in lines:
        state.line += 1
        for number, entry in enumerate(_line(state, family, line)):
            entry["id"] = f"{family.prefix}{state.line}" + (f".{number}" if number else "")
            unknown += entry.get("event-type") == "unknown"
            entries.append(entry)
            ends.append(line.end)
    return Reading(
        head=state.head(),
        entries=entries,
        ends=ends,
        next=Position(offset=lines.end, entry=start.entry + len(entries), state=msgspec.to_builtins(state)),
        sha256=lines.sha256,
        start=start.offset,
        unknown=unknown + family.unknown,
        torn=lines.torn,
    )


def _line(state: State, family: subagents.Family, line: Line) -> list[Entry]:
    """The entries of one line; one ``unknown`` event where it is not understood."""
    value = line.value
    if not isinstance(value, dict) or not shallow(value):
        data = {"raw": line.raw if line.damage else raw(value), **({"damage": line.damage} if line.damage else {})}
        return [events.event("unknown", data)]
    when: dict[str, Any] = {} if "timestamp" not in value else stamp(value["timestamp"])
    try:
        entries = _entries(state, value)
        if entries is not None:
            entries = family.gather(state, entries)
    except OddShapeError:
        entries = None
    if entries is None:
        entries = [events.event("unknown", {"raw": value})]
    for entry in entries:
        entry.update(when)
    return entries


def _entries(state: State, value: dict[str, Any]) -> list[Entry] | None:
    kind = text(value.get("type"))
    if "payload" not in value:
        return _bare(state, kind, value)
    payload = mapping(value["payload"])
    match kind:
        case "response_item":
            return items.entries(state, payload)
        case "event_msg":
            return events.entries(state, payload)
        case "session_meta":
            return meta.entries(state, payload)
        case "turn_context":
            return events.settings(state, payload, "turn_context")
        case "world_state":
            return events.world(state, mapping(payload.get("state")))
        case "token_usage_record":
            return usage.recorded(state, payload)
        case "compacted":
            return events.compacted(state, payload)
        case "inter_agent_communication" | "inter_agent_communication_metadata":
            return [events.event("sub-agent", {"kind": kind, **payload})]
    return None


def _bare(state: State, kind: str, value: dict[str, Any]) -> list[Entry] | None:
    """Lines of rollouts before 0.3x: items without an envelope."""
    if kind in _BARE:
        return items.entries(state, value)
    if not kind and "id" in value and "instructions" in value:
        return meta.entries(state, value)
    if value.get("record_type") == "state":
        return []
    return None
