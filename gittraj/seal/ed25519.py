"""Ed25519 straight from the bytes: a key, the protected header, the payload and a signature go in, whether it holds comes out.

What nearly every statement is signed with, and checked thousands of times in a range; pycose's objects cost half of the check itself
(docs/adr/0026). The Sig_structure is that of RFC 9052 section 4.4; tests hold it against pycose's byte for byte.
"""

from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gittraj.codec.cbor_encoder import head

_CONTEXT = b"\x84\x6aSignature1"  # an array of four, its first element


def to_be_signed(protected: bytes, payload: bytes) -> bytes:
    """The Sig_structure; an empty map as protected header, in either form, goes in as no bytes."""
    if protected == b"\xa0":
        protected = b""
    return b"".join((_CONTEXT, head(2, len(protected)), protected, b"\x40", head(2, len(payload)), payload))


def holds(key: bytes, protected: bytes, payload: bytes, signature: bytes) -> bool:
    """Whether `signature` is that of `key` (the 32 bytes of RFC 8032) over this statement."""
    try:
        _public(key).verify(signature, to_be_signed(protected, payload))
    except (InvalidSignature, ValueError):  # ValueError: a key of the wrong length
        return False
    return True


@lru_cache(maxsize=64)  # a repository is signed by few keys, each of them many times
def _public(key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(key)
