"""Measures of sessions against each other: the lineage and when each session ran go in, what each met of others comes out."""

from collections.abc import Mapping
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


def measures(lineage: Lineage, ran: Mapping[str, Ran]) -> dict[str, Measures]:
    """For each session of `ran`: how many sessions had ended before it began, how many of those had touched lines that it touched too,

    the seconds until the same user's next session, and how many regions it edited with two calls or more.
    """
    times = {name: (_seconds(each.start), _seconds(each.end)) for name, each in ran.items()}
    mine: dict[str, list[int]] = {}
    for number, node in enumerate(lineage.nodes):
        if node.edit != UNTRACED:
            mine.setdefault(lineage.edits[node.edit].session, []).append(number)
    return {
        name: Measures(
            _prior(name, times),
            _same_region(lineage, name, mine.get(name, []), times),
            _reopened(name, ran, times),
            _re_edited(lineage, mine[name]) if name in mine else None,
        )
        for name in ran
    }


Times = Mapping[str, tuple[float | None, float | None]]


def _ended_before(other: str, name: str, times: Times) -> bool:
    end, start = times.get(other, (None, None))[1], times[name][0]
    return other != name and end is not None and start is not None and end <= start


def _prior(name: str, times: Times) -> int | None:
    return None if times[name][0] is None else sum(1 for other in times if _ended_before(other, name, times))


def _same_region(lineage: Lineage, name: str, nodes: list[int], times: Times) -> int | None:
    if not nodes or times[name][0] is None:
        return None
    earlier = {
        lineage.edits[lineage.nodes[node].edit].session
        for node in lineage.ancestors(nodes)
        if lineage.nodes[node].edit != UNTRACED
    }
    return sum(1 for other in earlier if _ended_before(other, name, times))


def _reopened(name: str, ran: Mapping[str, Ran], times: Times) -> float | None:
    end, user = times[name][1], ran[name].user
    if end is None or not user:
        return None
    gaps = [
        start - end
        for other, (start, _) in times.items()
        if other != name and ran[other].user == user and start is not None and start >= end
    ]
    return min((gap for gap in gaps if gap <= REOPENED_WITHIN), default=None)


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
