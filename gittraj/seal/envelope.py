"""The strict decoder in front of pycose: bytes go in, the parts of a COSE_Sign1 (RFC 9052 4.2) or `SealError` come out."""

import re
from typing import Any, NamedTuple

from gittraj.codec.cbor import Limits, Tag, decode
from gittraj.errors import CodecError, SealError
from gittraj.seal import headers

TAG = 18  # COSE_Sign1
# size: an attached VAC record of another tool may be a whole session; ours are some KiB
# depth, items: headers are flat; receipts and certificates, the largest things in them, are byte strings
STATEMENT_LIMITS = Limits(depth=16, size=64 << 20, items=1 << 16)
PROTECTED_LIMIT = 64 * 1024  # ours take about 700 bytes; an octopus merge of 1,000 parents 22 KiB
SIGNATURE_LIMIT = 8 * 1024  # the largest registered signature, ML-DSA-87 (RFC 9964), has 4,627 bytes

# what we understand, and so what `crit` may name (RFC 9052 3.1)
UNDERSTOOD = frozenset(
    {
        headers.ALG, headers.CRIT, headers.CONTENT_TYPE, headers.KID, headers.CWT_CLAIMS, headers.PAYLOAD_HASH_ALG,
        headers.PREIMAGE_CONTENT_TYPE, headers.ANCHOR, headers.PUBLIC_KEY, headers.CERTIFICATE,
    }
)  # fmt: skip
# text labels that pycose takes for registered ones: two readers would see two messages (standards, A16)
_LOOKALIKES = frozenset({"alg", "crit", "critical", "content type", "content_type", "kid"})


class Sign1(NamedTuple):
    """A COSE_Sign1 taken apart; `protected` are the bytes as received, `header` what they decode to.

    `deterministic`: whether our own encoder would write the protected header so.
    """

    protected: bytes
    header: dict[Any, Any]
    unprotected: dict[Any, Any]
    payload: bytes | None
    signature: bytes
    deterministic: bool = False


def split(raw: bytes, *, limits: Limits = STATEMENT_LIMITS) -> Sign1:
    """The parts of a tagged COSE_Sign1 under the policy of this house: nothing ambiguous, `alg` protected, payload there.

    Raises `SealError` for: another tag or none, other than four elements, trailing bytes, indefinite lengths, duplicate
    labels, a label in both buckets, `alg` not an integer in the protected header, `crit` unprotected, empty or naming
    what we do not understand, no payload, sizes over the limits.
    """
    value: Any = _plain(raw)
    if value is None:
        item = _decode(raw, limits)
        if not isinstance(item, Tag) or item.number != TAG:
            raise SealError("malformed statement: not a tagged COSE_Sign1")
        value = item.value
    parts = take_apart(value)
    _labels(parts)
    _critical(parts)
    if type(parts.header.get(headers.ALG)) is not int:
        raise SealError("malformed statement: no integer alg in the protected header")
    if parts.payload is None:
        raise SealError("malformed statement: its payload is detached")
    return parts


_PLAIN = re.compile(  # tag 18, an array of four, the head of a string with a length of one or two bytes, in its shortest form
    rb"\xd2\x84(?:\x58([\x18-\xff])|\x59([\x01-\xff].))", re.DOTALL
)


def _plain(raw: bytes) -> list[Any] | None:
    """The array of a statement in the form that is written here, taken apart by its lengths; None for every other form.

    Nearly all are so: the protected header, an empty unprotected one, the digest of a body, a signature of 64 bytes.
    """
    match = _PLAIN.match(raw)
    if match is None:
        return None
    begin = match.end()
    end = begin + int.from_bytes(match[1] or match[2], "big")
    if len(raw) != end + 101 or raw[end : end + 3] != b"\xa0\x58\x20" or raw[end + 35 : end + 37] != b"\x58\x40":
        return None
    return [raw[begin:end], {}, raw[end + 3 : end + 35], raw[end + 37 :]]


def take_apart(value: Any, *, limits: Limits = STATEMENT_LIMITS) -> Sign1:
    """The parts of a decoded COSE_Sign1 array, types checked, policy not. Raises `SealError`."""
    if type(value) is not list or len(value) != 4:
        raise SealError("malformed statement: not an array of four elements")
    protected, unprotected, payload, signature = value
    if type(protected) is not bytes or len(protected) > PROTECTED_LIMIT:
        raise SealError(
            f"malformed statement: its protected header is not a byte string of up to {PROTECTED_LIMIT} bytes"
        )
    if type(unprotected) is not dict:
        raise SealError("malformed statement: its unprotected header is not a map")
    if payload is not None and type(payload) is not bytes:
        raise SealError("malformed statement: its payload is neither a byte string nor null")
    if type(signature) is not bytes or len(signature) > SIGNATURE_LIMIT:
        raise SealError(f"malformed statement: its signature is not a byte string of up to {SIGNATURE_LIMIT} bytes")
    header, deterministic = _header(protected, limits)
    if type(header) is not dict:
        raise SealError("malformed statement: its protected header is not a map")
    return Sign1(protected, header, unprotected, payload, signature, deterministic)


def _header(protected: bytes, limits: Limits) -> tuple[Any, bool]:
    """The header, and whether it is what our own encoder writes, order of keys included (RFC 8949 4.2.1)."""
    if not protected:  # zero bytes stand for an empty map (RFC 9052 3)
        return {}, False
    try:
        return decode(protected, limits=limits), True
    except CodecError:  # others need not write keys in our order
        return _decode(protected, limits), False


def _decode(data: bytes, limits: Limits) -> Any:
    try:
        return decode(data, limits=limits, ordered=False)
    except CodecError as error:
        raise SealError(f"malformed statement: {error.message}") from None


def _labels(parts: Sign1) -> None:
    if not parts.unprotected and all(type(label) is int for label in parts.header):
        return
    for bucket in (parts.header, parts.unprotected):
        for label in bucket:
            if type(label) is str and label.casefold() in _LOOKALIKES:
                raise SealError(
                    f"malformed statement: the text label {label!r}, which some readers take for an integer label"
                )
            if type(label) not in (int, str):
                raise SealError("malformed statement: a label that is neither an integer nor text")
    both = parts.header.keys() & parts.unprotected.keys()
    if both:
        raise SealError(f"malformed statement: in both headers: label {', '.join(sorted(map(repr, both)))}")
    for label in (
        headers.ALG,
        headers.CRIT,
        headers.CWT_CLAIMS,
        headers.PAYLOAD_HASH_ALG,
        headers.PREIMAGE_CONTENT_TYPE,
    ):
        if label in parts.unprotected:
            raise SealError(f"malformed statement: label {label} in the unprotected header, where anyone may change it")


def _critical(parts: Sign1) -> None:
    if headers.CRIT not in parts.header:
        return
    critical = parts.header[headers.CRIT]
    if type(critical) is not list or not critical:
        raise SealError("malformed statement: crit is not an array of labels")
    for label in critical:
        if type(label) not in (int, str) or label not in parts.header:
            raise SealError("malformed statement: crit names a label that the protected header does not have")
        if label not in UNDERSTOOD:
            raise SealError(f"statement not understood: crit names label {label!r}")
