"""One commit as several others made it: what each did to a file, in order, goes in; whose each changed line of the result is comes out.

The stages of a chain are laid one on the other in a ledger of lines, then the commit's own two versions are laid on top. A line is
a stage's where the ledger followed it there; a likeness of brackets and blanks alone proves nothing.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gittraj.replay.coverage import Attributed, attribute
from gittraj.replay.files import Diff
from gittraj.replay.lines import BASE, UNEXPLAINED, Ledger, count, mapping
from gittraj.replay.spans import Span, lines
from gittraj.replay.steps import Origin

_TELLING = re.compile(rb"\w\W*\w\W*\w")  # three letters or digits: a line that says something


class Stage(NamedTuple):
    """What one commit did to the file. `added`, `removed`: place of a line of the new (old) version, 0-based → what made (removed) it."""

    old: bytes | None
    new: bytes | None
    hunks: Sequence[Span]
    added: Mapping[int, Origin]
    removed: Mapping[int, Origin]


def compose(
    old: bytes | None, new: bytes | None, hunks: Sequence[Span], stages: Sequence[Stage], diff: Diff
) -> Attributed:
    """The origin of each line that `hunks` (git's diff of `old` and `new`) add and remove; `UNEXPLAINED` where no stage did.

    `stages`: oldest first; what lies between the end of one and the beginning of the next is nobody's.
    """
    ledger = Ledger()
    content = stages[0].old
    numbers = ledger.fresh(count(content), BASE)
    versions = [(content, numbers)]
    last = UNEXPLAINED
    for stage in stages:
        if stage.old != content:
            numbers = _bridged(ledger, numbers, content, stage.old, diff)
        numbers, last = _staged(ledger, numbers, stage, last)
        content = stage.new
        versions.append((content, numbers))
    whole = content == new and old == versions[0][0]
    before = versions[0][1] if old == versions[0][0] else _laid(ledger, old, versions, diff)
    after = numbers if content == new else _laid(ledger, new, versions[::-1], diff)
    found = attribute(before, after, hunks, ledger, last=last if whole else UNEXPLAINED)
    known = Attributed(
        [(at, UNEXPLAINED if origin is BASE else origin) for at, origin in found.added],
        [(at, UNEXPLAINED if origin is BASE else origin) for at, origin in found.removed],
    )
    return known if whole else _proven(known, old, new)


def zipped(hunks: Sequence[Span], stage: Stage) -> Attributed:
    """For a change that is the stage's, line by line, at other places: the first changed line is its first, and so on."""
    added = [stage.added.get(at, UNEXPLAINED) for hunk in stage.hunks for at in range(hunk.new_start, hunk.new_end)]
    removed = [stage.removed.get(at, UNEXPLAINED) for hunk in stage.hunks for at in range(hunk.old_start, hunk.old_end)]
    here = [at for hunk in hunks for at in range(hunk.new_start, hunk.new_end)]
    gone = [at for hunk in hunks for at in range(hunk.old_start, hunk.old_end)]
    return Attributed(list(zip(here, added, strict=True)), list(zip(gone, removed, strict=True)))


def joined(parts: Sequence[Attributed]) -> Attributed:
    """Several attributions of the same lines, each line by the first that knows it."""
    result = parts[0]
    for part in parts[1:]:
        added, removed = dict(part.added), dict(part.removed)
        result = Attributed(
            [(at, added.get(at, origin) if origin.kind == "unexplained" else origin) for at, origin in result.added],
            [
                (at, removed.get(at, origin) if origin.kind == "unexplained" else origin)
                for at, origin in result.removed
            ],
        )
    return result


def _staged(ledger: Ledger, numbers: Sequence[int], stage: Stage, last: Origin) -> tuple[list[int], Origin]:
    result: list[int] = []
    at = 0
    for span in stage.hunks:
        result += numbers[at : span.old_start]
        for place in range(span.old_start, span.old_end):
            last = stage.removed.get(place, UNEXPLAINED)
            ledger.removed_by[numbers[place]] = ledger.number(last)
        for place in range(span.new_start, span.new_end):
            last = stage.added.get(place, UNEXPLAINED)
            result += ledger.fresh(1, last)
        at = span.old_end
    result += numbers[at:]
    return result, last


def _bridged(ledger: Ledger, numbers: Sequence[int], old: bytes | None, new: bytes | None, diff: Diff) -> list[int]:
    """The numbers after a change that is nobody's; what removed a line before it is not forgotten."""
    spans = _spans(old, new, diff)
    removed = dict(ledger.removed_by)
    result = ledger.spliced(numbers, spans, UNEXPLAINED)
    ledger.removed_by = removed
    return result


def _laid(
    ledger: Ledger, content: bytes | None, versions: Sequence[tuple[bytes | None, Sequence[int]]], diff: Diff
) -> list[int]:
    """The numbers of the lines of one side of the commit: each line's in the first of `versions` that has it.

    What it began from is laid on the earliest first (what it has from there it does not add), what it made on the latest first.
    """
    size = count(content)
    result = [-1] * size
    taken: set[int] = set()
    for version, numbers in versions:
        if -1 not in result:
            break
        for place, at in enumerate(mapping(_spans(content, version, diff), size)):
            if result[place] < 0 <= at and numbers[at] not in taken:
                result[place] = numbers[at]
                taken.add(numbers[at])
    return [number if number >= 0 else ledger.fresh(1)[0] for number in result]


def _spans(old: bytes | None, new: bytes | None, diff: Diff) -> Sequence[Span]:
    if old and new:
        return diff(old, new)
    return (Span(0, count(old), 0, count(new)),) if old or new else ()


def _proven(attributed: Attributed, old: bytes | None, new: bytes | None) -> Attributed:
    """Without those of a session (or commit) that has no line here that says something."""
    told: set[str] = set()
    for content, found in ((new, attributed.added), (old, attributed.removed)):
        each = lines(content or b"")
        told |= {origin.session for at, origin in found if _TELLING.search(each[at])}
    return Attributed(
        [(at, origin if origin.session in told else UNEXPLAINED) for at, origin in attributed.added],
        [(at, origin if origin.session in told else UNEXPLAINED) for at, origin in attributed.removed],
    )
