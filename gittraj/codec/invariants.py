"""The record's invariants: a decoded record goes in, what contradicts itself in it comes out.

From the draft's conformance text (I1 to I4), for a record that holds one segment of a session:

========================== =======================================================================================
rule                       what must hold
========================== =======================================================================================
ids-repeated               no two entries have the same ``id``, no two tool calls the same ``call-id``, children included
timestamps-out-of-order    within one list of entries, timestamps never decrease
timestamps-outside-session timestamps lie between ``session-start`` and ``session-end``, where the record has these
results-unpaired           a result names a call that stands before it; from the second segment on, that call may lie in
                           an earlier segment. A call without result is open: it may be answered in a later segment
segment                    ``last`` - ``first`` + 1 (and ``entries``) is the number of entries; ``prev`` is null for
                           segment 0 and only there
========================== =======================================================================================

Sources break the first four at times (clocks that jump, resumed sessions that repeat entries). The record keeps such entries
as they are and says so in ``gittraj.flags``, by the rule's name; the rule is then not held against it. PR-08 (attributed files
are named by a call) is left to the replay, which proves more.
"""

import datetime
import functools
from collections.abc import Callable, Iterator
from typing import Any

from gittraj.codec.problems import EnoughError, Problem, Problems
from gittraj.codec.schema import CHILDREN

_LONGEST = 64  # characters of a timestamp that are read
_KNOWN = 4096  # timestamps remembered: two rules ask for each
Walked = tuple[str, int, dict[str, Any]]  # path of its list, index, entry
RULES = ("ids-repeated", "timestamps-out-of-order", "timestamps-outside-session", "results-unpaired")


def check(record: Any) -> list[Problem]:
    """What breaks the rules, but for those that the record's flags name; [] where nothing does.

    Any value may come in, nothing is raised: what is malformed is the schema's business and passed over.
    """
    flags = {flag for flag in _part(_part(record, "gittraj", dict), "flags", list) if flag in RULES}
    return [problem for rule, problem in _problems(record) if rule not in flags]


def irregularities(record: Any) -> list[str]:
    """The names of the rules that the record breaks and may flag: what its builder writes into ``gittraj.flags``."""
    return sorted({rule for rule, _ in _problems(record)}.intersection(RULES))


def _problems(record: Any) -> Iterator[tuple[str, Problem]]:
    session = _part(record, "session", dict)
    entries = _part(session, "entries", list)
    segment = _part(_part(record, "gittraj", dict), "segment", dict)
    walked = list(_walk(entries))
    rules: tuple[tuple[str, Callable[[Problems], None]], ...] = (
        ("ids-repeated", lambda problems: _unique(walked, problems)),
        ("timestamps-out-of-order", lambda problems: _ordered(walked, problems)),
        ("timestamps-outside-session", lambda problems: _inside(session, walked, problems)),
        ("results-unpaired", lambda problems: _paired(walked, segment, problems)),
        ("segment", lambda problems: _counted(entries, segment, problems)),
    )
    for rule, run in rules:
        problems = Problems()
        try:
            run(problems)
        except EnoughError:
            pass
        for problem in problems.found:
            yield rule, problem


def _part(value: Any, key: str, kind: type) -> Any:
    part = value.get(key) if type(value) is dict else None
    return part if type(part) is kind else kind()


def _walk(entries: list[Any], path: str = "session.entries", depth: int = 0) -> Iterator[Walked]:
    """Every entry that is a map with path of its list and index, children right after their parent."""
    for index, entry in enumerate(entries):
        if type(entry) is dict:
            yield path, index, entry
            if "children" in entry and depth < CHILDREN:
                yield from _walk(_part(entry, "children", list), f"{path}[{index}].children", depth + 1)


def _unique(walked: list[Walked], problems: Problems) -> None:
    ids: set[str] = set()
    calls: set[str] = set()
    for path, index, entry in walked:
        for name, seen in (("id", ids), ("call-id", calls)):
            value = entry.get(name)
            if type(value) is str and (name == "id" or entry.get("type") == "tool-call"):
                if value in seen:
                    problems.add(f"{path}[{index}].{name}", f"is not unique: {value[:80]!r}")
                seen.add(value)


def _ordered(walked: list[Walked], problems: Problems) -> None:
    last: dict[str, float] = {}
    for path, index, entry in walked:
        moment = seconds(entry.get("timestamp"))
        if moment is not None:
            if moment < last.get(path, moment):
                problems.add(f"{path}[{index}].timestamp", "is before that of the entry before")
            last[path] = moment


def _inside(session: dict[str, Any], walked: list[Walked], problems: Problems) -> None:
    start, end = seconds(session.get("session-start")), seconds(session.get("session-end"))
    if start is None and end is None:
        return
    for path, index, entry in walked:
        moment = seconds(entry.get("timestamp"))
        if moment is not None:
            if start is not None and moment < start:
                problems.add(f"{path}[{index}].timestamp", "is before session-start")
            if end is not None and moment > end:
                problems.add(f"{path}[{index}].timestamp", "is after session-end")


def _paired(walked: list[Walked], segment: dict[str, Any], problems: Problems) -> None:
    index_of_segment = segment.get("index")
    later = type(index_of_segment) is int and index_of_segment > 0
    all_calls = {entry.get("call-id") for _, _, entry in walked if _is_call(entry)}
    calls: set[str] = set()
    for path, index, entry in walked:
        call = entry.get("call-id")
        if _is_call(entry):
            calls.add(entry["call-id"])
        elif entry.get("type") == "tool-result":
            if type(call) is not str:
                problems.add(f"{path}[{index}].call-id", "is missing, so the result belongs to no call")
            elif call not in calls and (call in all_calls or not later):
                problems.add(f"{path}[{index}].call-id", f"names no earlier call: {call[:80]!r}")


def _is_call(entry: dict[str, Any]) -> bool:
    return entry.get("type") == "tool-call" and type(entry.get("call-id")) is str


def _counted(entries: list[Any], segment: dict[str, Any], problems: Problems) -> None:
    index, first, last, count = (segment.get(name) for name in ("index", "first", "last", "entries"))
    if type(first) is int and type(last) is int and last - first + 1 != len(entries):
        problems.add("gittraj.segment.last", f"gives {last - first + 1} entries, the record has {len(entries)}")
    if type(count) is int and count != len(entries):
        problems.add("gittraj.segment.entries", f"is {count}, the record has {len(entries)}")
    if type(index) is int and "prev" in segment and (index == 0) != (segment["prev"] is None):
        problems.add("gittraj.segment.prev", "must be null for the first segment and only there")


def seconds(timestamp: Any) -> float | None:
    """Seconds since the epoch of a record's timestamp (RFC 3339 text, or epoch milliseconds); None for anything else."""
    if type(timestamp) is int:
        return timestamp / 1000 if 0 <= timestamp < 1 << 64 else None
    if type(timestamp) is not str:
        return None
    return _seconds(timestamp) if len(timestamp) <= _LONGEST else None


@functools.lru_cache(_KNOWN)
def _seconds(timestamp: str) -> float | None:
    leap = timestamp[17:19] == "60"  # RFC 3339 section 5.6 allows it, datetime does not
    try:
        moment = datetime.datetime.fromisoformat(timestamp[:17] + "59" + timestamp[19:] if leap else timestamp)
        return moment.timestamp() + leap if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
