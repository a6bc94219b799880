"""`git traj replay`: revisions go in, a verdict on the edit criterion with total coverage per commit comes out."""

import gc
import os
import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from gittraj.errors import StoreError
from gittraj.flows.current import open_current
from gittraj.flows.judge import Judge
from gittraj.flows.notes_book import Book
from gittraj.flows.wiring import House, open_house
from gittraj.model.report import ReplayedCommit

if TYPE_CHECKING:
    from gittraj.flows.stage import Rules

FEW = 20  # commits: for more, all notes are listed once, which costs as much as looking up this many
_MANY = 400  # commits: from here on, several processes share the work
_PART = 100  # commits that one process takes at a time
_RARELY = 50_000  # objects that a process makes before it looks for cycles
_WORKERS = 8  # more would wait for the one that puts the answers in order


class Plan(NamedTuple):
    """The commits that were asked for, oldest first. `single`: one commit, by its name."""

    house: House
    commits: list[str]
    single: bool
    directory: str | None = None


def plan(revisions: str | None = None, *, everything: bool = False, directory: str | None = None) -> Plan:
    """A commit, a range, or (`everything`) every commit with a note. Raises `StoreError` for unknown revisions."""
    house = open_current(directory)
    repository = house.repository
    single = not everything and not (
        revisions and (".." in revisions or revisions.startswith(("^", "-")) or " " in revisions)
    )
    if everything:
        tip = house.notes.tip()
        annotated = Book(house).annotated(tip) if tip else []
        there = dict.fromkeys(commit for commit in annotated if repository.has_commit(commit))
        reachable = [commit for commit in repository.revisions("--all") if commit in there]
        ids = [*sorted(there.keys() - set(reachable)), *reversed(reachable)]
    elif single:
        ids = [repository.resolve(revisions or "HEAD")]
    else:
        ids = repository.revisions(revisions)[::-1]
    return Plan(house, ids, single, directory)


def replay(
    plan: Plan,
    *,
    unchecked: bool = False,
    trace: str | None = None,
    agent: str | None = None,
    commands: "Rules | None" = None,
) -> Iterator[ReplayedCommit]:
    """The verdict on each commit of the plan, in its order.

    `unchecked`: statements whose checks fail are replayed too. `trace`: a session file that is judged in place of the notes.
    `commands`: run the recorded commands again by these rules. Raises `StoreError`, and `AgentError` where `trace` cannot be read.
    """
    workers = workers_for(len(plan.commits)) if trace is None and commands is None else 1
    if workers > 1:
        yield from _shared_out(plan, unchecked, workers)
        return
    judge = Judge(plan.house, unchecked=unchecked, many=len(plan.commits) > FEW)
    for commit_id in plan.commits:
        judge.judged = None
        if trace:
            found = judge.trace(judge.snapshots.commit(commit_id), trace, agent)
        elif plan.single:
            found = judge.commit(judge.snapshots.commit(commit_id))
        else:
            found = _one_of_many(judge, commit_id)
        yield _with_commands(plan.house, judge, found, commands) if commands else found


def _with_commands(house: House, judge: Judge, found: ReplayedCommit, rules: "Rules") -> ReplayedCommit:
    if judge.judged is None:
        return found
    from gittraj.flows.rerun import rerun

    made, segments, line = judge.judged
    if made.id != found.commit.id:  # the records were carried here by a rewrite
        told = f"its commands are those of the commit it was made from: git traj replay --commands {made.id[:12]}"
        return msgspec.structs.replace(found, notes=(*found.notes, told))
    try:
        commands = rerun(house, judge.snapshots, found.commit, segments, line, rules)
    except StoreError as error:  # a shallow or partial clone has no base to begin on
        return msgspec.structs.replace(found, notes=(*found.notes, f"its commands cannot be run: {error.message}"))
    return msgspec.structs.replace(found, commands=commands)


def passes(commits: list[ReplayedCommit], *, single: bool) -> bool:
    """Whether every commit that has a trace is reproducible (or changes nothing), and one asked for by name has one.

    Of commands run again, none may differ or take too long; what was skipped is told and counts for nothing.
    """
    if any(command.result in ("differs", "timeout") for one in commits for command in one.commands):
        return False
    return all(
        one.status == "reproducible" or not one.files or (one.status == "no_trace" and not single) for one in commits
    )


def workers_for(commits: int, many: int = _MANY) -> int:
    """How many processes share the work on so many commits; one below `many`."""
    if commits < many or not hasattr(os, "fork"):
        return 1
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(processors, _WORKERS)


def _shared_out(plan: Plan, unchecked: bool, workers: int) -> Iterator[ReplayedCommit]:
    """Parts of the plan judged by several processes, in order; what a session left before a part is found as for a single commit."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    parts = [plan.commits[at : at + _PART] for at in range(0, len(plan.commits), _PART)]
    with ProcessPoolExecutor(workers, get_context("fork"), _begin, (plan.directory, unchecked)) as pool:
        try:
            for part in pool.map(_part, parts):
                yield from part
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


_worker: list[Judge] = []  # of a process that shares the work


def _begin(directory: str | None, unchecked: bool) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process is told, and ends the others
    gc.freeze()  # records are trees without cycles: to look through them and through all modules again and again frees nothing
    gc.set_threshold(_RARELY, 20, 20)
    _worker.append(Judge(open_house(directory), unchecked=unchecked, many=True))


def _part(commits: list[str]) -> list[ReplayedCommit]:
    return [_one_of_many(_worker[0], one) for one in commits]


def _one_of_many(judge: Judge, commit_id: str) -> ReplayedCommit:
    """The verdict; where objects are missing (a shallow or partial clone), that is told and the other commits are judged all the same."""
    commit = judge.snapshots.commit(commit_id)
    try:
        return judge.commit(commit)
    except StoreError as error:
        return ReplayedCommit(commit, "no_trace", notes=(f"it cannot be judged: {error.message}",))
