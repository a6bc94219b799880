"""Line identity: a state of a file and what an operation changed in it go in, the ranges of lines that it did not keep come out."""

from collections.abc import Sequence
from typing import NamedTuple

from gittraj.replay.linediff import differing


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
    return () if old == new else tuple(_changed(lines(old), lines(new), 0, 0))


def line_spans(old: bytes, new: bytes, regions: Sequence[Span]) -> tuple[Span, ...]:
    """The exact spans, where an operation may have changed lines in `regions` only, apart from line ends and odd bytes.

    Inside a region, lines that both texts have in common count as kept; outside, a line whose bytes differ counts as changed.
    Regions that do not fit the two states (a tool that counts lines in another way) give the plain line diff.
    """
    before, after = lines(old), lines(new)
    found: list[Span] = []
    old_at = new_at = 0
    for region in (*regions, Span(len(before), len(before), len(after), len(after))):
        fits = old_at <= region.old_start and region.old_end <= len(before) and region.new_end <= len(after)
        if not fits or region.old_start - old_at != region.new_start - new_at:
            return diff_spans(old, new)
        if before[old_at : region.old_start] != after[new_at : region.new_start]:
            for step in range(region.old_start - old_at):
                if before[old_at + step] != after[new_at + step]:
                    found.append(Span(old_at + step, old_at + step + 1, new_at + step, new_at + step + 1))
        old_at, new_at = region.old_end, region.new_end
        kept = before[region.old_start : old_at], after[region.new_start : new_at]
        found.extend(_changed(*kept, region.old_start, region.new_start))
    return joined(found)


def region_spans(old: bytes, new: bytes, at_old: int, at_new: int) -> list[Span]:
    """The changed ranges between two pieces of whole lines that stand at line `at_old` and line `at_new` of their files."""
    return _changed(lines(old), lines(new), at_old, at_new)


def joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """`spans` with neighbours that touch made one."""
    found: list[Span] = []
    for span in spans:
        if found and found[-1].old_end == span.old_start and found[-1].new_end == span.new_start:
            found[-1] = Span(found[-1].old_start, span.old_end, found[-1].new_start, span.new_end)
        else:
            found.append(span)
    return tuple(found)


def compose(first: Sequence[Span], second: Sequence[Span]) -> tuple[Span, ...]:
    """The spans of two changes in a row, from those of each: a line is kept only where both keep it."""
    found: list[Span] = []
    left, right = list(first), list(second)
    i = j = 0
    shift_first = shift_second = 0  # how far the spans passed so far have moved the lines after them
    while i < len(left) or j < len(right):
        from_left = j == len(right) or (i < len(left) and left[i].new_start <= right[j].old_start)
        mid_start = mid_end = left[i].new_start if from_left else right[j].old_start
        old_start, new_start = mid_start - shift_first, mid_start + shift_second
        while True:
            if i < len(left) and left[i].new_start <= mid_end:
                mid_end = max(mid_end, left[i].new_end)
                shift_first += (left[i].new_end - left[i].new_start) - (left[i].old_end - left[i].old_start)
                i += 1
            elif j < len(right) and right[j].old_start <= mid_end:
                mid_end = max(mid_end, right[j].old_end)
                shift_second += (right[j].new_end - right[j].new_start) - (right[j].old_end - right[j].old_start)
                j += 1
            else:
                break
        span = Span(old_start, mid_end - shift_first, new_start, mid_end + shift_second)
        if span.old_start < span.old_end or span.new_start < span.new_end:  # else: what the first put, the second took
            found.append(span)
    return tuple(found)


def _changed(old: list[bytes], new: list[bytes], at_old: int, at_new: int) -> list[Span]:
    if len(old) == 1 == len(new):  # most edits
        return [] if old == new else [Span(at_old, at_old + 1, at_new, at_new + 1)]
    return [Span(at_old + a, at_old + b, at_new + c, at_new + d) for a, b, c, d in differing(old, new)]
