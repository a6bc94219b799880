"""Verification: a note's item, what is trusted and what is expected go in; one verdict per question comes out.

The steps, in this order, each with a verdict of its own in `gittraj.model.verdict.CHECKS`:

(1) structure: the item reads as a statement
(2) signature: the algorithm goes with the key, and the key is the one that `kid` names
(3) signature: it holds over the Sig_structure
(4) signer: the reader trusts this key to speak for the issuer
(5) binding: anchor and subject name the commit that the note is attached to
(6) body: the bytes beside the statement are those it was signed for
(7) schema: they read as a record of the VAC profile
(8) invariants: the record is consistent in itself and with the anchor

What needs a step that failed is "skip", never "pass". "Valid signature", "trusted signer" and "true" are three things.
"""

from collections.abc import Callable
from typing import NamedTuple

from gittraj.errors import SealError
from gittraj.model.anchor import Anchor
from gittraj.model.ports import Trust
from gittraj.model.states import Statement, Verified
from gittraj.model.verdict import CHECKS, Check
from gittraj.seal import headers
from gittraj.seal.content import Validators, check_content, standard_validators
from gittraj.seal.public_key import accepted_algorithms, cose_key
from gittraj.seal.statement import parse, unreadable

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
) -> Verified:
    """All eight steps. Bad input of any kind becomes a verdict, never an exception.

    `keys`: the SSH wire-format key for a kid, None if unknown; asked only where the statement carries no key itself.
    `body`: the bytes that belong to the statement, None where they are withheld. `validators`: None for the codec's rules.
    """
    # (1): structure
    try:
        statement = parse(raw)
    except SealError as error:
        rest = tuple(Check(name, "skip", "the item cannot be read") for name in CHECKS[1:])
        return Verified(unreadable(raw), (Check("structure", "fail", error.message), *rest), None)
    structure = Check("structure", "pass")
    # (2), (3): signature
    key = public_key(statement, keys)
    signature = _check_signature(statement, key)
    # (4): signer
    signer = _check_signer(statement, key, signature, trust)
    # (5): binding
    binding = _check_binding(statement, signature, commit)
    # (6), (7), (8): body, schema, invariants
    content, record = check_content(statement, body, validators or standard_validators())
    return Verified(
        statement,
        (structure, signature, signer, binding, *content),
        record,
        principal=statement.issuer,
        trusted=signer.result == "pass",
    )


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
    # (3): imported here, because a reader that only parses should not pay for pycose
    from gittraj.seal.algorithms import algorithm_for
    from gittraj.seal.message import Message

    cose = cose_key(key)
    message = Message(statement.protected, statement.payload, algorithm_for(statement.alg, cose))
    if not message.holds(cose, statement.signature):
        return Check("signature", "fail", "does not hold: the statement was altered, or another key signed it")
    return Check("signature", "pass")


def _check_signer(statement: Statement, key: bytes | None, signature: Check, trust: Trust) -> Check:
    if signature.result != "pass" or key is None:
        return Check("signer", "skip", "the signature does not hold, so nobody signed this")
    judgement = trust.judge(key, statement.issuer, statement.issued_at)
    if not judgement.trusted:
        return Check("signer", "fail", f"untrusted: {judgement.reason}")
    return Check("signer", "pass", judgement.reason)


def _check_binding(statement: Statement, signature: Check, commit: Expected) -> Check:
    if signature.result != "pass":
        return Check("binding", "skip", "the signature does not hold, so nothing is bound")
    anchor = statement.anchor
    if anchor is None:
        return Check("binding", "fail", "the statement has no anchor: nothing binds it to a commit")
    subject = statement.header[headers.CWT_CLAIMS][headers.SUB]
    wrong = [name for name, found, expected in _compared(anchor, subject, commit) if found != expected]
    if wrong:
        return Check("binding", "fail", f"signed for another commit, {anchor.commit[:12]} ({', '.join(wrong)} differ)")
    return Check("binding", "pass")


def _compared(anchor: Anchor, subject: str, commit: Expected) -> list[tuple[str, object, object]]:
    return [
        ("commit", anchor.commit, commit.commit),
        ("tree", anchor.tree, commit.tree),
        ("parents", anchor.parents, commit.parents),
        ("object format", anchor.object_format, commit.object_format),
        ("subject", subject, f"git:{commit.object_format}:{commit.commit}"),
    ]
