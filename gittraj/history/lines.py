"""A version of a file as pieces: which lines it has and what touched them last; ranges go in, pieces and changed versions come out.

A line is a number that it keeps as long as it lives. A piece stands for lines in a row with numbers in a row, of one *head*:
the node of the last change that touched them, -1 where none is known. A piece without lines is a *scar*: lines went away there.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

Piece = tuple[int, int, int]  # (head, first line, how many); 0 of them: a scar
NO_NODE = -1


class Version:
    """Never changed; versions share their pieces. `length`: lines."""

    __slots__ = ("_ends", "length", "pieces")

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self.pieces = joined(pieces)
        ends: list[int] = []
        at = 0
        for _, _, count in self.pieces:
            at += count
            ends.append(at)
        self._ends = ends
        self.length = at

    def within(self, start: int, end: int) -> list[Piece]:
        """Lines `start` to `end` (0-based, half open) with the scars between them; of an empty range the scars there."""
        return list(self._cut(start, end, scars=(start == end, start == end)))

    def spliced(self, changes: Sequence[tuple[int, int, Sequence[Piece]]]) -> "Version":
        """With each (start, end, pieces) put in place of its lines and what `within` tells; in order, not overlapping."""
        found: list[Piece] = []
        at, open_left = 0, True
        for start, end, pieces in changes:
            empty = start == end
            found += self._cut(at, start, scars=(open_left, not empty))
            found += pieces
            at, open_left = end, not empty
        found += self._cut(at, self.length, scars=(open_left, True))
        return Version(found)

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

    def _cut(self, start: int, end: int, *, scars: tuple[bool, bool]) -> Iterator[Piece]:
        """`scars`: whether those right at the start and right at the end belong to it."""
        for index in range(bisect_left(self._ends, start), len(self.pieces)):
            head, first, count = self.pieces[index]
            begins = self._ends[index] - count
            if begins > end:
                return
            if not count:
                if (begins > start or scars[0]) and (begins < end or scars[1]):
                    yield head, first, 0
                continue
            low, high = max(begins, start), min(begins + count, end)
            if low < high:
                yield head, first + low - begins, high - low


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
