"""Regular expressions of sed and perl: a pattern goes in, a matcher comes out that matches as they do, in linear time.

Only patterns are taken where their rules leave no room: characters, bracket expressions, groups, repetition of these, literal
alternatives, anchors. POSIX takes the longest match, perl the first in order; a table over all positions finds either without
going back, so that a hostile pattern costs no more than its length times the text's (POSIX.1-2017 XBD 9, perlre).
"""

from collections.abc import Callable
from typing import NamedTuple

from gittraj.replay.shell.files import Doubt

MAX_CELLS = 2_000_000  # cells of the tables for one command: about two seconds
MAX_REPEAT = 1000  # a repetition count above this is nothing that a person writes
NO_MATCH = -1


class Atom(NamedTuple):
    """One of `literals` (in order of preference) or one character that `test` accepts."""

    literals: tuple[str, ...]
    test: Callable[[str], bool] | None = None


class Element(NamedTuple):
    """A step of a pattern: kind "one" (the atom, once), "maybe", "many" (zero or more), "open"/"close" (a group), "at" (a place)."""

    kind: str
    atom: Atom | None = None
    group: int = 0
    place: Callable[[str, int], bool] | None = None


class Match(NamedTuple):
    """Where a match lies, and its groups (-1, -1 where a group took no part)."""

    start: int
    end: int
    groups: dict[int, tuple[int, int]]


class Pattern:
    """A pattern ready to match. `longest`: as POSIX; otherwise the first way in order, as perl. `fold`: letter case does not matter."""

    def __init__(self, elements: list[Element], *, longest: bool, fold: bool) -> None:
        self.elements = elements
        self.longest = longest
        self.fold = fold
        self.groups = sum(element.kind == "open" for element in elements)
        self.quantified: set[int] = set()
        self.needed = "" if fold else _longest_run(elements)

    def on(self, text: str, budget: list[int]) -> "Searcher | None":
        """A searcher over `text`, None where there is no match anywhere. Raises `Doubt` when `budget` (cells left) is used up."""
        if self.needed not in text:
            return None
        budget[0] -= (len(text) + 1) * (len(self.elements) + 1)
        if budget[0] < 0:
            raise Doubt("a pattern that takes long to match")
        return Searcher(self, text)


class Searcher:
    """All matches of a pattern in one text."""

    def __init__(self, pattern: Pattern, text: str) -> None:
        self._text = text.lower() if pattern.fold else text
        self._longest = pattern.longest
        self._elements = pattern.elements
        self._ends = self._table()

    def search(self, start: int) -> Match | None:
        """The leftmost match that begins at `start` or later."""
        first = self._ends[0]
        for at in range(start, len(self._text) + 1):
            if first[at] != NO_MATCH:
                return self._walk(at)
        return None

    def _table(self) -> list[list[int]]:
        """For every element and position: where a match of the rest of the pattern ends."""
        text, size = self._text, len(self._text)
        after = list(range(size + 1))
        table = [after]
        for element in reversed(self._elements):
            row = [NO_MATCH] * (size + 1)
            for at in range(size, -1, -1):
                row[at] = self._end(element, at, row, after, text)
            table.append(row)
            after = row
        table.reverse()
        return table

    def _end(self, element: Element, at: int, row: list[int], after: list[int], text: str) -> int:
        kind = element.kind
        if kind in ("open", "close"):
            return after[at]
        if kind == "at":
            return after[at] if element.place and element.place(text, at) else NO_MATCH
        ends = [(row if kind == "many" else after)[to] for to in _steps(element.atom, text, at)]
        if kind != "one":
            ends.append(after[at])
        if self._longest:
            return max(ends, default=NO_MATCH)
        return next((end for end in ends if end != NO_MATCH), NO_MATCH)

    def _walk(self, start: int) -> Match:
        end = self._ends[0][start]
        groups: dict[int, tuple[int, int]] = {}
        opened: dict[int, int] = {}
        at = start
        for index, element in enumerate(self._elements):
            if element.kind == "open":
                opened[element.group] = at
            elif element.kind == "close":
                groups[element.group] = (opened[element.group], at)
            elif element.kind != "at":
                at = self._taken(index, element, at, end)
        return Match(start, end, groups)

    def _taken(self, index: int, element: Element, at: int, end: int) -> int:
        after = self._ends[index + 1]
        row = self._ends[index] if element.kind == "many" else after
        while True:
            steps = [to for to in _steps(element.atom, self._text, at) if row[to] == end]
            if not steps:
                return at
            at = max(steps) if self._longest else steps[0]
            if element.kind != "many":
                return at


def _steps(atom: Atom | None, text: str, at: int) -> list[int]:
    assert atom is not None
    if atom.test is not None:
        return [at + 1] if at < len(text) and atom.test(text[at]) else []
    return [at + len(literal) for literal in atom.literals if text.startswith(literal, at)]


def _longest_run(elements: list[Element]) -> str:
    best = run = ""
    for element in elements:
        if element.kind == "one" and element.atom and len(element.atom.literals) == 1:
            run += element.atom.literals[0]
            best = max(best, run, key=len)
        elif element.kind not in ("open", "close"):
            run = ""
    return best
