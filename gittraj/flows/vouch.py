"""`git traj policy exempt` and `approve`: a commit and a person's word go in, a signed statement in the commit's note comes out."""

import time
from typing import Any

from gittraj.errors import KeyringError, PolicyError, UsageError
from gittraj.flows.key_changes import date
from gittraj.flows.policy import InForce, policy_at
from gittraj.flows.wiring import open_house, signer
from gittraj.keyring.allowed_signers_file import moment
from gittraj.model.anchor import Anchor
from gittraj.model.commit import Commit
from gittraj.policy.claims import CONSENT, EXEMPTION, REASON_LIMIT


def exempt(revision: str, reason: str, until: str, *, directory: str | None = None) -> Commit:
    """Excuse a commit from what the policy wants, for a reason and a time; its damage or a bad signature is excused by nobody.

    Raises `PolicyError` where the policy does not let this user, `KeyringError` where no key can sign, `StoreError`, `UsageError`.
    """
    if not reason.strip() or len(reason) > REASON_LIMIT or not reason.isprintable():
        raise UsageError(f"a reason is a line of text of up to {REASON_LIMIT} characters")
    try:
        end = moment("--until", date(until))
    except KeyringError as error:
        raise UsageError(f"--until: {error.message}", hint="for example --until 2026-12-31") from None
    if end <= time.time():
        raise UsageError(f"--until {until} lies in the past")
    return _state(EXEMPTION, revision, {"reason": reason, "until": end}, directory)


def approve(revision: str, *, directory: str | None = None) -> Commit:
    """Consent to what a commit changes about the policy or the trusted keys. Raises as `exempt`."""
    return _state(CONSENT, revision, {"consents": "trust"}, directory)


def _state(kind: str, revision: str, claim: dict[str, Any], directory: str | None) -> Commit:
    from gittraj.seal.sign import attach

    house = open_house(directory)
    in_force = policy_at(house)
    key = signer(house)
    _may(in_force, kind, key.principal, key.public_key, key.certificate)
    repository = house.repository
    commit = repository.commit(repository.resolve(revision))
    anchor = Anchor(
        commit=commit.id,
        tree=commit.tree,
        parents=commit.parents,
        session_id="",
        seq=0,
        entries=0,
        kind=kind,
        object_format=repository.object_format,
        repository=repository.remote_url(),
    )
    raw = attach(kind, claim, anchor, key, int(time.time()))
    house.notes.append(commit.id, [raw], message=f"gittraj: {kind} of {commit.id[:12]}")
    return commit


def _may(in_force: InForce, kind: str, principal: str, key: bytes, certificate: bytes) -> None:
    """A statement that would count for nothing, or turn a good commit bad, is not made."""
    policy = in_force.policy
    if kind == EXEMPTION and not policy.written:
        raise PolicyError("there is no policy to be exempt from", hint="git traj policy show")
    named = bool(policy.roles.roles.get("reviewer"))
    if not policy.roles.may(kind, principal) and (policy.written and (named or kind == EXEMPTION)):
        raise PolicyError(
            f"{principal} is no reviewer by the policy in {in_force.at.name}", hint='[roles] reviewer = ["…"]'
        )
    judgement = in_force.keys.signers.judge(key, principal, int(time.time()), certificate=certificate)
    if not judgement.trusted:
        raise PolicyError(f"nobody would believe it: {judgement.reason}", hint="git traj keys")
