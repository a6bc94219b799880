"""`git traj policy`: a repository goes in; the policy in force, what is wrong with a file, or why a commit stands as it does comes out."""

import os
from collections.abc import Iterator

from gittraj.errors import GitTrajError, PolicyError
from gittraj.flows import trust
from gittraj.flows.policy import policy_at
from gittraj.flows.verify import verify_commits
from gittraj.flows.wiring import House, open_house
from gittraj.model.report import Explanation, PolicySource
from gittraj.model.verdict import Check
from gittraj.policy import file
from gittraj.policy.policy import Policy

_READ_LIMIT = file.FILE_LIMIT + 1  # one byte more tells that it is too large


def show(trusted: str | None = None, *, directory: str | None = None) -> PolicySource:
    """The policy in force. Raises as `policy_at`."""
    return policy_at(open_house(directory), trusted).source


def check(path: str | None = None, *, directory: str | None = None) -> PolicySource:
    """The policy in a file of the worktree (None: `.gittraj.toml` at its top), which is not in force by lying there.

    Raises `PolicyError` where it is not there or not understood.
    """
    house = open_house(directory)
    name = path or os.path.join(house.worktree, file.FILE)
    try:
        with open(name, "rb") as opened:
            data = opened.read(_READ_LIMIT)
    except (OSError, ValueError) as error:
        raise PolicyError(
            f"{name}: cannot be read: {getattr(error, 'strerror', None) or error}", hint=f"write {file.FILE}"
        ) from error
    policy = file.parse(data, path or file.FILE)
    return PolicySource(rules=tuple(policy.told()), warnings=(*file.warnings(policy), *_nobody(house, policy)))


def _nobody(house: House, policy: Policy) -> Iterator[str]:
    """A warning where no list of keys that the policy names holds any, neither in the trusted commit nor in the worktree."""
    listed = os.path.join(house.worktree, policy.trusted.signers)
    try:
        known = trust.keychain_at(house, trust.anchor(house, None), policy.trusted).signers.keys()
    except GitTrajError:  # what is wrong there is not of this file; `verify` and `policy show` tell it
        return
    if known:
        return
    if "repository" not in policy.trusted.sources or not os.path.exists(listed):
        yield "it trusts nobody: no list of keys that it names holds any, so verify will refuse (git traj keys add PRINCIPAL KEY)"


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
