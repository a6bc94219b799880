"""From the ledger's numbers to the way of lines: touches and judged versions of a commit's files go in, trails come out."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from gittraj.model.edit import BEFORE, HASH, UNSEEN, Run, Touch, Trail
from gittraj.replay.coverage import makers
from gittraj.replay.recorder import Touched, hashes
from gittraj.replay.spans import Span, lines

Hunk = tuple[int, int, int, int]  # as `Span`


class Versions(NamedTuple):
    """A file of a commit as it was judged: contents, the numbers of their lines, and git's diff of the two."""

    old_path: str
    old: bytes | None
    new: bytes | None
    old_lines: Sequence[int]
    new_lines: Sequence[int]
    hunks: Sequence[Span]


def plain(path: str, old_path: str, old: bytes | None, new: bytes | None, hunks: Sequence[Hunk]) -> Trail:
    """The trail of a file that no recorded action touched. `old_path`: "" where it was not there."""
    before, after = _sides(old, new, hunks)
    count = old.count(b"\n") + (not old.endswith(b"\n")) if old else 0
    return Trail(
        path if new is not None else "",
        old_path,
        count,
        tuple((a, b, c, d) for a, b, c, d in hunks),
        ((UNSEEN, 0, len(after) // HASH),) if after else (),
        before,
        after,
    )


def committed(path: str, versions: Versions, touched: Sequence[Touched]) -> Trail:
    """The trail of a file that the commit changes."""
    names = _Names(versions.old_lines, touched)
    found = makers(versions.old_lines, versions.new_lines, versions.hunks)
    trail = plain(
        path, versions.old_path if versions.old is not None else "", versions.old, versions.new, versions.hunks
    )
    made = _runs((name if (name := names(number))[0] >= 0 else (UNSEEN, 0)) for number in found)
    return Trail(
        trail.file,
        trail.old_file,
        trail.lines,
        trail.hunks,
        made,
        trail.before,
        trail.after,
        _touches(touched, names),
    )


def untouched(path: str, there: Sequence[int] | None, touched: Sequence[Touched], *, late: bool) -> Trail:
    """The trail of a file that actions touched and the commit does not change. `there`: its committed lines, None for no such file."""
    names = _Names(there or (), touched)
    where = path if there is not None else ""
    return Trail(where, where, len(there or ()), touches=_touches(touched, names), late=late)


def in_commit(trail: Trail) -> list[bool]:
    """For each touch whether the commit holds something of it: a line that it made, or that lines which it removed are gone."""
    made = {source for source, _, _ in trail.made}
    gone = [(old_start, old_end) for old_start, old_end, _, _ in trail.hunks]
    result: list[bool] = []
    for number, touch in enumerate(trail.touches):
        if touch.made:
            result.append(number in made)
            continue
        result.append(
            any(
                (source >= 0 and result[source])
                or (source == BEFORE and any(a < start + count and start < b for a, b in gone))
                for source, start, count in touch.removed
            )
        )
    return result


class _Names:
    """Where a numbered line comes from: (BEFORE, its place), (a touch, its place there), or (UNSEEN, 0)."""

    def __init__(self, old: Sequence[int], touched: Sequence[Touched]) -> None:
        self._known: dict[int, tuple[int, int]] = {}
        for number, touch in enumerate(touched):
            self._known.update((line, (number, place)) for place, line in enumerate(touch.made))
        self._old = dict(zip(old, range(len(old)), strict=True))

    def __call__(self, number: int) -> tuple[int, int]:
        place = self._old.get(number)
        return (BEFORE, place) if place is not None else self._known.get(number, (UNSEEN, 0))


def _touches(touched: Sequence[Touched], name: Callable[[int], tuple[int, int]]) -> tuple[Touch, ...]:
    def neighbour(number: int) -> Run | None:
        return (*name(number), 1) if number >= 0 else None

    return tuple(
        Touch(
            each.action,
            _runs(name(number) for number in each.removed),
            len(each.made),
            neighbour(each.left),
            neighbour(each.right),
            each.before,
            each.after,
            each.texts,
        )
        for each in touched
    )


def _runs(names: Iterable[tuple[int, int]]) -> tuple[Run, ...]:
    found: list[Run] = []
    for source, place in names:
        if found and found[-1][0] == source and (source == UNSEEN or sum(found[-1][1:]) == place):
            found[-1] = (source, found[-1][1], found[-1][2] + 1)
        else:
            found.append((source, place, 1))
    return tuple(found)


def _sides(old: bytes | None, new: bytes | None, hunks: Sequence[Hunk]) -> tuple[bytes, bytes]:
    before, after = lines(old or b""), lines(new or b"")
    gone = (line for a, b, _, _ in hunks for line in before[a:b])
    come = (line for _, _, c, d in hunks for line in after[c:d])
    return hashes(gone), hashes(come)


def assigned(trail: Trail, added: Sequence[int], removed: Sequence[int]) -> Trail:
    """`trail`, as `plain` gives it, where it is known which edit made each new line and removed each old line of its hunks (-1: none)."""
    touches: list[Touch] = []
    made: list[Run] = []
    gone = come = 0
    for old_start, old_end, new_start, new_end in trail.hunks:
        left: Run | None = (BEFORE, old_start - 1, 1) if old_start else None
        right: Run | None = (BEFORE, old_end, 1) if old_end < trail.lines else None
        mine = added[come : come + new_end - new_start]
        theirs = removed[gone : gone + old_end - old_start]
        waiting = {edit for edit in theirs if edit >= 0}
        for start, end in _same(mine):
            edit = mine[start]
            if edit < 0:
                made.append((UNSEEN, 0, end - start))
                continue
            taken = [at for at, who in enumerate(theirs) if who == edit] if edit in waiting else []
            waiting.discard(edit)
            made.append((len(touches), 0, end - start))
            after = trail.after[(come + start) * HASH : (come + end) * HASH]
            touches.append(_touch(trail, edit, taken, old_start, gone, end - start, left, right, after))
        for edit in sorted(waiting):
            taken = [at for at, who in enumerate(theirs) if who == edit]
            touches.append(_touch(trail, edit, taken, old_start, gone, 0, left, right, b""))
        gone, come = gone + old_end - old_start, come + new_end - new_start
    return Trail(
        trail.file, trail.old_file, trail.lines, trail.hunks, tuple(made), trail.before, trail.after, tuple(touches)
    )


def _touch(
    trail: Trail,
    edit: int,
    taken: Sequence[int],
    start: int,
    gone: int,
    made: int,
    left: Run | None,
    right: Run | None,
    after: bytes,
) -> Touch:
    before = b"".join(trail.before[(gone + at) * HASH : (gone + at + 1) * HASH] for at in taken)
    return Touch(edit, _runs((BEFORE, start + at) for at in taken), made, left, right, before, after)


def _same(values: Sequence[int]) -> list[tuple[int, int]]:
    """Ranges of equal values."""
    found: list[tuple[int, int]] = []
    for at, value in enumerate(values):
        if found and values[found[-1][0]] == value:
            found[-1] = (found[-1][0], at + 1)
        else:
            found.append((at, at + 1))
    return found
