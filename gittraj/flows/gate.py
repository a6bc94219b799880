"""The guard of a push: updates of refs go in, the commits that are new by them are judged, and what may not pass comes out.

The same for a client's pre-push and a server's pre-receive; they differ in what they take for known and in where notes are read.
"""

from collections.abc import Iterable
from typing import NamedTuple

from gittraj.flows.policy import InForce, policy_at
from gittraj.flows.trust_changes import TrustChanges
from gittraj.flows.verify import verify_commits
from gittraj.flows.wiring import House
from gittraj.model.completeness import Missing
from gittraj.model.push import PushReport, Refusal, Update
from gittraj.policy import file
from gittraj.store.pushes import commit_of, new_commits, parents_first

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
    groups: dict[str, tuple[InForce, dict[str, None]]] = {}
    repository = side.house.repository
    refusals: list[Refusal] = []
    for update in updates:
        if not update.new or update.ref.startswith((NOTES, "refs/gittraj/")):
            continue
        tip = commit_of(repository, update.new)
        if not tip:  # a tag of a blob or a tree: nothing that has a trace
            continue
        in_force = _policy(side, update, tip)
        # each update for itself: what another one of the same push has behind it is not known to this one's branch
        known = (*side.known, update.old) if update.old else side.known
        fresh = new_commits(repository, [tip], (*known, *side.tags) if update.ref.startswith("refs/tags/") else known)
        groups.setdefault(in_force.at.commit, (in_force, {}))[1].update(dict.fromkeys(fresh))
        refusals += _set_back(in_force, update, tip, fresh)
    judged, short = 0, []
    missing: list[Missing] = []
    sources = []
    for in_force, found in groups.values():
        if not found:
            continue
        commits = parents_first(repository, found)
        # what a remote lost is told by `fetch` and healed by the next push of notes: no reason to hold back commits
        report = verify_commits(in_force, commits, remotes=False)
        judged += len(commits)
        short += [one for one in report.commits if one.status not in GOOD]
        missing += [each for each in report.completeness.findings if each.fatal]
        sources.append(in_force.at.name if in_force.policy.written else "")
    policy = ", ".join(dict.fromkeys(one for one in sources if one))
    unique = tuple({one.commit.id: one for one in short}.values())
    return PushReport(judged, unique, tuple(dict.fromkeys(missing)), tuple(refusals), policy)


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


def _set_back(in_force: InForce, update: Update, tip: str, fresh: list[str]) -> list[Refusal]:
    """Whether a forced push takes a branch to a policy or keys that nobody agreed to: those from before a change, for instance.

    Such a push may bring no commit at all, so there is none to judge.
    """
    repository = in_force.house.repository
    old = in_force.at.commit
    own = repository.has_object(update.old) and commit_of(repository, update.old) == old  # a client may lack it
    if not update.ref.startswith("refs/heads/") or not own or tip == old or repository.descends(tip, old):
        return []
    changes = TrustChanges(in_force)
    for one in fresh:
        changes.check(repository.commit(one))
    names = ", ".join(changes.astray(tip))
    why = f"{update.ref} would be set back: {names} is not what was agreed on there"
    return (
        [Refusal(why, "push on top of what is there, or have the change approved: git traj policy approve COMMIT")]
        if names
        else []
    )


def _named(in_force: InForce, name: str) -> InForce:
    return in_force._replace(at=in_force.at._replace(name=name))
