"""COSE Receipts (RFC 9942): a statement and a log's key go in, a signed proof that the log holds the statement comes out, or is checked.

The verifiable data structure is RFC9162_SHA256, the proof one of inclusion. What is registered is the statement with an empty
unprotected header (RFC 9943), so that receipts can be added to it and taken from it without changing what they are about.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from gittraj.codec import merkle
from gittraj.codec.cbor import Tag, encode
from gittraj.errors import CodecError, SealError
from gittraj.model.ports import Signer
from gittraj.model.states import Statement
from gittraj.seal import signed_roots
from gittraj.seal.envelope import TAG, Sign1
from gittraj.seal.signed_roots import INCLUSION

RECEIPTS = 394  # RFC 9942 2: the receipts of a statement
AT_MOST = 16  # receipts of one statement: who registers with more logs than that wants to be a nuisance


class Receipt(NamedTuple):
    """A receipt taken apart, nothing checked. `path`: the inclusion proof's hashes. `issued_at`: seconds since the epoch, by the log's clock.

    `signed_size`: the size of the tree as the log signed it, None where it signed none (RFC 9942 asks for none).
    """

    parts: Sign1
    issuer: str
    issued_at: int
    key: bytes
    size: int
    position: int
    path: tuple[bytes, ...]
    signed_size: int | None = None


def entry(statement: Statement) -> bytes:
    """What a log registers: the statement with an empty unprotected header."""
    return encode(Tag(TAG, [statement.protected, {}, statement.payload, statement.signature]))


def issue(log: str, leaves: Sequence[bytes], index: int, signer: Signer, issued_at: int) -> bytes:
    """The receipt that `log` (its name) gives for leaf `index` of `leaves` (leaf hashes). Raises `SealError`, and what the signer raises."""
    proof = [len(leaves), index, merkle.inclusion_path(index, leaves)]
    return signed_roots.sign(log, merkle.root(leaves), len(leaves), INCLUSION, proof, signer, issued_at)


def read(raw: bytes) -> Receipt:
    """Take a receipt apart. Raises `SealError` for what is none, and for data structures and proofs that are not understood."""
    found = signed_roots.read(raw, INCLUSION, "inclusion")
    size, index, path = found.proof
    return Receipt(found.parts, found.issuer, found.issued_at, found.key, size, index, tuple(path), found.size)


def root_of(receipt: Receipt, registered: bytes) -> bytes:
    """The root of the log's tree that has `registered` where the receipt says. Raises `CodecError` where its path leads nowhere."""
    return merkle.root_from_path(merkle.leaf_hash(registered), receipt.position, receipt.size, receipt.path)


def holds(receipt: Receipt, registered: bytes, key: bytes) -> str:
    """Why the receipt is no proof that the log whose SSH wire-format `key` this is holds `registered`; "" where it is one."""
    if receipt.signed_size not in (None, receipt.size):
        return "its size is not the one that was signed"
    try:
        good = signed_roots.holds(receipt.parts, root_of(receipt, registered), key)
    except (CodecError, SealError) as error:
        return error.message
    return "" if good else "its signature does not hold over this statement"


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
