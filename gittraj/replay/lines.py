"""The ledger of lines: every line of every state gets a number; what made it and what removed it is kept beside the number."""

from collections.abc import Iterable, Sequence

from gittraj.replay.spans import Span
from gittraj.replay.steps import Origin

UNEXPLAINED = Origin("unexplained")
BASE = Origin("base")  # of lines that a commit holds, wherever they go from there


class Ledger:
    """Lists of line numbers are never changed in place, so that states may share them."""

    def __init__(self) -> None:
        self.origins: list[Origin] = [UNEXPLAINED, BASE]
        self.made_by: list[int] = []
        self.removed_by: dict[int, int] = {}
        self._known: dict[Origin, int] = {UNEXPLAINED: 0, BASE: 1}

    def number(self, origin: Origin) -> int:
        """The number of `origin`, by which lines name it."""
        found = self._known.get(origin)
        if found is None:
            found = self._known[origin] = len(self.origins)
            self.origins.append(origin)
        return found

    def fresh(self, count: int, origin: Origin = UNEXPLAINED) -> list[int]:
        """Numbers for `count` new lines."""
        start = len(self.made_by)
        self.made_by += [self.number(origin)] * count
        return list(range(start, start + count))

    def spliced(self, lines: Sequence[int], spans: Iterable[Span], origin: Origin) -> list[int]:
        """`lines` after the changes of `spans`, which `origin` made."""
        who = self.number(origin)
        result: list[int] = []
        at = 0
        for span in spans:
            result += lines[at : span.old_start]
            for line in lines[span.old_start : span.old_end]:
                self.removed_by[line] = who
            result += self.fresh(span.new_end - span.new_start, origin)
            at = span.old_end
        result += lines[at:]
        return result

    def maker(self, line: int) -> Origin:
        """What made the line."""
        return self.origins[self.made_by[line]]

    def remover(self, line: int) -> Origin:
        """What removed the line; `UNEXPLAINED` where nothing recorded did."""
        return self.origins[self.removed_by.get(line, 0)]


def count(content: bytes | None) -> int:
    """How many lines `content` has, as git counts them."""
    if not content:
        return 0
    return content.count(b"\n") + (not content.endswith(b"\n"))


def mapping(spans: Sequence[Span], length: int, *, reverse: bool = False) -> list[int]:
    """For each of `length` lines of the old side (`reverse`: of the new side) its place on the other, -1 where it was not kept."""
    result: list[int] = []
    other = 0
    for span in spans:
        start, end, far_end = (span[2], span[3], span[1]) if reverse else (span[0], span[1], span[3])
        kept = start - len(result)
        result += range(other, other + kept)
        result += [-1] * (end - start)
        other = far_end
    result += range(other, other + length - len(result))
    return result
