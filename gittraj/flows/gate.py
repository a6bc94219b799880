"""The guard of a push: updates of refs go in, the commits that are new by them are judged, and what may not pass comes out.

The same for a client's pre-push and a server's pre-receive; they differ in what they take for known and in where notes are read.
"""

from collections.abc import Iterable
from typing import NamedTuple

from gittraj.flows.policy import InForce, policy_at
from gittraj.flows.verify import verify_commits
from gittraj.flows.wiring import House
from gittraj.model.completeness import Missing
from gittraj.model.push import PushReport, Update
from gittraj.policy import file
from gittraj.store.pushes import commit_of, new_commits

GOOD = ("verified", "carried", "exempt")
NOTES = "refs/notes/"


class Side(NamedTuple):
    """Where the guard stands. `known`: what is there already, for every update; `default`: the branch by whose policy new refs are judged.

    `must`: a repository without a policy refuses. `tags`: what else is known where a tag is pushed.
    """

    house: House
    known: tuple[str, ...]
    must: bool = False
    tags: tuple[str, ...] = ()


def judge_updates(side: Side, updates: Iterable[Update]) -> PushReport:
    """Judge the new commits of all updates of branches and tags; notes are guarded elsewhere (`flows.guard_notes`).

    Policy and trusted keys are read from each branch's old value, so a push cannot bring its own; a new ref is judged by the usual
    trusted ref. Raises `PolicyError`, `KeyringError` and `StoreError` where nothing can be judged: then nothing may pass.
    """
    groups: dict[str, tuple[InForce, list[str], list[str]]] = {}
    repository = side.house.repository
    for update in updates:
        if not update.new or update.ref.startswith((NOTES, "refs/gittraj/")):
            continue
        tip = commit_of(repository, update.new)
        if not tip:  # a tag of a blob or a tree: nothing that has a trace
            continue
        in_force = _policy(side, update, tip)
        _, tips, known = groups.setdefault(in_force.at.commit, (in_force, [], []))
        tips.append(tip)
        known += [update.old] if update.old else []
        known += side.tags if update.ref.startswith("refs/tags/") else ()
    judged, short = 0, []
    missing: list[Missing] = []
    sources = []
    for in_force, tips, known in groups.values():
        commits = new_commits(repository, tips, [*side.known, *known])
        if not commits:
            continue
        # what a remote lost is told by `fetch` and healed by the next push of notes: no reason to hold back commits
        report = verify_commits(in_force, commits, remotes=False)
        judged += len(commits)
        short += [one for one in report.commits if one.status not in GOOD]
        missing += [each for each in report.completeness.findings if each.fatal]
        sources.append(in_force.at.name if in_force.policy.written else "")
    policy = ", ".join(dict.fromkeys(one for one in sources if one))
    unique = tuple({one.commit.id: one for one in short}.values())
    return PushReport(judged, unique, tuple(dict.fromkeys(missing)), policy=policy)


def _policy(side: Side, update: Update, tip: str) -> InForce:
    """By the branch's old value where that holds a policy; else the usual one; a first push to an empty repository by what it brings."""
    house = side.house
    branch = update.ref.startswith("refs/heads/") and house.repository.has_object(update.old)  # a client may lack it
    old = commit_of(house.repository, update.old) if branch else ""
    if old and house.repository.entry_at(old, file.FILE):
        return _named(policy_at(house, old, must=side.must), update.ref)
    usual = policy_at(house)
    if usual.blob or not side.must:
        return usual
    if not usual.at.commit:
        return _named(policy_at(house, tip, must=True), "this first push")
    return policy_at(house, must=True)


def _named(in_force: InForce, name: str) -> InForce:
    return in_force._replace(at=in_force.at._replace(name=name))
