"""Line identity: two states of a file go in, the ranges of lines that changed come out."""

from difflib import SequenceMatcher
from typing import NamedTuple

# A line diff by longest runs is quadratic on hostile input; past this many lines on either side of the changed region, and past
# this many pairs of equal lines in it, the region counts as changed as a whole: fewer lines kept, never wrong ones.
MAX_DIFF_LINES = 50_000
MAX_DIFF_PAIRS = 2_000_000


class Span(NamedTuple):
    """Lines ``old[old_start:old_end]`` became ``new[new_start:new_end]``; what lies outside of all spans was kept, in order.

    0-based, half open, in lines of `lines`.
    """

    old_start: int
    old_end: int
    new_start: int
    new_end: int


class Applied(NamedTuple):
    """What one operation made of one file.

    `content`: None where the file is gone. `spans`: exact line identity, as the operation knows which lines it kept. `how`:
    "exact" or "fuzzy" (the tool's own loose matching emulated). `mode`: the new mode if the operation changes it. `moved_to`:
    the content goes to this path and the old one is gone.
    """

    content: bytes | None
    spans: tuple[Span, ...]
    how: str
    mode: int | None = None
    moved_to: str = ""


class NotApplicable(NamedTuple):
    """The operation does not fit the state of the file: a finding, not an error."""

    reason: str


def lines(content: bytes) -> list[bytes]:
    """The lines of `content` with their line ends; only a line feed ends a line, as in git."""
    parts = content.split(b"\n")
    last = parts.pop()
    found = [part + b"\n" for part in parts]
    if last:
        found.append(last)
    return found


def diff_spans(old: bytes, new: bytes) -> tuple[Span, ...]:
    """The changed ranges between two states, told from their lines alone; the same input always gives the same spans."""
    return changed(lines(old), lines(new))


def changed(old: list[bytes], new: list[bytes], *, at_old: int = 0, at_new: int = 0) -> tuple[Span, ...]:
    """The changed ranges between two lists of lines, counted from `at_old` and `at_new`."""
    start = 0
    shortest = min(len(old), len(new))
    while start < shortest and old[start] == new[start]:
        start += 1
    end = 0
    while end < shortest - start and old[len(old) - 1 - end] == new[len(new) - 1 - end]:
        end += 1
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    if not middle_old and not middle_new:
        return ()
    at_old, at_new = at_old + start, at_new + start
    if not middle_old or not middle_new or _too_big(middle_old, middle_new):
        return (Span(at_old, at_old + len(middle_old), at_new, at_new + len(middle_new)),)
    matcher = SequenceMatcher(None, middle_old, middle_new, autojunk=False)
    return tuple(
        Span(at_old + old_start, at_old + old_end, at_new + new_start, at_new + new_end)
        for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes()
        if tag != "equal"
    )


def _too_big(old: list[bytes], new: list[bytes]) -> bool:
    if max(len(old), len(new)) > MAX_DIFF_LINES:
        return True
    counts: dict[bytes, int] = {}
    for line in old:
        counts[line] = counts.get(line, 0) + 1
    return sum(counts.get(line, 0) for line in new) > MAX_DIFF_PAIRS
