"""Statements taken apart: bytes go in, `Statement` or `SealError` comes out; nothing beyond the structure is checked.

Three forms are read: our hash envelopes, our attached claims, and plain VAC records of other tools (no anchor).
"""

from functools import lru_cache
from typing import Any

from gittraj.codec.cbor import Limits
from gittraj.codec.digest import sha256, sha256_hex
from gittraj.errors import SealError
from gittraj.model.anchor import Anchor
from gittraj.model.states import Statement
from gittraj.seal import headers
from gittraj.seal.anchors import from_map
from gittraj.seal.envelope import STATEMENT_LIMITS, Sign1, split

PRINCIPAL_LIMIT = 1024  # an e-mail address has at most 254; the same bound that OpenSSH sets for a pattern


def parse(raw: bytes, *, limits: Limits = STATEMENT_LIMITS) -> Statement:
    """The statement that `raw` is. Raises `SealError` (see also `envelope.split`) for everything that is none."""
    parts = split(raw, limits=limits)
    header, payload = parts.header, parts.payload or b""
    issuer, subject, issued_at = _claims(header)
    kid = header.get(headers.KID, b"")
    if type(kid) is not bytes:
        raise SealError("malformed statement: its kid is not a byte string")
    key = header.get(headers.PUBLIC_KEY)
    if key is not None and (type(key) is not bytes or _fingerprint(key) != kid):
        raise SealError("malformed statement: its kid is not the fingerprint of the public key it carries")
    if type(header.get(headers.CERTIFICATE, b"")) is not bytes:
        raise SealError("malformed statement: its certificate is not a byte string")
    detached = headers.PAYLOAD_HASH_ALG in header
    kind = _kind(header, payload, detached=detached)
    return Statement(
        raw=raw,
        protected=parts.protected,
        header=header,
        unprotected=parts.unprotected,
        payload=payload,
        signature=parts.signature,
        detached=detached,
        digest=payload.hex() if detached else sha256_hex(payload),
        kind=kind,
        kid=kid,
        alg=header[headers.ALG],
        issuer=issuer,
        issued_at=issued_at,
        anchor=_anchor(parts, subject),
    )


def unreadable(raw: bytes) -> Statement:
    """What stands for an item that is no statement: its bytes and their digest, all else empty."""
    return Statement(
        raw=raw, protected=b"", header={}, unprotected={}, payload=b"", signature=b"", detached=False,
        digest=sha256_hex(raw), kind=headers.UNREADABLE, kid=b"", alg=0, issuer="", issued_at=None, anchor=None,
    )  # fmt: skip


@lru_cache(maxsize=64)  # a repository is signed by few keys, each of them many times
def _fingerprint(key: bytes) -> bytes:
    return sha256(key)


def _claims(header: dict[Any, Any]) -> tuple[str, str, int | None]:
    claims = header.get(headers.CWT_CLAIMS)
    if type(claims) is not dict:
        raise SealError("malformed statement: no CWT claims in its protected header")
    issued_at = claims.get(headers.IAT)
    return (
        _plain(claims.get(headers.ISS)),
        _plain(claims.get(headers.SUB)),
        issued_at if type(issued_at) is int else None,
    )


def _plain(value: Any) -> str:
    if type(value) is not str or not 0 < len(value) <= PRINCIPAL_LIMIT or not value.isprintable():
        raise SealError("malformed statement: its CWT claims lack iss and sub as printable text")
    return value


def _kind(header: dict[Any, Any], payload: bytes, *, detached: bool) -> str:
    if not detached:
        if headers.PREIMAGE_CONTENT_TYPE in header:
            raise SealError("malformed statement: the type of a preimage without the hash algorithm of an envelope")
        return headers.kind_of(header.get(headers.CONTENT_TYPE))
    if header[headers.PAYLOAD_HASH_ALG] != headers.SHA_256 or len(payload) != 32:
        raise SealError("malformed statement: a hash envelope whose payload is not a SHA-256")
    if headers.CONTENT_TYPE in header:  # RFC 9995: label 3 would speak of the digest
        raise SealError("malformed statement: a hash envelope with a content type of its own")
    return headers.kind_of(header.get(headers.PREIMAGE_CONTENT_TYPE))


def _anchor(parts: Sign1, subject: str) -> Anchor | None:
    if headers.ANCHOR not in parts.header:
        return None
    if not parts.deterministic:
        raise SealError("malformed statement: its protected header is not in deterministic order")
    anchor = from_map(parts.header[headers.ANCHOR], subject)
    content = parts.header.get(headers.PREIMAGE_CONTENT_TYPE, parts.header.get(headers.CONTENT_TYPE))
    if not headers.is_kind(anchor.kind) or content != headers.content_type(anchor.kind):
        raise SealError("malformed statement: the kind in its anchor is not that of its content type")
    return anchor
