"""Measures of sessions against each other: the lineage and when each session ran go in, what each met of others comes out."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from gittraj.history.lineage import UNTRACED, Lineage

REOPENED_WITHIN = 86_400.0  # seconds: a session later than this is a new piece of work, not a reopened one (inventory)


class Ran(NamedTuple):
    """When a session ran (RFC 3339 as recorded, "" unknown) and for whom."""

    start: str
    end: str
    user: str = ""


class Measures(NamedTuple):
    """None where the evidence is missing, never a zero in its place."""

    prior_sessions_same_repo: int | None
    prior_sessions_same_region: int | None
    session_reopened_within_s: float | None
    region_re_edit_count: int | None


class Share(NamedTuple):
    """What a session has in some files: sessions with edits that its own followed from, and how many regions it edited with two calls or more."""

    earlier: tuple[str, ...]
    re_edited: int


def shares(lineage: Lineage, nodes: Iterable[int]) -> dict[str, Share]:
    """Of each session with nodes among `nodes`, which are all of some files, in order."""
    mine: dict[str, list[int]] = {}
    led: dict[int, int] = {}  # node → the sessions that it and what it follows from are of, a bit for each
    bits: dict[str, int] = {}
    for number in nodes:
        node = lineage.nodes[number]
        found = 0
        for pred in node.preds:
            found |= led[pred]
        if node.edit != UNTRACED:
            session = lineage.edits[node.edit].session
            mine.setdefault(session, []).append(number)
            found |= 1 << bits.setdefault(session, len(bits))
        led[number] = found
    names = list(bits)
    told: dict[str, Share] = {}
    for session, own in mine.items():
        whole = 0
        for number in own:
            whole |= led[number]
        whole &= ~(1 << bits[session])
        earlier = tuple(names[at] for at in range(whole.bit_length()) if whole >> at & 1)
        told[session] = Share(earlier, _re_edited(lineage, own))
    return told


def measures(ran: Mapping[str, Ran], shared: Mapping[str, Sequence[Share]]) -> dict[str, Measures]:
    """For each session of `ran`: how many sessions had ended before it began, how many of those had touched lines that it touched too,

    the seconds until the same user's next session, and how many regions it edited with two calls or more. `shared`: its shares in all files.
    """
    times = {name: (_seconds(each.start), _seconds(each.end)) for name, each in ran.items()}
    ends = sorted(end for _, end in times.values() if end is not None)
    starts: dict[str, list[float]] = {}
    for name, (start, _) in times.items():
        if start is not None:
            starts.setdefault(ran[name].user, []).append(start)
    for each in starts.values():
        each.sort()
    return {
        name: Measures(
            _prior(times[name], ends),
            _same_region(name, shared.get(name, ()), times),
            _reopened(times[name], starts.get(ran[name].user, []) if ran[name].user else []),
            sum(each.re_edited for each in shared[name]) if name in shared else None,
        )
        for name in ran
    }


Times = Mapping[str, tuple[float | None, float | None]]


def _ended_before(other: str, name: str, times: Times) -> bool:
    end, start = times.get(other, (None, None))[1], times[name][0]
    return other != name and end is not None and start is not None and end <= start


def _prior(own: tuple[float | None, float | None], ends: Sequence[float]) -> int | None:
    start, end = own
    if start is None:
        return None
    return bisect_right(ends, start) - (end is not None and end <= start)  # not itself


def _same_region(name: str, shared: Sequence[Share], times: Times) -> int | None:
    if not shared or times[name][0] is None:
        return None
    return sum(1 for other in {each for share in shared for each in share.earlier} if _ended_before(other, name, times))


def _reopened(own: tuple[float | None, float | None], starts: Sequence[float]) -> float | None:
    start, end = own
    if end is None:
        return None
    at = bisect_left(starts, end)
    if start is not None and start >= end and at < len(starts) and starts[at] == start:
        at += 1  # itself
    return starts[at] - end if at < len(starts) and starts[at] - end <= REOPENED_WITHIN else None


def _re_edited(lineage: Lineage, nodes: list[int]) -> int:
    """Connected ranges that two of the session's calls or more edited."""
    own = set(nodes)
    above = {node: node for node in nodes}

    def root(node: int) -> int:
        while above[node] != node:
            above[node] = above[above[node]]
            node = above[node]
        return node

    for node in nodes:
        waiting, seen = [node], {node}
        while waiting:
            for pred in lineage.nodes[waiting.pop()].preds:
                if pred in seen:
                    continue
                seen.add(pred)
                if pred in own:
                    above[root(node)] = root(pred)
                else:
                    waiting.append(pred)
    calls: dict[int, set[tuple[str, int]]] = {}
    for node in nodes:
        edit = lineage.edits[lineage.nodes[node].edit]
        calls.setdefault(root(node), set()).add((edit.call, -1 if edit.call else edit.entry))
    return sum(1 for each in calls.values() if len(each) > 1)


def _seconds(told: str) -> float | None:
    try:
        return datetime.fromisoformat(told).timestamp() if told else None
    except ValueError:
        return None
