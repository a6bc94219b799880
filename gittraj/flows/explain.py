"""`git traj policy`: a repository goes in; the policy in force, what is wrong with a file, or why a commit stands as it does comes out."""

import os

from gittraj.errors import PolicyError
from gittraj.flows.policy import policy_at
from gittraj.flows.verify import verify_commits
from gittraj.flows.wiring import open_house
from gittraj.model.report import Explanation, PolicySource
from gittraj.model.verdict import Check
from gittraj.policy import file

_READ_LIMIT = file.FILE_LIMIT + 1  # one byte more tells that it is too large


def show(trusted: str | None = None, *, directory: str | None = None) -> PolicySource:
    """The policy in force. Raises as `policy_at`."""
    return policy_at(open_house(directory), trusted).source


def check(path: str | None = None, *, directory: str | None = None) -> PolicySource:
    """The policy in a file of the worktree (None: `.gittraj.toml` at its top), which is not in force by lying there.

    Raises `PolicyError` where it is not there or not understood.
    """
    name = path or os.path.join(open_house(directory).worktree, file.FILE)
    try:
        with open(name, "rb") as opened:
            data = opened.read(_READ_LIMIT)
    except (OSError, ValueError) as error:
        raise PolicyError(
            f"{name}: cannot be read: {getattr(error, 'strerror', None) or error}", hint=f"write {file.FILE}"
        ) from error
    policy = file.parse(data, path or file.FILE)
    return PolicySource(rules=tuple(policy.told()), warnings=tuple(file.warnings(policy)))


def explain(revision: str | None = None, *, trusted: str | None = None, directory: str | None = None) -> Explanation:
    """Why a commit stands as it does. Raises as `policy_at`, and `StoreError` where there is no such commit."""
    house = open_house(directory)
    in_force = policy_at(house, trusted)
    commit = house.repository.commit(house.repository.resolve(revision or "HEAD"))
    report = verify_commits(in_force, [commit.id])
    (verdict,) = report.commits
    need = in_force.needs(commit)
    rules = tuple(
        Check(ruling.rule, "pass" if ruling.ok else "fail", ruling.why)
        for ruling in in_force.rulings(verdict, report.completeness)
    )
    return Explanation(verdict, in_force.source, need.ok, need.why, rules)
