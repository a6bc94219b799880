"""Line diff: two lists of lines go in, the ranges that differ come out; Myers' greedy algorithm, as git uses it.

E. W. Myers, An O(ND) Difference Algorithm and Its Variations (1986). Where two texts have little in common, lines that occur
once in each part the work first (patience), and what is still too different counts as changed as a whole.
"""

from bisect import bisect_left
from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

# Work and memory grow with the square of the number of differing lines: 1,000 costs about 0.3 s in the worst case.
MAX_DIFFERENCES = 1_000


class Range(NamedTuple):
    """``old[old_start:old_end]`` became ``new[new_start:new_end]``."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int


def differing(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Range]:
    """The ranges that differ, in order; the same input always gives the same ranges."""
    found: list[Range] = []
    for part in _parts(old, new):
        if found and found[-1].old_end == part.old_start and found[-1].new_end == part.new_start:
            found[-1] = Range(found[-1].old_start, part.old_end, found[-1].new_start, part.new_end)
        else:
            found.append(part)
    return found


def _parts(old: Sequence[Hashable], new: Sequence[Hashable]) -> Iterator[Range]:
    whole = _trimmed(old, new, Range(0, len(old), 0, len(new)))
    if _trivial(whole) or (whole.old_end - whole.old_start == 1 == whole.new_end - whole.new_start):
        yield from _told(whole)
        return
    kept = _myers(old, new, whole)
    if kept is not None:
        yield from _between(whole, kept)
        return
    for gap in _between(whole, _anchors(old, new, whole)):
        part = _trimmed(old, new, gap)
        kept = None if _trivial(part) else _myers(old, new, part)
        yield from _told(part) if kept is None else _between(part, kept)


def _trimmed(old: Sequence[Hashable], new: Sequence[Hashable], part: Range) -> Range:
    """`part` without the lines that are equal at its beginning and its end."""
    old_start, old_end, new_start, new_end = part
    while old_start < old_end and new_start < new_end and old[old_start] == new[new_start]:
        old_start, new_start = old_start + 1, new_start + 1
    while old_start < old_end and new_start < new_end and old[old_end - 1] == new[new_end - 1]:
        old_end, new_end = old_end - 1, new_end - 1
    return Range(old_start, old_end, new_start, new_end)


def _trivial(part: Range) -> bool:
    return part.old_start == part.old_end or part.new_start == part.new_end


def _told(part: Range) -> Iterator[Range]:
    if part.old_start != part.old_end or part.new_start != part.new_end:
        yield part


def _between(part: Range, kept: list[tuple[int, int]]) -> Iterator[Range]:
    """What lies between pairs of lines that are the same in both."""
    old_at, new_at = part.old_start, part.new_start
    for old_kept, new_kept in kept:
        if old_kept > old_at or new_kept > new_at:
            yield Range(old_at, old_kept, new_at, new_kept)
        old_at, new_at = old_kept + 1, new_kept + 1
    yield from _told(Range(old_at, part.old_end, new_at, part.new_end))


def _myers(old: Sequence[Hashable], new: Sequence[Hashable], part: Range) -> list[tuple[int, int]] | None:
    """Pairs of kept lines on a shortest edit path; None where it is longer than `MAX_DIFFERENCES`."""
    n, m = part.old_end - part.old_start, part.new_end - part.new_start
    if abs(n - m) > MAX_DIFFERENCES:
        return None
    a, b = old[part.old_start : part.old_end], new[part.new_start : part.new_end]
    furthest = {1: 0}
    trace: list[dict[int, int]] = []
    for d in range(min(n + m, MAX_DIFFERENCES) + 1):
        reached: dict[int, int] = {}
        for k in range(-d + 2 * max(0, d - m), d - 2 * max(0, d - n) + 1, 2):
            down, right = furthest.get(k + 1, -1), furthest.get(k - 1, -1) + 1
            x = down if k == -d or (k != d and down >= right) else right
            y = x - k
            while x < n and y < m and a[x] == b[y]:
                x, y = x + 1, y + 1
            reached[k] = x
            if x >= n and y >= m:
                trace.append(reached)
                return _path(trace, part, n, m)
        trace.append(reached)
        furthest = reached
    return None


def _path(trace: list[dict[int, int]], part: Range, x: int, y: int) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for d in range(len(trace) - 1, 0, -1):
        before, k = trace[d - 1], x - y
        down, right = before.get(k + 1, -1), before.get(k - 1, -1) + 1
        from_above = k == -d or (k != d and down >= right)
        start_x = down if from_above else right
        while x > start_x:
            x, y = x - 1, y - 1
            kept.append((part.old_start + x, part.new_start + y))
        x, y = (x, y - 1) if from_above else (x - 1, y)
    while x > 0:
        x, y = x - 1, y - 1
        kept.append((part.old_start + x, part.new_start + y))
    kept.reverse()
    return kept


def _anchors(old: Sequence[Hashable], new: Sequence[Hashable], part: Range) -> list[tuple[int, int]]:
    """Lines that occur once in each, as many as keep their order."""
    once_old, once_new = _once(old, part.old_start, part.old_end), _once(new, part.new_start, part.new_end)
    pairs = [(at, once_new[line]) for line, at in once_old.items() if line in once_new]
    tails: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, (_, at) in enumerate(pairs):
        place = bisect_left(tails, at)
        before.append(last[place - 1] if place else -1)
        tails[place : place + 1] = [at]
        last[place : place + 1] = [number]
    chain: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    chain.reverse()
    return chain


def _once(lines: Sequence[Hashable], start: int, end: int) -> dict[Hashable, int]:
    """Lines that occur once, in order, with their place."""
    seen: dict[Hashable, int] = {}
    for at in range(start, end):
        seen[lines[at]] = -1 if lines[at] in seen else at
    return {line: at for line, at in seen.items() if at >= 0}
