"""What every COSE Receipt (RFC 9942) is: the root of a log's tree, signed, with proofs beside it; a root and a key go in, the message comes out, or is taken apart.

The root is the detached payload: whoever reads computes it from the proof. Our own messages also sign the size of the tree, which the RFC
leaves open, so that nobody can pass a receipt off as one of a larger or smaller tree of the same shape.
"""

from typing import Any, NamedTuple

from gittraj.codec.cbor import Tag, decode, encode
from gittraj.errors import CodecError, SealError
from gittraj.model.ports import Signer
from gittraj.seal import headers
from gittraj.seal.envelope import STATEMENT_LIMITS, TAG, Sign1, take_apart
from gittraj.seal.public_key import accepted_algorithms, cose_key

VDS, VDP = 395, 396  # RFC 9942 2: data structure (protected) and proofs (unprotected)
RFC9162_SHA256 = 1  # RFC 9942 8.2.2.1
INCLUSION, CONSISTENCY = -1, -2  # RFC 9942 8.2.2.2
LOGS_NAME = 1024  # characters


class SignedRoot(NamedTuple):
    """A receipt taken apart, nothing checked. `issued_at`: seconds since the epoch, by the log's clock; `key`: b"" where it does not say.

    `size`: the leaves of the tree as signed, None where the log signs none. `proof`: what the one proof holds.
    """

    parts: Sign1
    issuer: str
    issued_at: int
    key: bytes
    size: int | None
    proof: list[Any]


def sign(log: str, root: bytes, size: int, kind: int, proof: list[Any], signer: Signer, issued_at: int) -> bytes:
    """The message in which `log` (its name) signs the root of its tree of `size` leaves, with a proof of this kind beside it.

    Raises `SealError`, and what the signer raises.
    """
    from gittraj.seal.algorithms import algorithm_for
    from gittraj.seal.message import Message

    protected = encode(
        {
            headers.ALG: signer.algorithm,
            headers.KID: signer.kid,
            headers.CWT_CLAIMS: {headers.ISS: log, headers.IAT: issued_at},
            VDS: RFC9162_SHA256,
            headers.PUBLIC_KEY: signer.public_key,
            headers.TREE_SIZE: size,
        }
    )
    key = cose_key(signer.public_key)
    message = Message(protected, root, algorithm_for(signer.algorithm, key))
    message.signed_by(signer)
    if not message.holds(key, message.signature):
        raise SealError(f"the key of {signer.principal} returned a signature that does not hold")
    return encode(Tag(TAG, [protected, {VDP: {kind: [encode(proof)]}}, None, message.signature]))


def read(raw: bytes, kind: int, name: str) -> SignedRoot:
    """Take a receipt with one proof of this kind (called `name`) apart. Raises `SealError` for what is none, and what is not understood."""
    item = _decode(raw)
    if not isinstance(item, Tag) or item.number != TAG:
        raise SealError("malformed receipt: not a tagged COSE_Sign1")
    parts = take_apart(item.value)
    if parts.payload is not None:
        raise SealError("malformed receipt: its payload is not detached")
    header = parts.header
    if (
        headers.CRIT in header
    ):  # RFC 9052 3.1: nothing that a receipt of ours has is critical, and what others have is not known here
        raise SealError("receipt not understood: crit names what must be understood")
    if not parts.unprotected.keys().isdisjoint(header):
        raise SealError(
            "malformed receipt: a label stands in both headers"
        )  # RFC 9052 3: two readers may take two values
    if header.get(VDS) != RFC9162_SHA256:
        raise SealError("receipt not understood: its data structure is not RFC9162_SHA256")
    claims = header.get(headers.CWT_CLAIMS)
    issuer, issued_at = (claims.get(headers.ISS), claims.get(headers.IAT)) if type(claims) is dict else (None, None)
    if (
        type(issuer) is not str
        or not 0 < len(issuer) <= LOGS_NAME
        or not issuer.isprintable()
        or type(issued_at) is not int
    ):
        raise SealError("receipt not understood: it does not say which log gave it, and when")
    key, size = header.get(headers.PUBLIC_KEY, b""), header.get(headers.TREE_SIZE)
    if (
        type(key) is not bytes
        or type(header.get(headers.ALG)) is not int
        or (type(size) is not int and size is not None)
    ):
        raise SealError("malformed receipt: its algorithm, its key or its size is none")
    proofs = parts.unprotected.get(VDP)
    found = proofs.get(kind) if type(proofs) is dict else None
    if type(found) is not list or len(found) != 1 or type(found[0]) is not bytes:
        raise SealError(f"receipt not understood: it does not hold one proof of {name}")
    proof = _decode(found[0])
    if (
        type(proof) is not list
        or len(proof) != 3
        or type(proof[2]) is not list
        or any(type(one) is not int for one in proof[:2])
    ):
        raise SealError(f"malformed receipt: its proof of {name} is none")
    return SignedRoot(parts, issuer, issued_at, key, size, proof)


def holds(parts: Sign1, root: bytes, key: bytes) -> bool:
    """Whether the SSH wire-format `key` signed this root. Raises `SealError` where its algorithm does not go with the key."""
    from gittraj.seal.algorithms import algorithm_for
    from gittraj.seal.message import Message

    if parts.header[headers.ALG] not in accepted_algorithms(key):
        raise SealError("its algorithm does not go with the log's key")
    cose = cose_key(key)
    return Message(parts.protected, root, algorithm_for(parts.header[headers.ALG], cose)).holds(cose, parts.signature)


def _decode(raw: bytes) -> Any:
    try:
        return decode(raw, limits=STATEMENT_LIMITS, ordered=False)
    except CodecError as error:
        raise SealError(f"malformed receipt: {error.message}") from None
