"""What every reader of a growing file must keep to, whatever the agent: used by the tests of Codex and Gemini."""

import msgspec

from gittraj.model.entry import MESSAGES, TYPES, walk
from gittraj.model.session import Position, Reading


def boundaries(path):
    """The offsets after each line of the file, its beginning included."""
    offsets = [0]
    with open(path, "rb") as file:
        for line in file:
            offsets.append(offsets[-1] + len(line))
    return offsets


def in_parts(read, path, cuts) -> list[Reading]:
    """Readings of `path` that stop at each of `cuts`, and a last one to the end; positions go through JSON in between."""
    readings, position = [], None
    for until in [*sorted(set(cuts)), None]:
        reading = read(str(path), position, until=until)
        readings.append(reading)
        position = msgspec.json.decode(msgspec.json.encode(reading.next), type=Position)
    return readings


def assert_same(whole: Reading, parts: list[Reading]):
    """The parts make the same entries, ends, head and usage as one reading."""
    entries = [entry for part in parts for entry in part.entries]
    assert entries == whole.entries
    assert [end for part in parts for end in part.ends] == whole.ends
    assert parts[-1].head == whole.head
    assert parts[-1].next == whole.next
    assert sum(part.unknown for part in parts) == whole.unknown
    assert usage(entries) == usage(whole.entries)


def assert_well_formed(reading: Reading):
    """Entries have the types and keys that the record's schema and the house rely on."""
    assert len(reading.entries) == len(reading.ends)
    assert reading.ends == sorted(reading.ends)
    seen = set()
    for entry in walk(reading.entries):
        assert entry["type"] in TYPES
        assert isinstance(entry["id"], str) and entry["id"] not in seen
        seen.add(entry["id"])
        assert isinstance(entry.get("call-id", ""), str)
        assert isinstance(entry.get("timestamp", ""), str)
        if entry["type"] == "tool-call":
            assert isinstance(entry["name"], str) and entry["name"] and "input" in entry
        elif entry["type"] == "tool-result":
            assert isinstance(entry["is-error"], bool) and "output" in entry
        elif entry["type"] == "system-event":
            assert isinstance(entry["event-type"], str) and isinstance(entry["data"], dict)
        elif entry["type"] in MESSAGES:
            assert isinstance(entry["content"], (str, list)) and isinstance(entry.get("model-id", ""), str)
        for number in entry.get("token-usage", {}).values():
            assert isinstance(number, int) and number >= 0


def usage(entries):
    """The sum of all token usage, by kind."""
    total = {}
    for entry in walk(entries):
        for key, number in entry.get("token-usage", {}).items():
            total[key] = total.get(key, 0) + number
    return total


def nodes(value, path=()):
    """The key paths of every node of a JSON value."""
    yield path
    if isinstance(value, dict):
        for key, part in value.items():
            yield from nodes(part, (*path, key))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from nodes(part, (*path, number))


def replaced(value, path, new):
    """`value` with the node at `path` replaced."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy
