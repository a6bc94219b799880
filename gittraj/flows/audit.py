"""`git traj audit`: revisions go in, the report of all verdicts comes out; a report's bytes are signed, and the signature is checked."""

import time
from typing import NamedTuple

from gittraj import __version__
from gittraj.codec.digest import sha256, sha256_hex
from gittraj.errors import SealError
from gittraj.flows.policy import policy_at
from gittraj.flows.replay import plan
from gittraj.flows.verify import verify_commits
from gittraj.flows.wiring import House, open_house, signer
from gittraj.model.anchor import Anchor
from gittraj.model.audit import AuditCommit, AuditReport, AuditStatement
from gittraj.model.report import CommitVerdict
from gittraj.model.states import Verified
from gittraj.model.verdict import Check
from gittraj.seal.headers import RECORD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gittraj.seal.verify import Expected

KIND = "audit"
NOTHING = "0" * 40  # stands for the commit where a report is about none


def audit(
    revisions: str | None = None, *, everything: bool = False, trusted: str | None = None, directory: str | None = None
) -> AuditReport:
    """The report on a range (None: the history of HEAD) or (`everything`) on every commit with a note, newest first.

    Raises `StoreError`, `PolicyError`, `KeyringError`.
    """
    asked = plan(revisions, everything=everything, directory=directory)
    house = asked.house
    whole = revisions is None and not everything
    commits = house.repository.revisions("HEAD")[::-1] if whole else asked.commits
    report = verify_commits(policy_at(house, trusted), commits)
    return AuditReport(
        ok=report.ok,
        asked="--all" if everything else revisions or "HEAD",
        tip=commits[-1] if commits else "",
        notes=house.notes.tip(),
        repository=house.repository.remote_url(),
        commits=tuple(_commit(one) for one in reversed(report.commits)),
        completeness=report.completeness,
        policy=report.policy,
        version=__version__,
    )


def _commit(verdict: CommitVerdict) -> AuditCommit:
    return AuditCommit(
        verdict.commit,
        verdict.status,
        verdict.reason,
        tuple(_statement(one) for one in verdict.statements),
        verdict.checks,
        verdict.coverage,
        tuple(each.reason for each in verdict.damage),
    )


def _statement(one: Verified) -> AuditStatement:
    anchor = one.statement.anchor
    schema = any(check.name == "schema" and check.result == "pass" for check in one.checks)
    meta = one.record["session"]["agent-meta"] if one.record and schema and one.statement.kind == RECORD else {}
    models = meta.get("models") or ([meta["model-id"]] if "model-id" in meta else [])
    return AuditStatement(
        one.statement.digest,
        one.statement.kind,
        one.principal,
        one.statement.kid.hex(),
        one.trusted,
        one.statement.issued_at,
        one.checks,
        str(meta.get("cli-name", "")),
        tuple(str(model) for model in models),
        anchor.session_id if anchor else "",
        anchor.entries if anchor else 0,
    )


def sign_report(report: AuditReport, data: bytes, media_type: str, *, directory: str | None = None) -> bytes:
    """A statement of the kind `audit` over the digest of the report's bytes, bound to its newest commit.

    Raises `KeyringError` where no key can sign now, `SealError`, `StoreError`.
    """
    from gittraj.seal.sign import attach

    house = open_house(directory)
    if not report.tip:
        raise SealError("a report about no commit cannot be bound to one, so it cannot be signed", hint="name a range")
    commit = house.repository.commit(report.tip)
    claim = {
        "report": sha256(data),
        "size": len(data),
        "media-type": media_type,
        "range": report.asked,
        "ok": report.ok,
        "commits": len(report.commits),
        "notes": bytes.fromhex(report.notes),
    }
    anchor = Anchor(
        commit.id, commit.tree, commit.parents, KIND, 0, len(report.commits), KIND,
        object_format=house.repository.object_format,
    )  # fmt: skip
    return attach(KIND, claim, anchor, signer(house), int(time.time()))


class Checked(NamedTuple):
    """What the signature of a report says: `checks` in the order they were made; `principal`: who signed; `commit`: about what."""

    ok: bool
    principal: str
    commit: str
    checks: tuple[Check, ...]


def check_report(data: bytes, signature: bytes, *, trusted: str | None = None, directory: str | None = None) -> Checked:
    """Whether `signature` is a statement of a trusted signer about exactly these bytes, and about a commit of this repository."""
    from gittraj.seal.statement import parse
    from gittraj.seal.verify import verify

    house = open_house(directory)
    keys = policy_at(house, trusted).keys
    try:
        statement = parse(signature)
    except SealError as error:
        return Checked(False, "", "", (Check("structure", "fail", error.message),))
    anchor = statement.anchor
    commit = anchor.commit if anchor else NOTHING
    verified = verify(signature, keys=keys.key, trust=keys.signers, commit=_expected(house, commit), body=None)
    checks = [check for check in verified.checks if check.name in ("structure", "signature", "signer", "binding")]
    checks.append(_about(verified, data))
    return Checked(all(check.result == "pass" for check in checks), verified.principal, commit, tuple(checks))


def _expected(house: House, commit: str) -> "Expected":
    from gittraj.seal.verify import Expected

    if not house.repository.has_commit(commit):
        return Expected("", "", ())
    found = house.repository.commit(commit)
    return Expected(found.id, found.tree, found.parents, house.repository.object_format)


def _about(verified: Verified, data: bytes) -> Check:
    if verified.statement.kind != KIND or not isinstance(verified.record, dict):
        return Check("report", "fail", "the signature is not one of a report")
    if verified.record.get("report") != sha256(data):
        return Check("report", "fail", f"signed for other bytes than these ({sha256_hex(data)[:12]})")
    return Check("report", "pass")
