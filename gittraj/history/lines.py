"""A version of a file as pieces: which lines it has and what touched them last; ranges go in, pieces and changed versions come out.

A line is a number that it keeps as long as it lives. A piece stands for lines in a row with numbers in a row, of one *head*:
the node of the last change that touched them, -1 where none is known. A piece without lines is a *scar*: lines went away there.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from operator import itemgetter

Piece = tuple[int, int, int]  # (head, first line, how many); 0 of them: a scar
Home = tuple[int, int, int]  # where a version is kept: path, commit, number among the commit's steps
NO_NODE = -1
_count = itemgetter(2)


class Version:
    """Never changed; versions share their pieces. `length`: lines. `home`: where it is kept, None where it is not."""

    __slots__ = ("_ends", "home", "length", "pieces")

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self.home: Home | None = None
        self._hold(joined(pieces))

    def _hold(self, pieces: tuple[Piece, ...]) -> None:
        self.pieces = pieces
        self._ends: list[int] = list(accumulate(map(_count, pieces)))
        self.length: int = self._ends[-1] if self._ends else 0

    def within(self, start: int, end: int) -> list[Piece]:
        """Lines `start` to `end` (0-based, half open) with the scars between them; of an empty range the scars there."""
        return list(self._cut(start, end, scars=(start == end, start == end)))

    def spliced(self, changes: Sequence[tuple[int, int, Sequence[Piece]]]) -> "Version":
        """With each (start, end, pieces) put in place of its lines and what `within` tells; in order, not overlapping."""
        found: list[Piece] = []
        at, open_left = 0, True
        for start, end, pieces in changes:
            empty = start == end
            _glue(found, self._cut(at, start, scars=(open_left, not empty)))
            for piece in pieces:
                _glue(found, (piece,))
            at, open_left = end, not empty
        _glue(found, self._cut(at, self.length, scars=(open_left, True)))
        version = Version.__new__(Version)
        version.home = None
        version._hold(tuple(found))  # noqa: SLF001 - of the same class
        return version

    def scars(self) -> list[tuple[int, int]]:
        """(place, node) of each."""
        if not self.pieces or 0 not in (counts := list(map(_count, self.pieces))):
            return []
        return [(self._ends[at], self.pieces[at][0]) for at, count in enumerate(counts) if not count]

    def head(self, line: int) -> int:
        """What touched the line at place `line` last."""
        return self.pieces[self._at(line)][0]

    def number(self, line: int) -> int:
        """The number of the line at place `line`."""
        index = self._at(line)
        _, first, count = self.pieces[index]
        return first + line - (self._ends[index] - count)

    def numbers(self) -> list[int]:
        """The number of each line."""
        return [line for _, first, count in self.pieces for line in range(first, first + count)]

    def placed(self) -> Iterator[tuple[int, Piece]]:
        """Each piece with the place of its first line."""
        for piece, end in zip(self.pieces, self._ends, strict=True):
            yield end - piece[2], piece

    def _at(self, line: int) -> int:
        return bisect_left(self._ends, line + 1)

    def _cut(self, start: int, end: int, *, scars: tuple[bool, bool]) -> list[Piece]:
        """`scars`: whether those right at the start and right at the end belong to it. What lies between is not looked at."""
        ends, pieces = self._ends, self.pieces
        first = bisect_right(ends, start)
        found: list[Piece] = []
        if scars[0] and (start < end or scars[1]):
            found += [piece for piece in pieces[bisect_left(ends, start) : first] if not piece[2]]
        if start >= end:
            return found
        last = bisect_left(ends, end)
        if first < last:
            head, line, count = pieces[first]
            over = start - (ends[first] - count) if count else 0
            found.append((head, line + over, count - over) if over > 0 else pieces[first])
            found += pieces[first + 1 : last]
        for index in range(last, len(pieces)):
            head, line, count = pieces[index]
            begins = ends[index] - count
            if begins > end:
                break
            low, high = max(begins, start), min(begins + count, end)
            if low < high:
                found.append((head, line + low - begins, high - low))
            elif not count and scars[1]:
                found.append((head, line, 0))
        return found


def _glue(found: list[Piece], part: Sequence[Piece]) -> None:
    """`part`, joined in itself, behind `found`."""
    if not part:
        return
    head, first, count = part[0]
    if found and count and found[-1][2] and found[-1][0] == head and found[-1][1] + found[-1][2] == first:
        found[-1] = (head, found[-1][1], found[-1][2] + count)
        found += part[1:]
    else:
        found += part


def joined(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """`pieces` with those that follow each other in every way made one."""
    found: list[Piece] = []
    for piece in pieces:
        if found and piece[2] and found[-1][2] and found[-1][0] == piece[0] and sum(found[-1][1:]) == piece[1]:
            found[-1] = (piece[0], found[-1][1], found[-1][2] + piece[2])
        else:
            found.append(piece)
    return tuple(found)


def part(pieces: Sequence[Piece], start: int, count: int, head: int) -> list[Piece]:
    """`count` lines from place `start` of `pieces`, under another head; scars are left out."""
    found: list[Piece] = []
    at = 0
    for _, first, length in pieces:
        low, high = max(at, start), min(at + length, start + count)
        if low < high:
            found.append((head, first + low - at, high - low))
        at += length
    return found
