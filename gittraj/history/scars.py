"""Scars while a trail's touches happen: where lines went away, told by the lines on both sides; which are met, and which remain."""

from collections.abc import Callable, Sequence

from gittraj.history.lines import Version
from gittraj.model.edit import BEFORE, Run, Touch

Name = tuple[int, int] | None  # a line: (source, place there); None at an end of the file
OLD = -1  # as touch of a scar: it was there before


class Scar:
    """`node`: what left it; `touch`: which touch of the trail that was, `OLD` for none. `left`, `right`: the lines beside it now."""

    __slots__ = ("left", "node", "place", "right", "touch")

    def __init__(self, node: int, touch: int, place: int, left: Name, right: Name) -> None:
        self.node = node
        self.touch = touch
        self.place = place
        self.left = left
        self.right = right


class Scars:
    """All scars of one file on the way through a trail."""

    def __init__(self, base: Version) -> None:
        self.open: list[Scar] = []
        for place, node in base.scars():
            left = (BEFORE, place - 1) if place else None
            right = (BEFORE, place) if place < base.length else None
            self.open.append(Scar(node, OLD, place, left, right))

    def met(self, number: int, touch: Touch) -> list[Scar]:
        """The scars that the touch covers; it is no longer beside the others but what it made is."""
        left, right = name(touch.left), name(touch.right)
        if not touch.removed:
            return self._split(lambda scar: scar.left == left and scar.right == right)
        if not self.open:
            return []
        gone = {(source, first + step) for source, first, count in touch.removed for step in range(count)}
        found = self._split(lambda scar: scar.left in gone and scar.right in gone)
        for scar in self.open:
            if scar.left in gone:
                scar.left = (number, touch.made - 1) if touch.made else left
            elif scar.right in gone:
                scar.right = (number, 0) if touch.made else right
        return found

    def leave(self, node: int, number: int, touch: Touch, place: int) -> None:
        """The touch made no lines: it leaves a scar."""
        self.open.append(Scar(node, number, place, name(touch.left), name(touch.right)))

    def _split(self, is_met: Callable[[Scar], bool]) -> list[Scar]:
        found = [scar for scar in self.open if is_met(scar)]
        if found:
            self.open = [scar for scar in self.open if not is_met(scar)]
        return found


def name(run: Run | None) -> Name:
    """The line that stands as a neighbour."""
    return None if run is None else run[:2]


Hunk = tuple[int, int, int, int]


def laid(
    scars: Sequence[Scar], hunks: Sequence[Hunk], tokens: Sequence[Sequence[Run]], lines: int
) -> tuple[dict[int, dict[int, list[int]]], list[tuple[int, int]]]:
    """Where scars lie in the new version: by hunk and place in its new lines; and (place in the old version, node) outside of hunks.

    `tokens`: where the new lines of each hunk come from. Old scars outside of hunks stay where they are and are not told.
    """
    known = {
        (source, first + step): (hunk, at)
        for hunk, runs in enumerate(tokens)
        for at, (source, first, step) in enumerate(
            (source, first, step) for source, first, count in runs for step in range(count)
        )
        if source >= 0
    }
    sizes = [new_end - new_start for _, _, new_start, new_end in hunks]
    inside: dict[int, dict[int, list[int]]] = {}
    outside: list[tuple[int, int]] = []
    for scar in scars:
        if scar.touch == OLD and not any(start < scar.place < end for start, end, _, _ in hunks):
            continue
        where = _place(scar, hunks, known, sizes, lines)
        if isinstance(where, tuple):
            inside.setdefault(where[0], {}).setdefault(where[1], []).append(scar.node)
        else:
            outside.append((where, scar.node))
    return inside, outside


def _place(
    scar: Scar, hunks: Sequence[Hunk], known: dict[tuple[int, int], tuple[int, int]], sizes: Sequence[int], lines: int
) -> tuple[int, int] | int:
    if scar.right in known:
        return known[scar.right]
    if scar.left in known:
        hunk, at = known[scar.left]
        return hunk, at + 1
    right = lines if scar.right is None else scar.right[1] if scar.right[0] == BEFORE else None
    if right is not None:
        for number, (start, end, _, _) in enumerate(hunks):
            if end == right:
                return number, sizes[number]
            if start < right < end:
                break
        else:
            return right
    left = 0 if scar.left is None else scar.left[1] + 1 if scar.left[0] == BEFORE else scar.place
    for number, (start, end, _, _) in enumerate(hunks):
        if start <= left <= end:
            return number, 0
    return left
