"""The policy in force: a repository and a trusted ref go in; the rules that hold, and whom to trust, come out."""

import time
from typing import NamedTuple

import msgspec

from gittraj.codec.digest import git_blob_id
from gittraj.errors import PolicyError, StoreError
from gittraj.flows import trust
from gittraj.flows.trust import Anchor
from gittraj.flows.wiring import House, Keychain
from gittraj.keyring.revocation import day
from gittraj.model.commit import Commit
from gittraj.model.completeness import Completeness
from gittraj.model.report import CommitVerdict, PolicySource
from gittraj.model.verdict import Check
from gittraj.policy import file
from gittraj.policy.claims import TRACES, exemption
from gittraj.policy.facts import Facts, Ruling
from gittraj.policy.policy import Policy, default


class InForce(NamedTuple):
    """What verdicts are made by. `blob`: the id of the policy file, "" for the default rule of a repository without one.

    `earlier`: the commits that came before the policy was adopted.
    """

    house: House
    policy: Policy
    keys: Keychain
    at: Anchor
    blob: str = ""
    earlier: frozenset[str] = frozenset()

    @property
    def source(self) -> PolicySource:
        """Where it comes from, for reports."""
        name = self.at.name if self.at.commit else ""
        signers = self.keys.signers
        lists = tuple(
            (source.name, git_blob_id(source.data), len(signers.of(source.name))) for source in signers.sources
        )
        policy = self.policy
        return PolicySource(name, self.at.commit, self.blob, tuple(policy.told()), tuple(file.warnings(policy)), lists)

    def needs(self, commit: Commit) -> Ruling:
        """Whether the commit needs a trace."""
        return self.policy.needs(self.facts(commit))

    def rulings(self, verdict: CommitVerdict, complete: Completeness) -> list[Ruling]:
        """What every rule says of a commit that was judged; [] where it has no trace. `complete`: what is missing from the notes."""
        if not any(each.statement.kind in TRACES for each in verdict.statements):
            return []
        facts = self.facts(verdict.commit)
        checks = (*verdict.checks, _completeness(verdict.commit.id, complete))
        return self.policy.judge(
            facts._replace(statements=verdict.statements, checks=checks, coverage=verdict.coverage)
        )

    def decided(self, verdict: CommitVerdict, complete: Completeness) -> CommitVerdict:
        """The verdict after the written policy had its say; a trace that is not good in itself stays failed, whoever excuses it."""
        if not self.policy.written or verdict.status not in ("verified", "carried", "untrusted", "missing"):
            return verdict
        status, reason = verdict.status, verdict.reason
        if status != "missing":
            wrong = [ruling for ruling in self.rulings(verdict, complete) if not ruling.ok]
            told = (ruling.why if ruling.rule == "signer" else f"{ruling.rule}: {ruling.why}" for ruling in wrong)
            reason = "; ".join(told)
            if wrong:
                status = "untrusted" if all(ruling.rule == "signer" for ruling in wrong) else "failed"
            elif status == "untrusted":
                status = "verified"
        if status in ("missing", "untrusted", "failed"):
            excuse, why = exemption(verdict.commit.id, verdict.statements, self.policy.roles, int(time.time()))
            if excuse is not None:
                status, reason = "exempt", f"{excuse.principal} exempts it until {day(excuse.until)}: {excuse.reason}"
            elif why:
                reason = f"{reason}; {why}"
        return msgspec.structs.replace(verdict, status=status, reason=reason)

    def facts(self, commit: Commit) -> Facts:
        """What the policy looks at before any trace."""
        return Facts(commit, self._paths(commit), commit.id not in self.earlier)

    def _paths(self, commit: Commit) -> tuple[str, ...]:
        if not self.policy.written:
            return ()
        try:
            return tuple(change.path for change in self.house.repository.changes(commit.id))
        except StoreError:  # a shallow clone ends here: nothing is exempt for what it changes
            return ()


def policy_at(house: House, ref: str | None = None, *, must: bool = False) -> InForce:
    """The policy and the trust that stand in a trusted commit: `ref`, or (None) where `flows.trust.anchor` finds it.

    `must`: a repository without a policy is an error, not the default rule. Raises `PolicyError` where the policy cannot be read,
    trusts nobody, or is missing; `KeyringError` where a trust file cannot be read; `StoreError` for an unknown `ref`.
    """
    at = trust.anchor(house, ref)
    found = house.repository.entry_at(at.commit, file.FILE) if at.commit else None
    if found is None:
        named = house.settings.values.get(trust.SETTING)
        if must or named:
            raise PolicyError(
                f"there is no policy: {at.name} has no {file.FILE}",
                hint=f"write {file.FILE}, then: git traj policy check",
            )
        return InForce(house, default(), trust.keychain_at(house, at), at)
    policy = file.parse(house.repository.blob(found, fetch=True), f"{file.FILE} in {at.name}")
    keys = trust.keychain_at(house, at, policy.trusted)
    if not keys.signers.keys():
        raise PolicyError(
            f"the policy in {at.name} trusts nobody: no list of keys that it names holds any"
            f" ({', '.join(policy.trusted.sources)}; {policy.trusted.signers} there)",
            hint="git traj keys add PRINCIPAL KEY, then commit it",
        )
    return InForce(house, policy, keys, at, found, _before(house, policy.since))


def _completeness(commit: str, complete: Completeness) -> Check:
    found = next((each for each in complete.findings if each.fatal and each.commit in ("", commit)), None)
    if found is not None:
        return Check("completeness", "fail", f"{found.kind}: {found.detail}")
    return Check("completeness", "skip" if complete.result == "skip" else "pass", "")


def _before(house: House, since: str) -> frozenset[str]:
    """The ancestors of the commit of adoption; none where it is not here (a shallow clone), so that the policy holds for all."""
    if not since or not house.repository.has_commit(since):
        return frozenset()
    return frozenset(house.repository.revisions(since)) - {since}
