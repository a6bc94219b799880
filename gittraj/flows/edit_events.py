"""Edits of a judged commit: what a recorder saw and the segments go in; one event per edit and file, and the way of the lines come out."""

from collections.abc import Iterable, Sequence

import msgspec

from gittraj.flows.segments import Segment
from gittraj.model.commit import Commit
from gittraj.model.edit import Edit, Trail
from gittraj.model.entry import walk
from gittraj.model.report import LineRange, ReplayedFile
from gittraj.replay import trails
from gittraj.replay.compare import Changed
from gittraj.replay.engine import Replay
from gittraj.replay.files import Diff
from gittraj.replay.recorder import Action, Touched
from gittraj.replay.trails import Versions


def early(engine: Replay, seen: dict[str, Versions], touched: dict[str, list[Touched]]) -> list[Trail]:
    """The trails up to the commit: of the files it changes (`seen`), and of those touched for nothing. Before the commit lands."""
    rest = dict(touched)
    found: list[Trail] = []
    for path, versions in seen.items():
        mine = rest.pop(path, [])
        if versions.old_path != path and versions.old_path not in seen:
            mine = sorted(rest.pop(versions.old_path, []) + mine, key=lambda each: each.action)
        found.append(trails.committed(path, versions, mine))
    found += [_untouched(engine, path, mine, late=False) for path, mine in rest.items()]
    return found


def late(engine: Replay, touched: dict[str, list[Touched]]) -> list[Trail]:
    """The trails of what was done after the commit, which has landed."""
    return [_untouched(engine, path, mine, late=True) for path, mine in touched.items()]


def events(
    commit: Commit,
    segments: Iterable[Segment],
    actions: Sequence[Action],
    found: Iterable[Trail],
    waiting: Iterable[Edit],
) -> tuple[tuple[Edit, ...], tuple[Trail, ...]]:
    """The edits in the order they happened, and the trails, whose touches name them by place.

    `waiting`: edits of earlier segments that no commit had taken yet; those whose lines are here again are told with this commit.
    """
    sources = list(segments)
    agents = {segment.session: segment.agent.NAME for segment in sources}
    models = {segment.session: _models(segment) for segment in sources}
    known = {(each.session, each.entry, each.kind, each.file): each for each in waiting}
    edits: list[Edit] = []
    places: list[int] = []
    again: dict[tuple[str, int, str, str], int] = {}
    lines = _lines(found, len(actions))
    for action, (added, removed) in zip(actions, lines, strict=True):
        origin = action.origin
        if not action.spans:
            name = (origin.session, origin.entry, origin.kind, action.path)
            if name not in again:
                again[name] = len(edits) if name in known else -1
                if name in known:
                    edits.append(msgspec.structs.replace(known[name], commit=commit.id))
            places.append(again[name])
            continue
        places.append(len(edits))
        calls = models.get(origin.session, {})
        edits.append(
            Edit(
                file=action.path,
                start_line=action.spans[0].new_start + 1,
                end_line=action.spans[-1].new_end,
                lines_added=added,
                lines_removed=removed,
                turn_index=origin.turn,
                entry=origin.entry,
                timestamp=action.at,
                session=origin.session,
                agent=agents.get(origin.session, ""),
                model=calls.get(action.call, calls.get("", "")),
                commit=commit.id,
                call=action.call,
                committed=False,
                spans=tuple((a, b, c, d) for a, b, c, d in action.spans),
                kind=origin.kind,
            )
        )
    done: set[int] = set()
    ways: list[Trail] = []
    for trail in found:
        held = zip(trail.touches, trails.in_commit(trail), strict=True)
        done |= {places[touch.edit] for touch, is_in in held if is_in and touch.edit >= 0}
        touches = tuple(
            msgspec.structs.replace(touch, edit=places[touch.edit]) if touch.edit >= 0 else touch
            for touch in trail.touches
        )
        ways.append(msgspec.structs.replace(trail, touches=touches))
    told = tuple(
        msgspec.structs.replace(edit, committed=True) if number in done else edit for number, edit in enumerate(edits)
    )
    return told, tuple(ways)


def carried(
    changes: Iterable[Changed], files: Iterable[ReplayedFile], edits: Sequence[Edit], diff: Diff
) -> tuple[Trail, ...]:
    """The trails of a commit that was made of others, whose `edits` are known, from what made and removed its lines."""
    verdicts = {file.path: file for file in files}
    named: dict[tuple[str, int, str], list[int]] = {}
    for number, edit in enumerate(edits):
        named.setdefault((edit.session, edit.entry, edit.kind), []).append(number)
    found: list[Trail] = []
    for change in changes:
        file = verdicts.get(change.path)
        binary = b"\0" in (change.old or b"")[:8000] or b"\0" in (change.new or b"")[:8000]
        if binary or (change.old == change.new and change.old_path == change.path):
            continue
        hunks = diff(change.old or b"", change.new or b"")
        trail = trails.plain(
            change.path, change.old_path if change.old is not None else "", change.old, change.new, hunks
        )

        def whose(ranges: Iterable[LineRange], places: Iterable[range], path: str = change.path) -> list[int]:
            lines: dict[int, int] = {}
            for one in ranges:
                numbers = named.get((one.session, one.entry, one.kind), [])
                best = next((each for each in numbers if edits[each].file == path), numbers[0] if numbers else -1)
                lines.update(dict.fromkeys(range(one.start - 1, one.end), best))
            return [lines.get(at, -1) for place in places for at in place]

        added = whose(file.ranges if file else (), (range(start, end) for _, _, start, end in hunks))
        removed = whose(file.removals if file else (), (range(start, end) for start, end, _, _ in hunks))
        found.append(trails.assigned(trail, added, removed))
    return tuple(found)


def _untouched(engine: Replay, path: str, touched: list[Touched], *, late: bool) -> Trail:
    committed = engine.files.at(path).committed
    there = committed.lines if committed.content is not None else None
    return trails.untouched(path, there, touched, late=late)


def _lines(found: Iterable[Trail], count: int) -> list[tuple[int, int]]:
    """(lines added, lines removed) by each action."""
    result = [(0, 0)] * count
    for trail in found:
        for touch in trail.touches:
            if touch.edit < 0:
                continue
            added, removed = result[touch.edit]
            gone = sum(length for _, _, length in touch.removed)
            result[touch.edit] = (added + touch.made, removed + gone)
    return result


def _models(segment: Segment) -> dict[str, str]:
    """The model behind each call, by the call's id; under "" the session's."""
    model = segment.model
    found: dict[str, str] = {"": model}
    for entry in walk(segment.entries):
        told = entry.get("model-id")
        if entry.get("type") == "assistant" and isinstance(told, str):
            model = told
        elif entry.get("type") == "tool-call" and isinstance(entry.get("call-id"), str):
            found[entry["call-id"]] = told if isinstance(told, str) else model
    return found
