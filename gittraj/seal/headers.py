"""COSE header labels and values: who signs what goes in, the protected header map of a statement goes out."""

import re
from typing import Any

from gittraj.model.anchor import Anchor
from gittraj.model.ports import Signer
from gittraj.seal.anchors import to_map

ALG = 1  # RFC 9052 3.1, as are the next three
CRIT = 2
CONTENT_TYPE = 3
KID = 4
CWT_CLAIMS = 15  # RFC 9597
PAYLOAD_HASH_ALG = 258  # RFC 9995 (COSE Hash Envelope), as are the next two
PREIMAGE_CONTENT_TYPE = 259
PAYLOAD_LOCATION = 260
ANCHOR = -65601  # private use (below -65536, RFC 9052 11.1): the table is in `gittraj.seal.anchors`
PUBLIC_KEY = -65602  # private use: the signer's key in SSH wire format, of which the kid is the SHA-256 (docs/adr/0004)
CERTIFICATE = -65603  # private use: an OpenSSH certificate for that key (docs/adr/0015)
TREE_SIZE = -65604  # private use: the leaves of the tree whose root a receipt signs (docs/adr/0031)

ISS, SUB, IAT = 1, 2, 6  # CWT claims, RFC 8392 4

EDDSA, ES256 = -8, -7  # RFC 9053 2: what is written
ED25519, ESP256 = -19, -9  # RFC 9864: the fully specified names of the same, accepted too
EDWARDS = (EDDSA, ED25519)
SHA_256 = -16  # RFC 9054 2.1

RECORD = "record"  # the kind of statement whose payload is a VAC record
CARRY = "carry"  # of a claim that one commit was made of others (`flows.carrying`)
UNKNOWN = "unknown"  # of statements whose content type is not one of ours
UNREADABLE = "unreadable"  # of items that are no statement
RECORD_TYPE = "application/agent-conversation+cbor"
RECORD_TYPES_JSON = ("application/agent-conversation+json", "application/json")  # VAC -00 and its own scripts
_KIND = re.compile(r"[a-z][a-z0-9-]{0,31}")
_KIND_TYPE = re.compile(rf"application/vnd\.gittraj\.({_KIND.pattern})\+cbor")


def protected(anchor: Anchor, signer: Signer, issued_at: int, *, envelope: bool, location: str = "") -> dict[int, Any]:
    """The protected header map (design, The statement): a hash envelope over the body, or a payload attached.

    `location`: where the body of an envelope is kept (RFC 9995: payload-location), "" for beside the statement.
    Raises `SealError` where the anchor cannot be written or its kind is no name of a kind.
    """
    content = content_type(anchor.kind)
    what = {PAYLOAD_HASH_ALG: SHA_256, PREIMAGE_CONTENT_TYPE: content} if envelope else {CONTENT_TYPE: content}
    if envelope and location:
        what[PAYLOAD_LOCATION] = location
    return {
        ALG: signer.algorithm,
        KID: signer.kid,
        CWT_CLAIMS: {ISS: signer.principal, SUB: subject(anchor), IAT: issued_at},
        **what,
        ANCHOR: to_map(anchor),
        PUBLIC_KEY: signer.public_key,
        **({CERTIFICATE: signer.certificate} if signer.certificate else {}),
    }


def subject(anchor: Anchor) -> str:
    """The claim `sub`: the commit that a statement is about."""
    return f"git:{anchor.object_format}:{anchor.commit}"


def content_type(kind: str) -> str:
    """The media type of a payload of this kind."""
    return RECORD_TYPE if kind == RECORD else f"application/vnd.gittraj.{kind}+cbor"


def kind_of(content: object) -> str:
    """The kind that a media type stands for, `UNKNOWN` for those of others."""
    if content == RECORD_TYPE or content in RECORD_TYPES_JSON:
        return RECORD
    match = _KIND_TYPE.fullmatch(content) if isinstance(content, str) else None
    return match[1] if match else UNKNOWN


def is_kind(kind: str) -> bool:
    """Whether this may be the name of a kind."""
    return _KIND.fullmatch(kind) is not None and kind not in (UNKNOWN, UNREADABLE)
