"""The other parents of a merge: their versions of one file and git's diffs to the merge go in; the lines, heads and scars it took of them come out."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gittraj.history.lineage import UNTRACED, Lineage
from gittraj.history.lines import NO_NODE, Piece, Version
from gittraj.model.edit import Span


class Side(NamedTuple):
    """A file of a merge as another parent has it: its version there, and git's diff from that to the merge's."""

    version: Version
    hunks: tuple[Span, ...]


class Adopted(NamedTuple):
    """`lines`: place in the merge's version → (head, number). `heads`: place in the first parent's → head. `scars`: (place in the merge's, node).

    `twins`: as in `Step`.
    """

    lines: Mapping[int, tuple[int, int]]
    heads: Mapping[int, int]
    scars: Sequence[tuple[int, int]]
    twins: Sequence[tuple[int, int]] = ()


NOTHING = Adopted({}, {}, ())


def adopted(
    lineage: Lineage, commit: int, file: str, base: Version, hunks: Sequence[Span], sides: Sequence[Side]
) -> Adopted:
    """What the merge has of `sides`; `base`, `hunks`: the first parent's version and git's diff from that."""
    if not sides:
        return NOTHING
    size = base.length + sum(d - c - (b - a) for a, b, c, d in hunks)
    kept = {new: old for old, new in _kept(hunks, base.length)}
    mine_numbers = base.numbers()
    there = set(mine_numbers)
    lines: dict[int, tuple[int, int]] = {}
    heads: dict[int, int] = {}
    scars: list[tuple[int, int]] = []
    joined: dict[tuple[int, int], int] = {}
    twins: list[tuple[int, int]] = []
    for side in sides:
        numbers = side.version.numbers()
        over = dict(_kept(side.hunks, side.version.length))
        for old, new in over.items():
            head = side.version.head(old)
            if new in kept:
                if mine_numbers[kept[new]] != numbers[old]:
                    twins.append((numbers[old], mine_numbers[kept[new]]))
                mine = heads.get(kept[new], base.head(kept[new]))
                heads[kept[new]] = _later(lineage, commit, file, mine, head, joined)
            elif new not in lines and numbers[old] not in there:
                lines[new] = (head, numbers[old])
                there.add(numbers[old])
        for place, (node, _, count) in side.version.placed():
            if not count:
                if place in over:
                    scars.append((over[place], node))
                elif place and place - 1 in over:
                    scars.append((over[place - 1] + 1, node))
                elif not size:
                    scars.append((0, node))
    lineage.twins.update(twins)
    return Adopted(lines, {place: head for place, head in heads.items() if head != base.head(place)}, scars, twins)


def numbered(base: Version, hunks: Sequence[Span], sides: Sequence[Side]) -> Version:
    """`base`, which nobody followed on the first parent's way, with the numbers that its lines have on the way of another parent."""
    numbers = base.numbers()
    there = set(numbers)
    kept = {new: old for old, new in _kept(hunks, base.length)}
    for side in sides:
        theirs = side.version.numbers()
        for old, new in _kept(side.hunks, side.version.length):
            if new in kept and theirs[old] not in there:
                numbers[kept[new]] = theirs[old]
                there.add(theirs[old])
    return Version((NO_NODE, number, 1) for number in numbers)


def _later(lineage: Lineage, commit: int, file: str, mine: int, theirs: int, joined: dict[tuple[int, int], int]) -> int:
    """The head of a line that two parents have, where each may have been touched since they parted."""
    if mine == theirs or theirs == NO_NODE:
        return mine
    if mine == NO_NODE:
        return theirs
    if (mine, theirs) not in joined:
        if mine in lineage.ancestors([theirs]):
            joined[mine, theirs] = theirs
        elif theirs in lineage.ancestors([mine]):
            joined[mine, theirs] = mine
        else:
            joined[mine, theirs] = lineage.add(UNTRACED, commit, file, (mine, theirs), (), 0, b"", b"", (1, 0))
    return joined[mine, theirs]


def _kept(hunks: Sequence[Span], length: int) -> list[tuple[int, int]]:
    """(place in the old version, place in the new one) of the lines that stay."""
    found: list[tuple[int, int]] = []
    old = new = 0
    for start, end, _, new_end in hunks:
        found += zip(range(old, start), range(new, new + start - old), strict=True)
        old, new = end, new_end
    found += zip(range(old, length), range(new, new + length - old), strict=True)
    return found


def with_heads(base: Version, heads: Mapping[int, int]) -> Version:
    """`base` where each of these lines has another head."""
    changes: list[tuple[int, int, Sequence[Piece]]] = [
        (place, place + 1, [(head, base.number(place), 1)]) for place, head in sorted(heads.items())
    ]
    return base.spliced(changes) if changes else base
