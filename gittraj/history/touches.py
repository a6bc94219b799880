"""The touches of one trail as nodes: what edits did to one file on the way to a commit goes in, a node for each touch comes out."""

from collections.abc import Sequence
from typing import NamedTuple

from gittraj.history.lineage import UNTRACED, Lineage
from gittraj.history.lines import NO_NODE, Piece, Version, part
from gittraj.history.scars import OLD, Scar, Scars
from gittraj.model.edit import BEFORE, Run, Touch, Trail


class Touched(NamedTuple):
    """`claimed`: ranges of the old version that it took away. `last`: the last node that followed from it in this trail."""

    node: int
    claimed: tuple[tuple[int, int], ...]
    last: int


def touched(
    lineage: Lineage, commit: int, trail: Trail, base: Version, places: Sequence[int]
) -> tuple[list[Touched], Sequence[Scar]]:
    """A node for each touch, in order, and the scars that remain. `places`: of the commit's edits in the lineage."""
    nodes: list[int] = []
    anchors: list[int] = []
    follows: list[set[int]] = []
    claims: list[tuple[tuple[int, int], ...]] = []
    scars = Scars(base)
    taken = _Taken(trail)
    spans: dict[int, int] = {}
    for number, touch in enumerate(trail.touches):
        again = touch.made > 0 and not touch.after
        removed: list[Piece] = []
        claimed: list[tuple[int, int]] = []
        preds: set[int] = set()
        before: set[int] = set()
        if again:
            for start, end in taken.ranges(number):
                removed += base.within(start, end)
                claimed += [(start, end)] if start < end else []
        for source, first, count in touch.removed:
            if source == BEFORE:
                removed += base.within(first, first + count)
                claimed.append((first, first + count))
            elif source >= 0:
                before.add(source)
                removed += part(lineage.nodes[nodes[source]].made, first, count, nodes[source])
        met = scars.met(number, touch)
        removed += [(scar.node, -1, 0) for scar in met if (scar.node, -1, 0) not in removed]
        before |= {scar.touch for scar in met if scar.touch != OLD}
        if not touch.removed:
            preds |= set(lineage.around(_head(touch.left, base, nodes), _head(touch.right, base, nodes)))
        preds |= {nodes[source] for source in before} | {head for head, _, _ in removed}
        edit = places[touch.edit] if touch.edit >= 0 else UNTRACED
        spans[touch.edit] = spans.get(touch.edit, -1) + 1
        nodes.append(
            lineage.add(
                edit,
                commit,
                lineage.edits[edit].file if edit != UNTRACED else trail.file or trail.old_file,
                preds,
                [piece for piece in removed if piece[2] or piece[0] >= 0],
                touch.made,
                touch.before,
                touch.after,
                _lines(lineage, edit, spans[touch.edit]),
            )
        )
        claims.append(tuple(claimed))
        follows.append(before)
        anchors.append(_anchor(touch, claimed, anchors, trail.lines))
        if not touch.made:
            scars.leave(nodes[-1], number, touch, anchors[-1])
    last = list(range(len(nodes)))
    for number in range(len(nodes) - 1, -1, -1):
        for source in follows[number]:
            last[source] = max(last[source], last[number])
    there = {source for source, _, _ in trail.made}
    headed = {last[number] for number, claimed in enumerate(claims) if claimed}
    for number, touch in enumerate(trail.touches):
        if touch.made and number not in there and last[number] == number and number not in headed:
            scars.leave(nodes[number], number, touch, anchors[number])  # undone unseen, or still to be committed
    done = [Touched(node, claimed, nodes[end]) for node, claimed, end in zip(nodes, claims, last, strict=True)]
    return done, scars.open


class _Taken:
    """Which old lines the hunks replaced by lines of a touch that an earlier commit's record told."""

    def __init__(self, trail: Trail) -> None:
        self._found: dict[int, list[tuple[int, int]]] = {}
        if not any(touch.made and not touch.after for touch in trail.touches):
            return
        given: set[tuple[int, int]] = set()
        runs = [(source, count) for source, _, count in trail.made]
        at = 0
        for start, end, new_start, new_end in trail.hunks:
            need = new_end - new_start
            while need and at < len(runs):
                source, count = runs[at]
                if source >= 0 and (start, end) not in given:
                    given.add((start, end))
                    self._found.setdefault(source, []).append((start, end))
                used = min(need, count)
                runs[at] = (source, count - used)
                need -= used
                at += runs[at][1] == 0

    def ranges(self, touch: int) -> list[tuple[int, int]]:
        return self._found.get(touch, [])


def _lines(lineage: Lineage, edit: int, number: int) -> tuple[int, int]:
    """The lines of its `number`th span in the file right after the edit."""
    if edit == UNTRACED:
        return 1, 0
    found = lineage.edits[edit]
    if number < len(found.spans):
        return found.spans[number][2] + 1, found.spans[number][3]
    return found.start_line, found.end_line


def _head(neighbour: Run | None, base: Version, nodes: Sequence[int]) -> int:
    if neighbour is None:
        return NO_NODE
    source, place, _ = neighbour
    if source == BEFORE:
        return base.head(place) if place < base.length else NO_NODE
    return nodes[source] if 0 <= source < len(nodes) else NO_NODE


def _anchor(touch: Touch, claimed: Sequence[tuple[int, int]], anchors: Sequence[int], lines: int) -> int:
    if claimed:
        return claimed[0][0]
    for neighbour, step in ((touch.left, 1), (touch.right, 0)):
        if neighbour is not None and neighbour[0] == BEFORE:
            return min(neighbour[1] + step, lines)
    for source in [neighbour[0] for neighbour in (touch.left, touch.right) if neighbour] + [
        run[0] for run in touch.removed
    ]:
        if 0 <= source < len(anchors):
            return anchors[source]
    return 0 if touch.left is None else lines
