"""COSE_Sign1 of anyone: bytes and a COSE key go in, nothing or `SealError` comes out.

`verify_library` is RFC 9052 and RFC 9053 as a library has them; `verify_policy` is the profile that statements are held to.
Neither knows statements: this is where the public test vectors are answered. Returning nothing leaves no result to forget.
"""

from typing import Any

from gittraj.codec.cbor import Tag, decode
from gittraj.errors import CodecError, SealError
from gittraj.seal import headers
from gittraj.seal.algorithms import algorithm_for
from gittraj.seal.envelope import STATEMENT_LIMITS, TAG, Sign1, split, take_apart
from gittraj.seal.message import Message


def verify_library(data: bytes, key: Any, external_aad: bytes = b"") -> None:
    """Check a COSE_Sign1, tagged or not, `alg` in either header (RFC 9052 4.4).

    `key`: a pycose `OKPKey` or `EC2Key`. Raises `SealError` where it is malformed or its signature is not that of the key.
    """
    try:
        item = decode(data, limits=STATEMENT_LIMITS, ordered=False)
    except CodecError as error:
        raise SealError(f"malformed COSE message: {error.message}") from None
    if isinstance(item, Tag):
        if item.number != TAG:
            raise SealError(f"tag {item.number} is not that of a COSE_Sign1")
        item = item.value
    parts = take_apart(item)
    _check(parts, parts.header.get(headers.ALG, parts.unprotected.get(headers.ALG)), key, external_aad)


def verify_policy(data: bytes, key: Any, external_aad: bytes = b"") -> None:
    """Check a COSE_Sign1 under the strict profile of `envelope.split`. Raises `SealError` as `verify_library` does."""
    parts = split(data)
    _check(parts, parts.header[headers.ALG], key, external_aad)


def _check(parts: Sign1, alg: object, key: Any, external_aad: bytes) -> None:
    if parts.payload is None:
        raise SealError("the payload is detached")
    message = Message(parts.protected, parts.payload, algorithm_for(alg, key), external_aad=external_aad)
    if not message.holds(key, parts.signature):
        raise SealError("the signature is not that of the key over this message")
