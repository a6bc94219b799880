"""Commits judged for the index: commits with their notes go in, in one process or several; a row for each comes out."""

from collections.abc import Callable, Iterator, Sequence

from gittraj.errors import StoreError
from gittraj.flows.judge import Judge
from gittraj.flows.wiring import House
from gittraj.flows.workers import parted, shared, workers_for
from gittraj.model.judged import Judged, JudgedFile
from gittraj.store.index import WAITING

_MANY = 400  # commits: from here on, several processes share the work
_PART = 100  # commits that one process takes at a time


def judged(house: House, todo: dict[str, str], *, many: bool) -> Iterator[Judged]:
    """A row for each commit of `todo` (commit → note), oldest first. `many`: all notes are listed once, and processes share the work."""
    repository = house.repository
    here = [commit for commit in todo if repository.has_commit(commit)]
    for commit in sorted(todo.keys() - set(here)):
        yield Judged(commit, todo[commit], WAITING)
    here.sort(key=lambda one: (repository.commit(one).committer_time, one))
    workers = workers_for(len(here), _MANY) if many else 1
    if workers > 1:
        parts = parted([(commit, todo[commit]) for commit in here], _PART)
        for rows in shared(lambda: _begin(house), parts, workers):
            yield from rows
        return
    judge = Judge(house, many=many, edits=True)
    for commit in here:
        yield row(judge, commit, todo[commit])


def row(judge: Judge, commit: str, note: str) -> Judged:
    """What the index keeps of one commit; where objects are missing it waits for them."""
    try:
        verdict = judge.commit(judge.snapshots.commit(commit))
    except StoreError:
        return Judged(commit, note, WAITING)
    has = judge.snapshots.repository.has_object
    leans = tuple((other, has(other)) for other in judge.tracer.claimed.pop(commit, ()))
    if not verdict.segments:
        return Judged(commit, note, verdict.status, leans=leans)
    files = [
        JudgedFile(file.path, file.old_path, file.ranges) for file in verdict.files if file.status != "outside_repo"
    ]
    return Judged(commit, note, verdict.status, verdict.segments, tuple(files), verdict.edits, verdict.trails, leans)


def _begin(house: House) -> Callable[[Sequence[tuple[str, str]]], list[Judged]]:
    judge = Judge(house, many=True, edits=True)
    return lambda part: [row(judge, commit, note) for commit, note in part]
