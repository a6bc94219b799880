"""COSE Receipts (RFC 9942): a statement and a log's key go in, a signed proof that the log holds the statement comes out, or is checked.

The verifiable data structure is RFC9162_SHA256, the proof one of inclusion. What is registered is the statement with an empty
unprotected header (RFC 9943), so that receipts can be added to it and taken from it without changing what they are about.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from gittraj.codec import merkle
from gittraj.codec.cbor import Tag, decode, encode
from gittraj.errors import CodecError, SealError
from gittraj.model.ports import Signer
from gittraj.model.states import Statement
from gittraj.seal import headers
from gittraj.seal.envelope import STATEMENT_LIMITS, TAG, Sign1, take_apart
from gittraj.seal.public_key import accepted_algorithms, cose_key

RECEIPTS, VDS, VDP = 394, 395, 396  # RFC 9942: receipts of a statement; data structure and proofs of a receipt
RFC9162_SHA256, INCLUSION = 1, -1
AT_MOST = 16  # receipts of one statement: who registers with more logs than that wants to be a nuisance


class Receipt(NamedTuple):
    """A receipt taken apart, nothing checked. `path`: the inclusion proof's hashes. `issued_at`: seconds since the epoch, by the log's clock."""

    parts: Sign1
    issuer: str
    issued_at: int
    key: bytes
    size: int
    position: int
    path: tuple[bytes, ...]


def entry(statement: Statement) -> bytes:
    """What a log registers: the statement with an empty unprotected header."""
    return encode(Tag(TAG, [statement.protected, {}, statement.payload, statement.signature]))


def issue(log: str, leaves: Sequence[bytes], index: int, signer: Signer, issued_at: int) -> bytes:
    """The receipt that `log` (its name) gives for leaf `index` of `leaves` (leaf hashes). Raises `SealError`, and what the signer raises."""
    from gittraj.seal.algorithms import algorithm_for
    from gittraj.seal.message import Message

    protected = encode(
        {
            headers.ALG: signer.algorithm,
            headers.KID: signer.kid,
            headers.CWT_CLAIMS: {headers.ISS: log, headers.IAT: issued_at},
            VDS: RFC9162_SHA256,
            headers.PUBLIC_KEY: signer.public_key,
        }
    )
    key = cose_key(signer.public_key)
    message = Message(protected, merkle.root(leaves), algorithm_for(signer.algorithm, key))
    message.signed_by(signer)
    if not message.holds(key, message.signature):
        raise SealError(f"the key of {signer.principal} returned a signature that does not hold")
    proof = encode([len(leaves), index, merkle.inclusion_path(index, leaves)])
    return encode(Tag(TAG, [protected, {VDP: {INCLUSION: [proof]}}, None, message.signature]))


def read(raw: bytes) -> Receipt:
    """Take a receipt apart. Raises `SealError` for what is none, and for data structures and proofs that are not understood."""
    item = _decode(raw)
    if not isinstance(item, Tag) or item.number != TAG:
        raise SealError("malformed receipt: not a tagged COSE_Sign1")
    parts = take_apart(item.value)
    if parts.payload is not None:
        raise SealError("malformed receipt: its payload is not detached")
    if parts.header.get(VDS) != RFC9162_SHA256 or VDS in parts.unprotected:
        raise SealError("receipt not understood: its data structure is not RFC9162_SHA256")
    claims = parts.header.get(headers.CWT_CLAIMS)
    issuer, issued_at = (claims.get(headers.ISS), claims.get(headers.IAT)) if type(claims) is dict else (None, None)
    if type(issuer) is not str or not 0 < len(issuer) <= 1024 or not issuer.isprintable() or type(issued_at) is not int:
        raise SealError("receipt not understood: it does not say which log gave it, and when")
    key = parts.header.get(headers.PUBLIC_KEY, b"")
    if type(key) is not bytes or type(parts.header.get(headers.ALG)) is not int:
        raise SealError("malformed receipt: its algorithm or its key is none")
    proofs = parts.unprotected.get(VDP)
    inclusions = proofs.get(INCLUSION) if type(proofs) is dict else None
    if type(inclusions) is not list or len(inclusions) != 1 or type(inclusions[0]) is not bytes:
        raise SealError("receipt not understood: it does not hold one proof of inclusion")
    proof = _decode(inclusions[0])
    if type(proof) is not list or len(proof) != 3 or type(proof[2]) is not list:
        raise SealError("malformed receipt: its proof of inclusion is none")
    size, index, path = proof
    if type(size) is not int or type(index) is not int:
        raise SealError("malformed receipt: its proof of inclusion is none")
    return Receipt(parts, issuer, issued_at, key, size, index, tuple(path))


def holds(receipt: Receipt, registered: bytes, key: bytes) -> str:
    """Why the receipt is no proof that the log whose SSH wire-format `key` this is holds `registered`; "" where it is one."""
    from gittraj.seal.algorithms import algorithm_for
    from gittraj.seal.message import Message

    if receipt.parts.header[headers.ALG] not in accepted_algorithms(key):
        return "its algorithm does not go with the log's key"
    try:
        found = merkle.root_from_path(merkle.leaf_hash(registered), receipt.position, receipt.size, receipt.path)
    except CodecError as error:
        return error.message
    cose = cose_key(key)
    message = Message(receipt.parts.protected, found, algorithm_for(receipt.parts.header[headers.ALG], cose))
    return "" if message.holds(cose, receipt.parts.signature) else "its signature does not hold over this statement"


def of(statement: Statement) -> list[bytes]:
    """The receipts in a statement's unprotected header, as bytes. Raises `SealError` where what stands there is no list of some."""
    found = statement.unprotected.get(RECEIPTS, [])
    if type(found) is not list or len(found) > AT_MOST or any(type(each) is not bytes for each in found):
        raise SealError("malformed receipts: not an array of byte strings")
    return found


def with_receipts(statement: Statement, receipts: Sequence[bytes]) -> bytes:
    """The statement's bytes with these receipts, each once and sorted; everything signed stays as it is."""
    unprotected: dict[Any, Any] = {label: value for label, value in statement.unprotected.items() if label != RECEIPTS}
    if receipts:
        unprotected[RECEIPTS] = sorted(set(receipts))
    return encode(Tag(TAG, [statement.protected, unprotected, statement.payload, statement.signature]))


def _decode(raw: bytes) -> Any:
    try:
        return decode(raw, limits=STATEMENT_LIMITS, ordered=False)
    except CodecError as error:
        raise SealError(f"malformed receipt: {error.message}") from None
