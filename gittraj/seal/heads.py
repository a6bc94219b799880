"""Head statements: the statements of a notes tree go in as ids, a signed claim about all of them comes out, and is read again.

A head is made when notes are pushed. It lies in the notes ref itself, as the note of the notes commit that it speaks of, so it
travels and is merged like any other statement (docs/adr/0016).
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from gittraj.codec.cbor import encode
from gittraj.codec.digest import sha256
from gittraj.errors import SealError
from gittraj.seal.envelope import split
from gittraj.seal.headers import CONTENT_TYPE, content_type

KIND = "head"
_TYPE = content_type(KIND)


class Claim(NamedTuple):
    """What a head says: of `ref`, how many statements there are, and the digest (hex) of the sorted set of their ids."""

    ref: str
    statements: int
    digest: str


def identify(raw: bytes) -> tuple[bytes, bool]:
    """What a statement is counted by, and whether it is a head: SHA-256 of protected header, payload and signature.

    The unprotected header is left out, because receipts are added to it later. Raises `SealError` where `raw` is no statement.
    """
    parts = split(raw)
    digest = sha256(encode([parts.protected, parts.payload, parts.signature]))
    return digest, parts.header.get(CONTENT_TYPE) == _TYPE


def claim(ref: str, ids: Iterable[bytes]) -> dict[str, Any]:
    """The payload of a head over these statement ids; the same for any order, an id that comes twice counts once."""
    unique = list(dict.fromkeys(sorted(ids)))  # in order already where they are many, so this is quick
    return {"ref": ref, "statements": len(unique), "digest": sha256(b"".join(unique))}


def read_claim(payload: object) -> Claim:
    """The claim in a head's payload. Raises `SealError` where it does not read as one."""
    if not isinstance(payload, dict):
        raise SealError("malformed head: its payload is not a map")
    ref, count, digest = payload.get("ref"), payload.get("statements"), payload.get("digest")
    if type(ref) is not str or type(count) is not int or count < 0 or type(digest) is not bytes or len(digest) != 32:
        raise SealError("malformed head: ref, statements and digest are not what they should be")
    return Claim(ref, count, digest.hex())
