"""The way of a file's lines in a rewritten commit: what the commits did that it was made of, one after the other, goes in, one trail comes out.

A line of the way is told by its *name*: where it came from, as in a `Run`. What the originals did to lines that the new base does
not have is told of no line.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from gittraj.model.edit import BEFORE, HASH, UNSEEN, Run, Touch, Trail
from gittraj.replay.files import Diff
from gittraj.replay.lines import count, mapping
from gittraj.replay.recorder import hashes
from gittraj.replay.spans import Span, lines

Name = tuple[int, int]  # (BEFORE, place in the commit's old version), (a touch, place in what it made), (UNSEEN, 0)
NOBODY: Name = (UNSEEN, 0)
UNRECORDED = -1  # as edit of a touch
Hunk = tuple[int, int, int, int]


class Leg(NamedTuple):
    """What one commit on the way did to the file; `trail`: by its records, None where it has none. `hunks`: git's diff of the two."""

    old: bytes | None
    new: bytes | None
    hunks: Sequence[Hunk]
    trail: Trail | None


def retraced(
    plain: Trail, old: bytes | None, new: bytes | None, legs: Sequence[Leg], diff: Diff, *, same: bool = False
) -> Trail:
    """`plain`, the trail of `old` to `new` of which no touch is known, with the touches of `legs`, oldest first, at their places here.

    `same`: the one leg makes exactly this change, line by line, at whatever places.
    """
    way = _Way(_names(legs[0], old, plain.hunks if same else (), diff))
    content = legs[0].old
    for leg in legs:
        if leg.old != content:
            way.went(Leg(content, leg.old, _spans(content, leg.old, diff), None), alone=False)
        way.went(leg, alone=len(legs) == 1)
        content = leg.new
    last = legs[-1].trail
    if same and last is not None:
        made = last.made
    else:
        new_lines = [at for _, _, start, end in plain.hunks for at in range(start, end)]
        found = way.ended(content, new, _spans(content, new, diff), set(new_lines))
        made = _runs(name if (name := found[at])[0] >= 0 else NOBODY for at in new_lines)
    return msgspec.structs.replace(plain, made=made, touches=tuple(way.touches))


def displaced(trail: Trail, theirs: bytes | None, ours: bytes | None, diff: Diff) -> Trail:
    """A trail without hunks (attempts that left nothing) of the version `theirs`, told of `ours`."""
    way = _Way(_names(Leg(theirs, theirs, (), trail), ours, (), diff))
    way.went(Leg(theirs, theirs, (), trail), alone=True)
    return msgspec.structs.replace(trail, lines=count(ours), touches=tuple(way.touches))


class _Way:
    """`names`: of the lines as they are by now."""

    def __init__(self, names: list[Name]) -> None:
        self.names = names
        self.touches: list[Touch] = []

    def went(self, leg: Leg, *, alone: bool) -> None:
        """One commit further. `alone`: no other has to be joined with it, so that what nobody recorded needs no touch."""
        before = self.names
        offset = len(self.touches)
        claimed: set[int] = set()
        for touch in leg.trail.touches if leg.trail else ():
            gone = list(_each(touch.removed))
            claimed.update(place for source, place in gone if source == BEFORE)
            self.touches.append(
                msgspec.structs.replace(
                    touch,
                    removed=_runs(_named(name, before, offset) for name in gone),
                    left=_beside(touch.left, before, offset),
                    right=_beside(touch.right, before, offset),
                )
            )
        made = list(_each(leg.trail.made)) if leg.trail else [NOBODY] * sum(hunk[3] - hunk[2] for hunk in leg.hunks)
        new_lines = lines(leg.new or b"")
        old_lines = lines(leg.old or b"")
        before = self._standing(before, leg, claimed, offset)
        self.names = []
        at = used = 0
        for old_start, old_end, new_start, new_end in leg.hunks:
            self.names += before[at:old_start]
            come = [_named(name, before, offset) for name in made[used : used + new_end - new_start]]
            used += new_end - new_start
            unclaimed = [place for place in range(old_start, old_end) if place not in claimed]
            unseen = [place for place, name in enumerate(come) if name == NOBODY]
            if not alone and (unclaimed or unseen):
                right = before[old_end] if old_end < len(before) else None
                come = self._unrecorded(
                    [before[place] for place in unclaimed],
                    come,
                    unseen,
                    right,
                    [old_lines[place] for place in unclaimed],
                    [new_lines[new_start + place] for place in unseen],
                )
            self.names += come
            at = old_end
        self.names += before[at:]

    def _standing(self, before: list[Name], leg: Leg, claimed: set[int], offset: int) -> list[Name]:
        """The names where lines that the leg took away stand again: of what it put there last."""
        back = claimed - {place for start, end, _, _ in leg.hunks for place in range(start, end)}
        if not back:
            return before
        old_lines = lines(leg.old or b"")
        made: dict[bytes, Name] = {}
        for number, touch in enumerate(self.touches[offset:], offset):
            made.update((touch.after[at : at + HASH], (number, at // HASH)) for at in range(0, len(touch.after), HASH))
        return [
            made.get(hashes([old_lines[place]]), name) if place in back else name for place, name in enumerate(before)
        ]

    def ended(self, content: bytes | None, new: bytes | None, spans: Iterable[Hunk], changed: set[int]) -> list[Name]:
        """The names of the lines of `new`, which the commit has in place of `content`, the last that is known.

        What it has otherwise is of its base, or, in the lines that it changes (`changed`), nobody's; where those take the place of lines
        that edits made, or stand between such, they follow from them.
        """
        old_lines, new_lines = lines(content or b""), lines(new or b"")
        before, self.names = self.names, []
        at = 0
        for old_start, old_end, new_start, new_end in spans:
            self.names += before[at:old_start]
            at = old_end
            come: list[Name] = [NOBODY] * (new_end - new_start)
            unseen = [place for place in range(len(come)) if new_start + place in changed]
            gone = [place for place in range(old_start, old_end) if before[place][0] >= 0]
            right = before[old_end] if old_end < len(before) else None
            between = old_start == old_end and right and self.names and min(right[0], self.names[-1][0]) >= 0
            if gone or (unseen and between):
                come = self._unrecorded(
                    [before[place] for place in gone],
                    come,
                    unseen,
                    right,
                    [old_lines[place] for place in gone],
                    [new_lines[new_start + place] for place in unseen],
                )
            self.names += come
        self.names += before[at:]
        return self.names

    def _unrecorded(
        self,
        gone: list[Name],
        come: list[Name],
        unseen: list[int],
        right: Name | None,
        before: list[bytes],
        after: list[bytes],
    ) -> list[Name]:
        """A touch for what nobody recorded in one hunk; the hunk's new lines with the names that they have of it."""
        first = unseen[0] if unseen else 0
        last = unseen[-1] + 1 if unseen else 0
        left = come[first - 1] if first else self.names[-1] if self.names else None
        beside = come[last] if last < len(come) else right
        number = len(self.touches)
        self.touches.append(
            Touch(UNRECORDED, _runs(gone), len(unseen), _run(left), _run(beside), hashes(before), hashes(after))
        )
        named = list(come)
        for place, at in enumerate(unseen):
            named[at] = (number, place)
        return named


def _names(leg: Leg, old: bytes | None, hunks: Sequence[Hunk], diff: Diff) -> list[Name]:
    """The names of the leg's old lines; `hunks`: those of the commit, where it makes the very same change."""
    places = mapping(_spans(leg.old, old, diff), count(leg.old))
    if hunks:
        theirs = (at for start, end, _, _ in leg.hunks for at in range(start, end))
        ours = (at for start, end, _, _ in hunks for at in range(start, end))
        taken = dict(zip(theirs, ours, strict=True))
        known = set(taken.values())
        places = [taken.get(at, -1 if place in known else place) for at, place in enumerate(places)]
    return [(BEFORE, place) if place >= 0 else NOBODY for place in places]


def _named(name: Name, before: Sequence[Name], offset: int) -> Name:
    source, place = name
    if source == BEFORE:
        return before[place] if place < len(before) else NOBODY
    return (source + offset, place) if source >= 0 else NOBODY


def _beside(run: Run | None, before: Sequence[Name], offset: int) -> Run | None:
    return None if run is None else _run(_named(run[:2], before, offset))


def _run(name: Name | None) -> Run | None:
    return None if name is None else (*name, 1)


def _each(runs: Iterable[Run]) -> Iterable[Name]:
    for source, first, length in runs:
        for step in range(length):
            yield (source, first + step) if source != UNSEEN else NOBODY


def _runs(names: Iterable[Name]) -> tuple[Run, ...]:
    found: list[Run] = []
    for source, place in names:
        if found and found[-1][0] == source and (source == UNSEEN or sum(found[-1][1:]) == place):
            found[-1] = (source, found[-1][1], found[-1][2] + 1)
        else:
            found.append((source, place, 1))
    return tuple(found)


def _spans(old: bytes | None, new: bytes | None, diff: Diff) -> Sequence[Span]:
    if old and new:
        return () if old == new else diff(old, new)
    return (Span(0, count(old), 0, count(new)),) if old or new else ()
