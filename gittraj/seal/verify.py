"""Verification: a note's item, what is trusted and what is expected go in; one verdict per question comes out.

The steps, in this order, each with a verdict of its own in `gittraj.model.verdict.CHECKS`:

(1) structure: the item reads as a statement
(2) signature: the algorithm goes with the key, and the key is the one that `kid` names
(3) signature: it holds over the Sig_structure
(4) signer: the reader trusts this key to speak for the issuer
(5) time: where that trust ends at some time, more than the signer's own claim says that this was signed before
(6) binding: anchor and subject name the commit that the note is attached to
(7) body: the bytes beside the statement are those it was signed for
(8) schema: they read as a record of the VAC profile
(9) invariants: the record is consistent in itself and with the anchor

What needs a step that failed is "skip", never "pass". "Valid signature", "trusted signer" and "true" are three things.
"""

import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from gittraj.errors import SealError
from gittraj.model.anchor import Anchor
from gittraj.model.ports import Evidence, Trust
from gittraj.model.states import Statement, Verified
from gittraj.model.verdict import CHECKS, Check
from gittraj.seal import headers
from gittraj.seal.content import Validators, check_content, standard_validators
from gittraj.seal.public_key import accepted_algorithms, cose_key
from gittraj.seal.receipts import RECEIPTS
from gittraj.seal.statement import parse, unreadable

_STRUCTURED, _SIGNED = Check("structure", "pass"), Check("signature", "pass")
_ALTERED = Check("signature", "fail", "does not hold: the statement was altered, or another key signed it")

Keys = Callable[[bytes], bytes | None]


class Expected(NamedTuple):
    """The commit whose note holds the statement, as the repository has it; ids in lower-case hex."""

    commit: str
    tree: str
    parents: tuple[str, ...]
    object_format: str = "sha1"


def verify(
    raw: bytes,
    *,
    keys: Keys,
    trust: Trust,
    commit: Expected,
    body: bytes | None,
    validators: Validators | None = None,
    evidence: Callable[[Statement], Evidence] | None = None,
    parsed: Statement | None = None,
    withheld: str = "",
) -> Verified:
    """All nine steps. Bad input of any kind becomes a verdict, never an exception.

    `keys`: the SSH wire-format key for a kid, None if unknown; asked only where the statement carries no key itself.
    `body`: the bytes that belong to the statement, None where they are withheld. `validators`: None for the codec's rules.
    `evidence`: when a statement was there at the latest; asked only where trust ends at some time. `parsed`: `parse(raw)`, where
    the caller has it already.
    `withheld`: why there is no body, where somebody trusted said so; its check is then "skip", else "fail".
    """
    # (1): structure
    try:
        statement = parsed or parse(raw)
    except SealError as error:
        rest = tuple(Check(name, "skip", "the item cannot be read") for name in CHECKS[1:])
        return Verified(unreadable(raw), (Check("structure", "fail", error.message), *rest), None)
    structure = _check_structure(statement)
    # (2), (3): signature
    key = public_key(statement, keys)
    signature = _check_signature(statement, key)
    # (4), (5): signer, time
    signer, moment = _check_signer(statement, key, signature, trust, evidence)
    # (6): binding
    bound = _check_binding(statement, signature, commit)
    # (7), (8), (9): body, schema, invariants
    content, record = check_content(statement, body, validators or standard_validators(), withheld)
    return Verified(
        statement,
        (structure, signature, signer, moment, bound, *content),
        record,
        principal=statement.issuer,
        trusted=signer.result == moment.result == "pass",
    )


def is_signed(raw: bytes, keys: Keys) -> bool:
    """Steps 1 to 3 alone: whether `raw` is a statement and its signature holds, whoever signed it and for what."""
    try:
        statement = parse(raw)
    except SealError:
        return False
    return _check_signature(statement, public_key(statement, keys)).result == "pass"


def unsigned_labels(statement: Statement) -> list[object]:
    """What somebody put into the unprotected header of a statement of ours: only receipts, which prove themselves, may stand there."""
    return [label for label in statement.unprotected if label != RECEIPTS] if statement.anchor is not None else []


def _check_structure(statement: Statement) -> Check:
    # (1): ours are written with an empty unprotected header, so what stands there came later, from anybody
    wrong = unsigned_labels(statement)
    if wrong:
        told = ", ".join(str(label)[:32] for label in wrong[:3])
        return Check("structure", "fail", f"its unprotected header holds what nobody signed (label {told})")
    return _STRUCTURED


def public_key(statement: Statement, keys: Keys) -> bytes | None:
    """The key of the statement in SSH wire format: the one it carries (`parse` held it against the kid), or the one known."""
    key: bytes | None = statement.header.get(headers.PUBLIC_KEY)
    return key if key is not None else keys(statement.kid)


def _check_signature(statement: Statement, key: bytes | None) -> Check:
    # (2): the key is known, and the algorithm is one that goes with its type: never what the message alone says
    if key is None:
        return Check("signature", "fail", f"cannot be checked: no public key for kid {statement.kid.hex() or '(none)'}")
    if statement.alg not in accepted_algorithms(key):
        return Check("signature", "fail", f"algorithm {statement.alg} is not accepted with this key")
    # (3): imported here, because a reader that only parses should not pay for it
    if statement.alg in headers.EDWARDS:
        from gittraj.seal.ed25519 import holds

        good = holds(key[-32:], statement.protected, statement.payload, statement.signature)
        return _SIGNED if good else _ALTERED
    from gittraj.seal.algorithms import algorithm_for, is_one_form
    from gittraj.seal.message import Message

    cose = cose_key(key)
    message = Message(statement.protected, statement.payload, algorithm_for(statement.alg, cose))
    if not message.holds(cose, statement.signature):
        return _ALTERED
    if statement.anchor is not None and not is_one_form(statement.alg, statement.signature):
        return Check("signature", "fail", "holds, but not in the form that is written: somebody altered it (r, n-s)")
    return _SIGNED


def _check_signer(
    statement: Statement,
    key: bytes | None,
    signature: Check,
    trust: Trust,
    evidence: Callable[[Statement], Evidence] | None,
) -> tuple[Check, Check]:
    """The verdicts on signer and time."""
    if signature.result != "pass" or key is None:
        why = "the signature does not hold, so nobody signed this"
        return Check("signer", "skip", why), Check("time", "skip", why)
    certificate = statement.header.get(headers.CERTIFICATE, b"")
    ask = None if evidence is None else lambda: evidence(statement)
    judgement = trust.judge(key, statement.issuer, statement.issued_at, evidence=ask, certificate=certificate)
    told = _time_told(statement.issued_at, judgement.evidence)
    moment = (
        Check("time", "fail", f"unproven: {judgement.unproven}; {told}")
        if judgement.unproven
        else Check("time", "pass", told)
    )
    if not judgement.trusted:
        return Check("signer", "fail", f"untrusted: {judgement.reason}"), moment
    return Check("signer", "pass", judgement.reason), moment


def _time_told(claimed: int | None, evidence: Evidence | None) -> str:
    """What is known of the time of signing, strongest first."""
    claim = f"claim: {timestamp(claimed)}" if claimed is not None else "no time is claimed"
    if evidence is None or evidence.source == "now":
        return f"{claim}, by the signer alone"
    return f"{evidence.source}: {timestamp(evidence.by)}; {claim}"


def timestamp(moment: int) -> str:
    """Epoch seconds as RFC 3339 in UTC; what lies outside of the years 1 to 9999 as a number."""
    days, seconds = divmod(moment, 86400)
    day = _day(days)
    if len(day) != 10:
        return str(moment)[:40]
    return f"{day}T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}Z"


@lru_cache(maxsize=256)  # statements of one range are of few days
def _day(days: int) -> str:
    try:
        return time.strftime("%Y-%m-%d", time.gmtime(86400 * days))
    except (ValueError, OverflowError, OSError):
        return ""


def _check_binding(statement: Statement, signature: Check, commit: Expected) -> Check:
    if signature.result != "pass":
        return Check("binding", "skip", "the signature does not hold, so nothing is bound")
    return binding(statement, commit)


def binding(statement: Statement, commit: Expected) -> Check:
    """Step 6 alone, for a statement whose signature is known to hold: whether `commit` is the one it was signed for."""
    anchor = statement.anchor
    if anchor is None:
        return Check("binding", "fail", "the statement has no anchor: nothing binds it to a commit")
    wrong = list(_mismatches(anchor, statement.header[headers.CWT_CLAIMS][headers.SUB], commit))
    if wrong:
        return Check("binding", "fail", "; ".join(wrong))
    return Check("binding", "pass", f"signed in {anchor.repository}" if anchor.repository else "")


def _mismatches(anchor: Anchor, subject: str, commit: Expected) -> Iterator[str]:
    """Every way in which a statement does not belong to the commit whose note holds it, each in words of its own."""
    if anchor.commit != commit.commit:
        same = " with the same tree" if anchor.tree == commit.tree else ""
        yield f"signed for another commit, {anchor.commit[:12]}{same} (its note was copied or moved here)"
    if anchor.object_format != commit.object_format:
        yield f"signed for a repository of the object format {anchor.object_format}, this one has {commit.object_format}"
    if anchor.tree != commit.tree:
        yield f"names another tree, {anchor.tree[:12]}"
    if anchor.parents != commit.parents:
        yield f"names other parents, {' '.join(parent[:12] for parent in anchor.parents) or 'none'}"
    if subject != f"git:{anchor.object_format}:{anchor.commit}":
        yield f"its subject names another commit than its anchor, {subject[:60]}"
