"""Uncommitted changes beside those of others: a file with its states goes in, what stays of ours under a commit of somebody else comes out.

A person who commits a part, or what came from elsewhere, leaves other changes in the worktree as they are; git itself never takes
them away on the way. Whoever does take them away leaves no record: what is kept so is `doubtful` until a commit or a record has it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from gittraj.model.commit import Change
from gittraj.replay.attempt import attempt
from gittraj.replay.file import File, Version
from gittraj.replay.line_ends import Convert
from gittraj.replay.lines import UNEXPLAINED
from gittraj.replay.spans import Applied, NotApplicable, Span, lines
from gittraj.replay.steps import Step

if TYPE_CHECKING:
    from gittraj.replay.files import Files


class Landed(NamedTuple):
    """`committed`: the file as it was committed; `now`: with our own changes beside it; `doubtful`: numbers of the lines these add and remove."""

    committed: Version
    now: Version
    doubtful: frozenset[int]


def landed(files: "Files", file: File, content: bytes | None, mode: int) -> Landed | None:
    """`file` after a commit that made `content` of it, which replay does not explain; None where nothing of ours lies apart from that."""
    if not file.committed.content or not file.now.content or not content or _binary(file.now.content, content):
        return None
    ours, theirs = files.spans(file.committed.content, file.now.content), files.spans(file.committed.content, content)
    aside = [span for span in ours if not any(_touch(span, other) for other in theirs)]
    rest = without(files, file, aside, ours) if aside else None
    if rest is None:
        return None
    numbers = files.ledger.spliced(rest.lines, files.spans(rest.content, content), UNEXPLAINED)
    rows, fresh = lines(content), list(numbers)
    mine, there = lines(file.now.content), frozenset(numbers)
    origins = files.origins(file, ours)
    doubtful: set[int] = set()
    for span in reversed(aside):
        shift = sum(t.new_end - t.new_start - t.old_end + t.old_start for t in theirs if t.old_end < span.old_start)
        at, end = span.old_start + shift, span.old_end + shift
        made = files.added(file, span, origins, there)
        doubtful.update(made, numbers[at:end])
        rows[at:end] = mine[span.new_start : span.new_end]
        fresh[at:end] = made
    now = Version(b"".join(rows), file.now.mode, fresh)
    return Landed(Version(content, mode, numbers), now, frozenset(doubtful))


def followed(files: "Files", changes: Sequence[Change]) -> None:
    """Before a commit with `changes` lands: what is not committed of a file that it renames as it was goes along, as with `git mv`."""
    gone = [change for change in changes if not change.new]
    fresh = {change.new: change.path for change in changes if not change.old} if gone else {}
    for change in gone:
        file = files.loaded.get(change.path) if change.old in fresh else None
        if file is None or file.now.content in (None, file.committed.content):
            continue
        target = files.at(fresh[change.old])
        if target.now.content is None:
            committed, doubtful = file.committed, frozenset(file.committed.lines) ^ frozenset(file.now.lines)
            target = files.move(change.path, fresh[change.old], UNEXPLAINED)
            target.committed, target.doubtful = committed, doubtful


def without(files: "Files", file: File, undone: Sequence[Span], ours: Sequence[Span]) -> Version | None:
    """`file` as it is now but for those of `ours`, its uncommitted changes, that are `undone`; None where its lines cannot be told then."""
    base, now = lines(file.committed.content or b""), lines(file.now.content or b"")
    rows: list[bytes] = []
    at = 0
    for span in ours:
        if span not in undone:
            rows += [*base[at : span.old_start], *now[span.new_start : span.new_end]]
            at = span.old_end
    content = b"".join([*rows, *base[at:]])
    if content == file.committed.content:
        return Version(content, file.now.mode or file.committed.mode, file.committed.lines)
    numbers = files.part(file, content)
    return Version(content, file.now.mode, numbers) if numbers is not None else None


def taken_back(files: "Files", path: str, step: Step, seen: Convert) -> tuple[Applied, Step] | None:
    """What `step`, which is recorded as done and does not fit, makes of the file without the uncommitted changes in its way.

    It fits what was committed, so somebody had taken these changes back; None where it does not.
    """
    file = files.at(path)
    there, _ = attempt(step, path, File(file.committed), seen)
    if isinstance(there, NotApplicable) or there.how != "exact":  # a likeness would prove nothing
        return None
    for version in (_undone(files, file, there.spans), file.committed):
        if version is None:
            continue
        applied, told = attempt(step, path, File(version), seen)
        if isinstance(applied, Applied):
            files.become(path, version)
            file.blame("external", "something outside of the trace took back what a recorded action had changed")
            return applied, told
    return None


def _undone(files: "Files", file: File, spans: Sequence[Span]) -> Version | None:
    """`file` without the uncommitted changes that touch `spans`, places in the committed file; None where none does."""
    if file.now.content is None:
        return None
    ours = files.spans(file.committed.content, file.now.content)
    met = [span for span in ours if any(_touch(span, other) for other in spans)]
    return without(files, file, met, ours) if met else None


def settled(file: File) -> Version:
    """`file` as it is where what is doubtful was taken back; told by the numbers of its lines, so whatever was changed beside it stays."""
    base, now = file.committed.lines, file.now.lines
    text = dict(zip(base, lines(file.committed.content or b""), strict=True))
    text |= zip(now, lines(file.now.content or b""), strict=True)
    places = {line: at for at, line in enumerate(base)}
    numbers: list[int] = []
    at = 0
    gap: list[int] = []
    for line in (*now, -1):
        place = places.get(line, len(base) if line < 0 else -1)
        if place < at:  # a line that was made since, or one that went elsewhere
            gap.append(line)
            continue
        numbers += _without_doubt(base[at:place], gap, file.doubtful)
        numbers += [line] if line >= 0 else []
        at, gap = place + 1, []
    return Version(b"".join(text[line] for line in numbers), file.now.mode or file.committed.mode, numbers)


def _without_doubt(removed: Sequence[int], added: Sequence[int], doubtful: frozenset[int]) -> list[int]:
    """What stands between two lines that both have, where doubtful changes were taken back."""
    back = [line for line in removed if line in doubtful]
    at = next((at for at, line in enumerate(added) if line in doubtful), None)
    if at is None:  # only removed: before what stands for the lines after it
        at = 0 if removed and removed[0] in doubtful else len(added)
    kept = [[line for line in part if line not in doubtful] for part in (added[:at], added[at:])]
    return [*kept[0], *back, *kept[1]]


def _touch(one: Sequence[int], other: Sequence[int]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _binary(*contents: bytes) -> bool:
    return any(b"\0" in content[:8000] for content in contents)
