"""The verdict on a file: what a commit changed and what replay made of it go in; match or not, why, and each line's class come out."""

import posixpath
import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from gittraj.model.report import CLASSES, Difference, Lines, ReplayedFile
from gittraj.replay.beside import settled
from gittraj.replay.coverage import Attributed, attribute, counted, merged, ranges
from gittraj.replay.engine import Hint, Replay
from gittraj.replay.file import File, Version
from gittraj.replay.files import GITLINK
from gittraj.replay.lines import UNEXPLAINED, count
from gittraj.replay.spans import Span, lines
from gittraj.replay.states import MASK, revealed
from gittraj.replay.steps import Origin
from gittraj.replay.trails import Versions

_FORMATTERS = re.compile(
    r"\b(black|ruff|isort|autopep8|yapf|prettier|eslint|biome|gofmt|goimports|gofumpt|rustfmt|cargo fmt|clang-format|dprint|"
    r"terraform fmt|swiftformat|ktlint|rubocop|mix format|zig fmt|dart format|npm run (?:format|lint)|make (?:fmt|format))\b"
)
# The same bytes come of staging a part and of undoing the rest by hand, so a commit with such a file is not called reproducible.
PART = "a part of the replayed changes is committed"
_SHOWN = 20  # lines of a differing hunk that are told
FORMATTER = Origin("formatter")
_BLANKS = re.compile(rb"\s+")


class Changed(NamedTuple):
    """A file of the commit. `old_path`: other than `path` for a rename. Contents are None where the file is absent.

    `sides`: the file in the other parents of a merge.
    """

    path: str
    old_path: str
    old: bytes | None
    new: bytes | None
    old_mode: int
    new_mode: int
    sides: tuple[bytes | None, ...] = ()


def judge(
    replay: Replay,
    change: Changed,
    filtered: Callable[[str], str] = lambda _: "",
    *,
    gaps: str = "",
    seen: dict[str, Versions] | None = None,
) -> ReplayedFile:
    """The verdict on one file. `gaps`: why a part of the trace is not at hand, "" where nothing is missing. `seen`: takes its versions.

    `filtered`: what stands between a file and what git stores of it, "" where nothing does; a difference proves nothing then.
    """
    if GITLINK in (change.old_mode, change.new_mode):
        one = Lines(int(change.new_mode != 0), int(change.old_mode != 0))
        return ReplayedFile(
            change.path, "untraced", cause="unknown", reason="a submodule", coverage={**_nothing(), "unexplained": one}
        )
    files = replay.files
    file, source = files.at(change.path), files.at(change.old_path)
    hidden = _reveal(replay, file, change)
    same = file.now.content == change.new and (change.path == change.old_path or source.now.content is None)
    if file.doubtful and not same and change.path == change.old_path:
        other = settled(file)  # what somebody else's commit left out may be gone since; then this is all there was
        if other.content == change.new:
            files.become(change.path, other)
            same = True
    old = _version(replay, source.committed, change.old, change.old_mode)
    part = None if same or change.path != change.old_path else files.part(file, change.new)
    if same:
        new = file.now.lines
    elif part is not None:
        new = part
    else:
        spans = files.spans(file.now.content, change.new)
        # nothing runs it again, so the file does not match; but the record has what made these lines
        who = (
            FORMATTER
            if _reformatted(file, change) and _formatter(h for h in replay.hints[file.seen :] if h.done)
            else UNEXPLAINED
        )
        new = files.ledger.spliced(file.now.lines, spans, who)
        if files.recorder is not None:
            files.recorder.changed(change.path, (file.now.content, file.now.lines), (change.new, new), spans, who)
    binary = b"\0" in (change.old or b"")[:8000] or b"\0" in (change.new or b"")[:8000]  # git's own test
    if binary:
        attributed = _binary(change, file.last if same or part is not None else UNEXPLAINED)
    elif change.old == change.new:
        attributed = Attributed([], [])
    else:
        hunks = files.spans(change.old, change.new)
        last = file.last if same else UNEXPLAINED
        attributed = attribute(old.lines, new, hunks, files.ledger, last=last, moved=file.moved)
    if seen is not None and (change.old != change.new or change.path != change.old_path):
        hunks = [Span(0, len(old.lines), 0, len(new))] if binary else files.spans(change.old, change.new)
        seen[change.path] = Versions(change.old_path, change.old, change.new, old.lines, new, hunks)
    if change.sides:
        attributed = _with_sides(replay, change, attributed, binary=binary)
    coverage = counted(attributed)
    if hidden:
        file.blame("redacted", "the record hides a part of what was written")
    status, cause, reason = _status(replay, change, file, coverage, same=same, part=part is not None, gaps=gaps)
    if status == "mismatch" and not same and (what := filtered(change.path)):
        status, cause, reason = "unverifiable", "unknown", f"{what} changes what git stores of it"
    return ReplayedFile(
        change.path,
        status,
        grade="none" if status == "untraced" else file.grade,
        cause=cause,
        reason=reason,
        coverage=coverage,
        ranges=ranges(attributed.added),
        removals=ranges(attributed.removed),
        old_path=change.old_path if change.old_path != change.path else "",
        difference=None if same or binary or status in ("match", "untraced") else _difference(replay, file, change),
        hints=tuple(hint.text for hint in named(replay.hints[file.seen :], change.path)) if status != "match" else (),
        steps=file.steps,
    )


def verdict(files: Sequence[ReplayedFile], operations: int) -> str:
    """The status of a commit whose changed files were judged so; `operations`: how many recorded actions changed a file."""
    changed = [file for file in files if file.status != "outside_repo"]
    if not operations or not changed:
        return "no_operations"
    if all(file.status == "match" and _only_merged(file.coverage) for file in changed):
        return "no_operations"
    unexplained = any(file.coverage["unexplained"] != Lines() for file in changed)
    if not unexplained and all(file.status == "match" and file.reason != PART for file in changed):
        return "reproducible"
    explained = any(
        file.coverage[name] != Lines() for file in changed for name in ("agent", "shell", "human", "formatter")
    )
    return "partial" if explained else "not_reproducible"


def _only_merged(coverage: dict[str, Lines]) -> bool:
    """Whether there are lines, and all of them are as another side of a merge has them."""
    return [name for name in CLASSES if coverage[name] != Lines()] == ["merge"]


def named(hints: Sequence[Hint], path: str) -> list[Hint]:
    """The uncertain commands whose text names the file."""
    name = posixpath.basename(path)
    pattern = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-])")
    return [hint for hint in hints if path in hint.named or pattern.search(hint.text)]


def _version(replay: Replay, version: Version, content: bytes | None, mode: int) -> Version:
    """The parent's version of a file with line numbers: ours where it is the same, else told from the lines."""
    if version.content == content:
        return version
    spans = replay.files.spans(version.content, content)
    return Version(content, mode, replay.files.ledger.spliced(version.lines, spans, UNEXPLAINED))


def _reveal(replay: Replay, file: File, change: Changed) -> bool:
    """Whether lines of ours are those of the commit but for a part that the record hides; they are taken for the same then."""
    ours, theirs = file.now.content, change.new
    if not ours or not theirs or ours == theirs or MASK.encode() not in ours:
        return False
    shown = revealed(ours, theirs, replay.files.spans(ours, theirs))
    if shown == ours:
        return False
    file.now = Version(shown, file.now.mode, file.now.lines)
    return True


def _status(
    replay: Replay, change: Changed, file: File, coverage: dict[str, Lines], *, same: bool, part: bool, gaps: str
) -> tuple[str, str, str]:
    """(status, cause, reason)."""
    unexplained = coverage["unexplained"] != Lines()
    mode = file.now.mode if change.new is not None else 0
    if (same or part) and mode == change.new_mode and (file.steps or change.path != change.old_path):
        if file.cause in ("redacted", "cut") or file.unfit:
            return "unverifiable", file.cause, file.reason
        if part:
            return "match", "", PART
        return (
            ("match", "external", file.reason or "not all lines are from the trace")
            if unexplained
            else ("match", "", "")
        )
    if coverage["merge"] != Lines() and not unexplained:
        return "match", "", "as another side of the merge has it"
    if file.cause == "cut" or (file.cause == "redacted" and file.unfit):
        return "unverifiable", file.cause, file.reason
    cause, reason = _cause(replay, change, file)
    if not file.steps:
        if gaps:
            return "unverifiable", "no_transcript", gaps
        return "untraced", cause, reason or "no recorded action touched it"
    if same:
        return "mismatch", cause, f"its mode is {change.new_mode:o}, replay gives {mode:o}"
    return "mismatch", cause, reason


def _cause(replay: Replay, change: Changed, file: File) -> tuple[str, str]:
    """What made the difference, as far as the record tells."""
    if file.cause:
        return file.cause, file.reason
    since = replay.hints[file.seen :]
    commands = named(since, change.path) or named(since, change.old_path)
    if _reformatted(file, change):
        return "formatter", "only blanks differ" + (", and a formatter ran" if _formatter(replay.hints) else "")
    if commands:
        return "shell", "a shell command whose effect is not certain names it"
    if file.noticed:
        return "external", "the agent was told that something else had changed it"
    if file.proven:
        return "external", "it was changed after the last recorded action, whose outcome is proven"
    return "unknown", ""


def _reformatted(file: File, change: Changed) -> bool:
    """Whether the commit has what replay gives, but for blanks."""
    ours, theirs = file.now.content, change.new
    return bool(file.steps and theirs and ours != theirs and _squeezed(ours) == _squeezed(theirs))


def _formatter(hints: Iterable[Hint]) -> bool:
    """Whether one of the commands is a formatter."""
    return any(_FORMATTERS.search(hint.text) for hint in hints)


def _difference(replay: Replay, file: File, change: Changed) -> Difference | None:
    ours, theirs = file.now.content, change.new
    spans = replay.files.spans(ours, theirs)
    if not spans:
        return None
    first = spans[0]
    replayed, committed = lines(ours or b""), lines(theirs or b"")
    return Difference(
        first.new_start + 1,
        tuple(replayed[first.old_start : first.old_end][:_SHOWN]),
        tuple(committed[first.new_start : first.new_end][:_SHOWN]),
    )


def _binary(change: Changed, origin: Origin) -> Attributed:
    """A binary file counts as one line of each side it has."""
    if change.old == change.new:
        return Attributed([], [])
    return Attributed([(0, origin)] * (change.new is not None), [(0, origin)] * (change.old is not None))


def _with_sides(replay: Replay, change: Changed, attributed: Attributed, *, binary: bool) -> Attributed:
    """What stands in another parent of a merge as it is committed came from there."""
    kept: set[int] = set()
    dropped: set[int] = set()
    for side in change.sides:
        if binary or side == change.new:
            whole = side == change.new
            kept |= {at for at, _ in attributed.added if whole}
            dropped |= {at for at, _ in attributed.removed if whole}
            continue
        gained, lost = replay.files.spans(side, change.new), replay.files.spans(change.old, side)
        kept |= set(range(count(change.new))) - _covered((span.new_start, span.new_end) for span in gained)
        dropped |= _covered((span.old_start, span.old_end) for span in lost)
    return merged(attributed, kept, dropped)


def _covered(parts: Iterable[tuple[int, int]]) -> set[int]:
    return {at for start, end in parts for at in range(start, end)}


def _squeezed(content: bytes | None) -> bytes:
    return _BLANKS.sub(b"", content or b"")


def _nothing() -> dict[str, Lines]:
    return {name: Lines() for name in CLASSES}
