"""pi's session file: a path and a position go in, a `Reading` comes out. Branches that were left stay: all entries, in file order."""

import os
from typing import Any

import msgspec

from gittraj.agents.carry import dump, load
from gittraj.agents.jsonl import Lines
from gittraj.agents.pi.messages import event, message, unknown
from gittraj.agents.seen import Seen, check_size, line_at
from gittraj.agents.shape import OddShapeError, raw, text
from gittraj.agents.times import stamp
from gittraj.model.entry import Entry
from gittraj.model.session import Position, Reading, SessionHead


class Memory(msgspec.Struct):
    """What one reading carries to the next. `last`: id of the last line that has one. `header`: of the session's first line."""

    version: int = 1
    last: str = ""
    model: str = ""
    provider: str = ""
    header: dict[str, str] = {}
    seen: str = ""


def read(path: str, start: Position | None = None, *, until: int | None = None) -> Reading:
    """Entries of the session at `path` from `start` to byte `until` or the end. Raises `AgentError` where it cannot be read."""
    start = start or Position()
    memory = load(start.state, Memory)
    seen = Seen(memory.seen)
    check_size(path, start.offset)
    models = [memory.model] if memory.model else []
    entries: list[Entry] = []
    ends: list[int] = []
    lines = Lines(path, start.offset, until)
    begin = start.offset
    for line in lines:
        value = line.value
        if line.damage or not isinstance(value, dict):
            found = [unknown(line.raw if line.damage else raw(value))]
        else:
            found = _entries(path, value, begin, memory, seen)
        entries.extend(found)
        ends.extend([line.end] * len(found))
        if memory.model and memory.model not in models[-1:]:
            models = [*(each for each in models if each != memory.model), memory.model]  # the current one is the last
        begin = line.end
    memory.seen = seen.pack()
    header = memory.header
    return Reading(
        head=SessionHead(
            agent="pi",
            session_id=header.get("id") or os.path.basename(path).removesuffix(".jsonl").rpartition("_")[2],
            format="pi-jsonl",
            model=memory.model,
            models=tuple(models),
            provider=memory.provider,
            cwd=header.get("cwd", ""),
            started=header.get("timestamp", ""),
            parent_session=header.get("parentSession") or header.get("branchedFrom", ""),
        ),
        entries=entries,
        ends=ends,
        next=Position(lines.end, start.entry + len(entries), dump(memory)),
        sha256=lines.sha256,
        start=start.offset,
        unknown=sum(entry.get("event-type") == "unknown" for entry in entries),
        torn=lines.torn,
    )


def _entries(path: str, line: dict[str, Any], begin: int, memory: Memory, seen: Seen) -> list[Entry]:
    """Entries of one line; [] where the line was there before."""
    own_id = identity = parent = ""
    try:
        own_id = identity = text(line.get("id"))
        if line.get("type") == "session":
            return _header(line, memory)
        place = seen.meet(identity, begin) if identity else None
        if place is not None:
            if line_at(path, place) == line:
                return []
            identity = f"{identity}@{begin}"
        parent = text(line.get("parentId"))
        found = message(line, memory) if line.get("type") == "message" else [event(line, memory)]
    except OddShapeError:
        found, parent = [unknown(raw(line))], ""
    own = found[1:] if len(found) > 1 and found[0].get("event-type") == "model-change" else found  # that one is ours
    for entry in found:
        entry.update(_time(line))
    if identity:
        for number, entry in enumerate(own):
            entry["id"] = f"{identity}#{number}" if number else identity
    if parent and parent != memory.last:
        own[0]["parent-id"] = parent
    elif not parent and memory.last and line.get("parentId", "") is None:
        own[0]["is-root"] = True
    memory.last = own_id or memory.last
    return found


def _header(line: dict[str, Any], memory: Memory) -> list[Entry]:
    header = {key: value for key, value in line.items() if isinstance(value, str) and key != "type"}
    first = not memory.header
    if first:
        memory.header = header
        memory.model = header.get("modelId", "")
        memory.provider = header.get("provider", "")
    known = ("type", "timestamp", "id", "cwd") if first and {"id", "cwd"} <= header.keys() else ("type", "timestamp")
    data = raw({key: value for key, value in line.items() if key not in known and value is not None})
    entry: Entry = {"type": "system-event", "event-type": "session-start", "data": data}
    if not isinstance(data, dict):
        entry = unknown(data)
    return [{**entry, **_time(line)}]


def _time(line: dict[str, Any]) -> dict[str, Any]:
    """When the line was written; a time that is none as it stands."""
    when = stamp(line.get("timestamp"))
    return {key: raw(value) for key, value in when.items()}
