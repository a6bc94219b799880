"""`git traj replay`: revisions go in, a verdict on the edit criterion with total coverage per commit comes out."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec

from gittraj.errors import StoreError
from gittraj.flows.current import open_current
from gittraj.flows.judge import Judge
from gittraj.flows.notes_book import Book
from gittraj.flows.wiring import House, open_house
from gittraj.flows.workers import parted, shared, workers_for
from gittraj.model.report import ReplayedCommit

if TYPE_CHECKING:
    from gittraj.flows.stage import Rules

FEW = 20  # commits: for more, all notes are listed once, which costs as much as looking up this many
_MANY = 400  # commits: from here on, several processes share the work
_PART = 100  # commits that one process takes at a time

Told = TypeVar("Told")


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
        history = repository.code() if tip else []
        there = dict.fromkeys(Book(house).annotated(tip, frozenset(history)) if tip else [])
        reachable = [commit for commit in reversed(history) if commit in there]
        apart = there.keys() - set(reachable)
        ids = [*sorted(commit for commit in apart if repository.has_commit(commit)), *reachable]
    elif single:
        ids = [repository.resolve(revisions or "HEAD")]
    else:
        ids = repository.revisions(revisions)[::-1]
    return Plan(house, ids, single, directory)


def replay(
    plan: Plan,
    tell: Callable[[ReplayedCommit], Told],
    *,
    unchecked: bool = False,
    trace: str | None = None,
    agent: str | None = None,
    commands: "Rules | None" = None,
) -> Iterator[Told]:
    """What `tell` makes of the verdict on each commit of the plan, in its order; where several processes share the work, they call it.

    `unchecked`: statements whose checks fail are replayed too. `trace`: a session file that is judged in place of the notes.
    `commands`: run the recorded commands again by these rules. Raises `StoreError`, and `AgentError` where `trace` cannot be read.
    """
    workers = workers_for(len(plan.commits), _MANY) if trace is None and commands is None else 1
    if workers > 1:
        for part in shared(lambda: _begin(plan, unchecked, tell), parted(plan.commits, _PART), workers):
            yield from part
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
        yield tell(_with_commands(plan.house, judge, found, commands) if commands else found)


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


def passes(one: ReplayedCommit, *, single: bool) -> bool:
    """Whether a commit that has a trace is reproducible (or changes nothing); where it was asked for by name (`single`), it must have one.

    Of commands run again, none may differ or take too long; what was skipped is told and counts for nothing.
    """
    if any(command.result in ("differs", "timeout") for command in one.commands):
        return False
    return one.status == "reproducible" or not one.files or (one.status == "no_trace" and not single)


def _begin(
    plan: Plan, unchecked: bool, tell: Callable[[ReplayedCommit], Told]
) -> Callable[[Sequence[str]], list[Told]]:
    judge = Judge(open_house(plan.directory), unchecked=unchecked, many=True)
    return lambda commits: [tell(_one_of_many(judge, one)) for one in commits]


def _one_of_many(judge: Judge, commit_id: str) -> ReplayedCommit:
    """The verdict; where objects are missing (a shallow or partial clone), that is told and the other commits are judged all the same."""
    commit = judge.snapshots.commit(commit_id)
    try:
        return judge.commit(commit)
    except StoreError as error:
        return ReplayedCommit(commit, "no_trace", notes=(f"it cannot be judged: {error.message}",))
