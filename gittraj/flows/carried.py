"""The verdict of replay on a rewritten commit: the verdicts on the commits it was made of go in, line by line, its own comes out."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from gittraj.flows.origins import SIDES, Origins
from gittraj.history.change import FileChange, changed
from gittraj.history.rebind import words
from gittraj.model.carried import Carried
from gittraj.model.commit import Commit
from gittraj.model.report import LineRange, ReplayedCommit, ReplayedFile
from gittraj.replay.compare import verdict
from gittraj.replay.coverage import Attributed, counted, ranges, total
from gittraj.replay.lines import UNEXPLAINED
from gittraj.replay.steps import Origin

_GRADES = ("state", "diff", "operation", "fuzzy", "none")  # strongest first


class Source(NamedTuple):
    """A commit that a record was signed for: its files as `paired` gives them, and the verdict on each, None where there is none."""

    verdict: ReplayedCommit
    files: list[ReplayedFile | None]
    lines: list[tuple[dict[int, Origin], dict[int, Origin]]]


def carried_over(
    origins: Origins,
    commit: Commit,
    sources: Sequence[Commit],
    carried: Carried,
    judge: Callable[[Commit], ReplayedCommit],
) -> ReplayedCommit:
    """The verdict on `commit`; `judge` gives that on a source. A line of a source is of the class it has there. Raises `StoreError`."""
    known = {source.id: _source(judge(source), origins.changes.paired(source)) for source in sources}
    same = carried.how in ("tree", "patch")
    files = [
        _file(file, attributed, known, same=same) for file, attributed in origins.files(commit, sources, same=same)
    ]
    operations = sum(source.verdict.operations for source in known.values())
    names = ", ".join(source[:12] for source in carried.sources)
    notes = [f"carried from {names}: {words(carried)}" if carried.good else f"signed for {names}, {words(carried)}"]
    notes += [note for source in known.values() for note in source.verdict.notes]
    coverage = total(file.coverage for file in files)
    return ReplayedCommit(commit, verdict(files, operations), tuple(files), coverage, operations, tuple(notes))


def _source(verdict: ReplayedCommit, files: Sequence[FileChange]) -> Source:
    by_path = {file.path: file for file in verdict.files if file.status != "outside_repo"}
    found = [by_path.get(file.path) for file in files]
    return Source(verdict, found, [_lines(each) for each in found])


def _lines(file: ReplayedFile | None) -> tuple[dict[int, Origin], dict[int, Origin]]:
    added, removed = (file.ranges, file.removals) if file else ((), ())
    return dict(_each(added)), dict(_each(removed))


def _each(found: Sequence[LineRange]) -> Iterator[tuple[int, Origin]]:
    for one in found:
        for at in range(one.start - 1, one.end):
            yield at, Origin(one.kind, one.session, one.entry, one.turn)


def _file(file: FileChange, attributed: Attributed, known: dict[str, Source], *, same: bool) -> ReplayedFile:
    classes = Attributed(
        [(at, _class(origin, known)) for at, origin in attributed.added],
        [(at, _class(origin, known)) for at, origin in attributed.removed],
    )
    origins = [origin for side in attributed for _, origin in side]
    judged = _judged(known, file, origins)
    outside = sum(1 for origin in origins if not origin.session)
    coverage = counted(classes)
    short = next((each for each in judged if each.status != "match"), None)
    if outside or not judged:
        status = "mismatch" if judged else "untraced"
        cause, reason = "external", f"{outside} of {len(origins)} changed lines are in no record that was carried"
    elif short is not None:
        status, cause, reason = short.status, short.cause, short.reason
    else:
        status, cause, reason = "match", "", "" if same else "its lines are those of the commits it was made of"
    return ReplayedFile(
        file.path,
        status,
        grade=max((each.grade for each in judged), key=_GRADES.index, default="none"),
        cause=cause,
        reason=reason,
        coverage=coverage,
        ranges=ranges(classes.added),
        removals=ranges(classes.removed),
        old_path=file.old_path,
        hints=short.hints if short is not None else (),
        steps=sum(each.steps for each in judged),
    )


def _class(origin: Origin, known: dict[str, Source]) -> Origin:
    source = known.get(origin.session)
    if source is None:
        return UNEXPLAINED
    number, side = divmod(origin.turn, SIDES)
    return source.lines[number][side].get(origin.entry, UNEXPLAINED)


def _judged(known: dict[str, Source], file: FileChange, origins: Sequence[Origin]) -> list[ReplayedFile]:
    """The verdicts on the files that the lines are from; where no line changed, on the file of the same name."""
    places = dict.fromkeys((origin.session, origin.turn // SIDES) for origin in origins if origin.session in known)
    found = [known[source].files[number] for source, number in places]
    if not any(changed(file)):
        found += [each for source in known.values() for each in source.files if each and each.path == file.path]
    return [each for each in found if each is not None]
