"""Commits judged for the index: commits with their notes go in, in one process or several; a row for each comes out."""

import signal
from collections.abc import Iterator

from gittraj.errors import StoreError
from gittraj.flows.judge import Judge
from gittraj.flows.replay import workers_for
from gittraj.flows.wiring import House
from gittraj.model.judged import Judged, JudgedFile
from gittraj.store.index import WAITING

_PART = 100  # commits that one process takes at a time


def judged(house: House, todo: dict[str, str], *, many: bool) -> Iterator[Judged]:
    """A row for each commit of `todo` (commit → note), oldest first. `many`: all notes are listed once, and processes share the work."""
    repository = house.repository
    here = [commit for commit in todo if repository.has_commit(commit)]
    for commit in sorted(todo.keys() - set(here)):
        yield Judged(commit, todo[commit], WAITING)
    here.sort(key=lambda one: (repository.commit(one).committer_time, one))
    workers = workers_for(len(here)) if many else 1
    if workers > 1:
        yield from _shared_out(house, [(commit, todo[commit]) for commit in here], workers)
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


def _shared_out(house: House, todo: list[tuple[str, str]], workers: int) -> Iterator[Judged]:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    parts = [todo[at : at + _PART] for at in range(0, len(todo), _PART)]
    with ProcessPoolExecutor(workers, get_context("fork"), _begin, (house,)) as pool:
        try:
            for part in pool.map(_part, parts):
                yield from part
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


_worker: list[Judge] = []  # of a process that shares the work


def _begin(house: House) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process is told, and ends the others
    _worker.append(Judge(house, many=True, edits=True))


def _part(part: list[tuple[str, str]]) -> list[Judged]:
    return [row(_worker[0], commit, note) for commit, note in part]
