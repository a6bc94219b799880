"""Laws that every reading must keep, as checks: a reading or two go in, an assertion fails or nothing happens."""

import random
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from gittraj.codec import cbor
from gittraj.model.entry import EVENTS, TYPES, Entry, walk
from gittraj.model.session import Position, Reading


def flat(entries: list[Entry]) -> Counter[bytes]:
    """Every entry by itself, without the events that only hold a sub-agent's entries together."""
    return Counter(
        cbor.encode({key: value for key, value in entry.items() if key != "children"})
        for entry in walk(entries)
        if entry.get("event-type") != "sub-agent"
    )


def usage(entries: list[Entry]) -> Counter[str]:
    total: Counter[str] = Counter()
    for entry in walk(entries):
        total.update(entry.get("token-usage", {}))
    return total


def read_in_parts(agent: Any, path: str, cuts: list[int]) -> list[Reading]:
    """The session read up to each cut, then to the end; the state goes through JSON in between, as it does in life."""
    parts: list[Reading] = []
    position: Position | None = None
    for until in [*cuts, None]:
        parts.append(agent.read(path, position, until=until))
        state = msgspec.json.decode(msgspec.json.encode(parts[-1].next.state))
        position = Position(parts[-1].next.offset, parts[-1].next.entry, state)
    return parts


def check_parts(agent: Any, path: str, cuts: list[int]) -> None:
    """Read in parts or at once: the same entries, the same usage, the same numbers."""
    whole = agent.read(path)
    parts = read_in_parts(agent, path, cuts)
    entries = [entry for part in parts for entry in part.entries]
    if not any(entry.get("event-type") == "sub-agent" for entry in entries):
        assert entries == whole.entries
        assert parts[-1].next.entry == len(whole.entries)
    assert flat(entries) == flat(whole.entries)
    assert usage(entries) == usage(whole.entries)
    assert parts[-1].next.offset == whole.next.offset
    assert sum(part.unknown for part in parts) == whole.unknown
    assert parts[-1].head.session_id == whole.head.session_id
    assert parts[-1].head.started == whole.head.started
    for part in parts:
        check_shape(part)


def check_shape(reading: Reading) -> None:
    """The entries can become a record, ids are unique, ends never fall."""
    cbor.decode(cbor.encode(reading.entries))
    assert len(reading.ends) == len(reading.entries)
    assert reading.ends == sorted(reading.ends)
    assert all(reading.start <= end <= reading.next.offset for end in reading.ends)
    ids = [entry["id"] for entry in walk(reading.entries) if "id" in entry]
    assert len(ids) == len(set(ids))
    unknown = 0
    for entry in walk(reading.entries):
        assert entry["type"] in TYPES
        for key in ("id", "parent-id", "model-id", "call-id", "name", "timestamp", "encrypted", "stop-reason"):
            assert isinstance(entry.get(key, ""), str), (key, entry)
        for name, number in entry.get("token-usage", {}).items():
            assert (isinstance(number, int) and 0 <= number < 2**64) or name == "cost"
        if entry["type"] == "tool-result":
            assert isinstance(entry["is-error"], bool) and "output" in entry
        elif entry["type"] == "tool-call":
            assert isinstance(entry["name"], str) and "input" in entry
        elif entry["type"] == "system-event":
            assert entry["event-type"] in EVENTS and isinstance(entry["data"], dict)
            unknown += entry["event-type"] == "unknown"
        else:
            assert "content" in entry
    assert unknown == reading.unknown


def check_operations(agent: Any, reading: Reading) -> None:
    """Operations and paths of edit content can be asked for of any entry."""
    results = {entry.get("call-id"): entry for entry in walk(reading.entries) if entry["type"] == "tool-result"}
    for entry in walk(reading.entries):
        if entry["type"] == "tool-call":
            agent.operations(entry, results.get(entry.get("call-id")))
            agent.operations(entry, None)
        for path in agent.edit_content(entry):
            node: Any = entry
            for step in path:
                node = node[step]
            assert isinstance(node, str)


def boundaries(path: Path) -> list[int]:
    """Offsets after each line but the last."""
    offsets, at = [], 0
    for line in path.read_bytes().splitlines(keepends=True):
        at += len(line)
        offsets.append(at)
    return offsets[:-1]


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


ODD = (
    None,
    True,
    0,
    -1,
    2**70,
    1.5,
    "",
    "x",
    "\ud83d",
    [],
    {},
    [None],
    {"a": 1},
    [[]],
    {"type": "text"},
    {"type": "tool_use"},
)


def damage(value: Any, chance: random.Random) -> Any:
    """`value` with one random node replaced by another value, or a key taken away."""
    if isinstance(value, (dict, list)) and value and chance.random() < 0.85:
        if isinstance(value, dict):
            key = chance.choice(list(value))
            if chance.random() < 0.1:
                return {each: part for each, part in value.items() if each != key}
            return {**value, key: damage(value[key], chance)}
        number = chance.randrange(len(value))
        return [*value[:number], damage(value[number], chance), *value[number + 1 :]]
    return chance.choice(ODD)
