"""Signing: a redacted record, or a small claim, with its anchor and a signer goes in; a statement goes out."""

from typing import Any

from gittraj.codec.cbor import encode
from gittraj.codec.digest import sha256
from gittraj.errors import CodecError, SealError
from gittraj.model.anchor import Anchor
from gittraj.model.ports import Signer
from gittraj.model.states import Redacted, Sealed
from gittraj.seal import headers
from gittraj.seal.algorithms import algorithm_for
from gittraj.seal.message import Message
from gittraj.seal.public_key import accepted_algorithms, cose_key

ATTACHED_LIMIT = 128 * 1024  # OpenSSH's agent takes requests of up to 256 KiB, headers and all


def seal(record: Redacted, anchor: Anchor, signer: Signer, issued_at: int, *, location: str = "") -> Sealed:
    """The record's deterministic bytes, and a hash envelope over them (RFC 9995). `issued_at`: seconds since the epoch.

    `location`: where the body will be kept, if not beside the statement. Raises `SealError` where the record has no encoding or the signature does not hold, and what the signer raises.
    """
    if anchor.kind != headers.RECORD:
        raise SealError(f"a record cannot be sealed under an anchor of the kind {anchor.kind!r}")
    try:
        body = encode(record.record)
    except CodecError as error:
        raise SealError(f"the record cannot be encoded: {error.message}") from error
    return Sealed(_signed(sha256(body), anchor, signer, issued_at, envelope=True, location=location), body)


def attach(kind: str, claim: dict[str, Any], anchor: Anchor, signer: Signer, issued_at: int) -> bytes:
    """A statement that carries its payload: `claim`, a small map of the given kind. `anchor.kind` must be the same.

    Raises `SealError` where the claim has no encoding or more than `ATTACHED_LIMIT` bytes, and what the signer raises.
    """
    if anchor.kind != kind or kind == headers.RECORD or not headers.is_kind(kind):
        raise SealError(
            f"a statement of the kind {kind!r} cannot be attached under an anchor of the kind {anchor.kind!r}"
        )
    try:
        payload = encode(claim)
    except CodecError as error:
        raise SealError(f"the claim cannot be encoded: {error.message}") from error
    if len(payload) > ATTACHED_LIMIT:
        raise SealError(f"a claim of {len(payload)} bytes is too large to be attached")
    return _signed(payload, anchor, signer, issued_at, envelope=False)


def _signed(
    payload: bytes, anchor: Anchor, signer: Signer, issued_at: int, *, envelope: bool, location: str = ""
) -> bytes:
    if signer.algorithm not in accepted_algorithms(signer.public_key) or sha256(signer.public_key) != signer.kid:
        raise SealError("the signer's algorithm or kid does not go with its public key")
    try:
        protected = encode(headers.protected(anchor, signer, issued_at, envelope=envelope, location=location))
    except CodecError as error:
        raise SealError(f"the protected header cannot be encoded: {error.message}") from error
    key = cose_key(signer.public_key)
    message = Message(protected, payload, algorithm_for(signer.algorithm, key))
    statement = message.signed_by(signer)
    # Checked at once: what enters a note cannot be taken back, and the signer may be another program.
    if not message.holds(key, message.signature):
        raise SealError(f"the key of {signer.principal} returned a signature that does not hold")
    return statement
