"""Signed words of people about a commit: statements of its note go in; an exemption that holds, or a consent to a change of trust, comes out."""

from collections.abc import Iterable
from typing import NamedTuple

from gittraj.model.states import Verified
from gittraj.policy.rules import SignedInRole

EXEMPTION = "exemption"
CONSENT = "governance"
TRACES = ("record", "carry")  # kinds that are a trace of an agent's work, or stand for one
REASON_LIMIT = 2000  # characters; a reason is a sentence
_LATEST = 253402300799  # the end of the year 9999


class Exemption(NamedTuple):
    """Who excuses a commit, why, and until when (epoch seconds)."""

    principal: str
    reason: str
    until: int


def exemption(
    commit: str, statements: Iterable[Verified], roles: SignedInRole, now: int
) -> tuple[Exemption | None, str]:
    """The exemption that holds now, if any; else why the last one found does not, "" where there is none.

    Only what is whole, bound to this commit, and signed by somebody trusted who has the role counts.
    """
    why = ""
    for statement in statements:
        if statement.statement.kind != EXEMPTION or not _about(statement, commit):
            continue
        found = _read(statement)
        if found is None or not (statement.ok and statement.trusted):
            why = "an exemption does not count: it is not whole, or not of a trusted signer"
        elif not roles.may(EXEMPTION, found.principal):
            why = f"an exemption does not count: {found.principal} is no reviewer by the policy"
        elif found.until <= now:
            why = "an exemption has expired"
        else:
            return found, ""
    return None, why


def consented(commit: str, statements: Iterable[Verified], roles: SignedInRole, *, named: bool) -> str:
    """Who consents to what the commit changes about trust, "" for nobody. `named`: whether the policy names reviewers at all."""
    for statement in statements:
        who = statement.principal
        good = statement.statement.kind == CONSENT and statement.ok and statement.trusted and _about(statement, commit)
        if good and (roles.may(CONSENT, who) or not named):
            return who
    return ""


def _about(statement: Verified, commit: str) -> bool:
    """What was said of another commit is not carried over, as traces are."""
    anchor = statement.statement.anchor
    return anchor is not None and anchor.commit == commit


def _read(statement: Verified) -> Exemption | None:
    claim = statement.record or {}
    reason, until = claim.get("reason"), claim.get("until")
    if not isinstance(reason, str) or not 0 < len(reason) <= REASON_LIMIT or type(until) is not int:
        return None
    return Exemption(statement.principal, reason, min(until, _LATEST))
