"""A whole policy: who needs a trace and what a trace must hold up to; the default stands where a repository says nothing."""

from typing import NamedTuple

from gittraj.policy.facts import Facts, Need, Ruling
from gittraj.policy.needs import Agents
from gittraj.policy.rules import AllOf, SignedInRole, TrustedSigner

SIGNERS = ".gittraj/allowed_signers"
REVOKED = ".gittraj/revoked_keys"
SOURCES = ("repository", "git", "user")  # whose lists of trusted keys count


class Trusted(NamedTuple):
    """Where trust comes from. `sources`: of `SOURCES`; `signers`, `revoked`: paths in the trusted commit."""

    sources: tuple[str, ...] = SOURCES
    signers: str = SIGNERS
    revoked: str = REVOKED


class Policy(NamedTuple):
    """`since`: the commit of adoption, "" for none. `written`: False for the default rule of a repository that has no policy."""

    need: Need
    rules: AllOf
    roles: SignedInRole
    since: str = ""
    trusted: Trusted = Trusted()
    written: bool = True

    def needs(self, facts: Facts) -> Ruling:
        """Whether the commit needs a trace."""
        return self.need.needs(facts)

    def judge(self, facts: Facts) -> list[Ruling]:
        """What every rule says of a commit that has a trace."""
        return self.rules.each(facts)

    def told(self) -> list[str]:
        """The policy in lines of plain words."""
        return [self.need.told(), *(rule.told() for rule in self.rules.rules)]


def default() -> Policy:
    """What holds without a policy: what has a trace must have a good one of a trusted signer; agents' commits need one."""
    return Policy(Agents(), AllOf((TrustedSigner(),)), SignedInRole({"recorder": ("*",)}), written=False)
