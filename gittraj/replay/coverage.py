"""Total coverage: two versions of a file with line numbers of the ledger go in, each changed line's origin comes out.

The changed lines are those of git's own diff, and it is free to choose which of several equal lines (blank ones, closing brackets)
counts as new. A line that git counts as added and we know to be old is therefore followed to the equal line that git took for the
old one: from git's pairs of kept lines to ours and back, until a line is reached that something made. The same for removed lines.
"""

import functools
from collections.abc import Callable, Container, Iterable, Sequence
from typing import NamedTuple

from gittraj.model.report import CLASSES, LineRange, Lines
from gittraj.replay.lines import BASE, UNEXPLAINED, Ledger, mapping
from gittraj.replay.spans import Span
from gittraj.replay.steps import Origin

_LOOKS = 8  # changed lines: to look for so few, a list is as good as a set that must be made first

_NONE = Lines()
_NOTHING = dict.fromkeys(CLASSES, _NONE)


class Attributed(NamedTuple):
    """`added`: (line of the new file, 0-based, and what made it); `removed`: (line of the old file and what removed it)."""

    added: list[tuple[int, Origin]]
    removed: list[tuple[int, Origin]]


def attribute(
    old: Sequence[int],
    new: Sequence[int],
    hunks: Sequence[Span],
    ledger: Ledger,
    *,
    last: Origin = UNEXPLAINED,
    moved: Origin = UNEXPLAINED,
) -> Attributed:
    """The origin of each line that `hunks` (git's diff of the two versions) add and remove.

    `old`, `new`: the ledger's numbers of their lines. `last`: what changed the file last, for a line that nobody made and that git
    counts all the same, in a hunk where nothing else tells. `moved`: what brought lines of another file here.
    """
    many = sum(span.new_end - span.new_start + span.old_end - span.old_start for span in hunks) > _LOOKS
    before, after = (frozenset(old), frozenset(new)) if many else (old, new)
    paired = _Pairs(old, new, hunks)
    result = Attributed([], [])
    for span in hunks:
        open_added: list[int] = []
        open_removed: list[int] = []
        known: list[Origin] = []
        for at in range(span.new_start, span.new_end):
            line = _followed(at, new, before, paired.new)
            if line < 0:
                open_added.append(at)
                continue
            maker = ledger.maker(line)
            known.append(moved if maker is BASE else maker)
            result.added.append((at, known[-1]))
        for at in range(span.old_start, span.old_end):
            line = _followed(at, old, after, paired.old)
            if line < 0:
                open_removed.append(at)
                continue
            known.append(ledger.remover(line))
            result.removed.append((at, known[-1]))
        if open_added or open_removed:
            origin = max(known, key=known.count) if known else last
            result.added.extend((at, origin) for at in open_added)
            result.removed.extend((at, origin) for at in open_removed)
    return result


def makers(old: Sequence[int], new: Sequence[int], hunks: Sequence[Span]) -> list[int]:
    """For each line that `hunks` add, in order, the number of the line that something made there; -1 where nothing tells."""
    before = frozenset(old)
    paired = _Pairs(old, new, hunks)
    return [_followed(at, new, before, paired.new) for _, _, start, end in hunks for at in range(start, end)]


class _Pairs:
    """Where git sees the line that we know under a number; made when first asked, as in most hunks git and we agree."""

    def __init__(self, old: Sequence[int], new: Sequence[int], hunks: Sequence[Span]) -> None:
        self._old = old
        self._new = new
        self._hunks = hunks

    def new(self, line: int) -> int:
        """The place in the new version of what git takes for the old version's `line`, -1 for none."""
        return self._to_new.get(line, -1)

    def old(self, line: int) -> int:
        """The place in the old version of what git takes for the new version's `line`, -1 for none."""
        return self._to_old.get(line, -1)

    @functools.cached_property
    def _to_new(self) -> dict[int, int]:
        return dict(zip(self._old, mapping(self._hunks, len(self._old)), strict=True))

    @functools.cached_property
    def _to_old(self) -> dict[int, int]:
        return dict(zip(self._new, mapping(self._hunks, len(self._new), reverse=True), strict=True))


def _followed(place: int, here: Sequence[int], there: Container[int], across: Callable[[int], int]) -> int:
    """The line on this side only to which the pairs lead from `place`, -1 where they end on the other side."""
    for _ in range(len(here)):
        line = here[place]
        if line not in there:
            return line
        place = across(line)
        if place < 0:
            return -1
    return -1


def merged(attributed: Attributed, kept: set[int], dropped: set[int]) -> Attributed:
    """Unexplained lines that came from another side of a merge: `kept`, new lines that side has; `dropped`, old lines it has not."""
    merge = Origin("merge")
    return Attributed(
        [(at, merge if origin.kind == "unexplained" and at in kept else origin) for at, origin in attributed.added],
        [
            (at, merge if origin.kind == "unexplained" and at in dropped else origin)
            for at, origin in attributed.removed
        ],
    )


def counted(attributed: Attributed) -> dict[str, Lines]:
    """Lines by class, every class named."""
    numbers: dict[str, list[int]] = {}
    for side, lines in enumerate(attributed):
        for _, origin in lines:
            numbers.setdefault(origin.kind, [0, 0])[side] += 1
    return {**_NOTHING, **{name: Lines(*both) for name, both in numbers.items()}}


def total(parts: Iterable[dict[str, Lines]]) -> dict[str, Lines]:
    """The sum of several counts."""
    added = dict.fromkeys(CLASSES, 0)
    removed = dict.fromkeys(CLASSES, 0)
    for part in parts:
        for name, lines in part.items():
            if lines is not _NONE:
                added[name] += lines.added
                removed[name] += lines.removed
    return {name: Lines(added[name], removed[name]) for name in CLASSES}


def ranges(lines: Iterable[tuple[int, Origin]]) -> tuple[LineRange, ...]:
    """Attributed lines as ranges, each of one origin."""
    found: list[LineRange] = []
    previous: Origin | None = None
    for at, origin in sorted(lines, key=lambda item: item[0]):
        if found and origin == previous and found[-1].end == at:
            last = found[-1]
            found[-1] = LineRange(last.start, at + 1, last.kind, last.session, last.entry, last.turn)
        else:
            found.append(LineRange(at + 1, at + 1, origin.kind, origin.session, origin.entry, origin.turn))
        previous = origin
    return tuple(found)
