"""The signer's public key: SSH wire bytes go in, a COSE key and the algorithms that go with it come out.

Only two shapes are accepted, each of one length, so they are compared as they stand instead of being parsed.
"""

from functools import lru_cache
from typing import Any

from gittraj.errors import SealError
from gittraj.seal import headers

_ED25519 = b"\0\0\0\x0bssh-ed25519\0\0\0\x20"  # RFC 8709 4; then 32 bytes
_P256 = b"\0\0\0\x13ecdsa-sha2-nistp256\0\0\0\x08nistp256\0\0\0\x41\x04"  # RFC 5656 3.1; then x and y, 32 bytes each


def accepted_algorithms(blob: bytes) -> tuple[int, ...]:
    """The COSE algorithms that a statement may be signed with by this key; () where the key is of no accepted type."""
    if blob.startswith(_ED25519) and len(blob) == len(_ED25519) + 32:
        return (headers.EDDSA, headers.ED25519)
    if blob.startswith(_P256) and len(blob) == len(_P256) + 64:
        return (headers.ES256, headers.ESP256)
    return ()


@lru_cache(maxsize=64)  # a repository is signed by few keys, each of them many times
def cose_key(blob: bytes) -> Any:
    """The COSE key (RFC 9053 7). Raises `SealError` where it is of no accepted type."""
    from pycose.keys import curves
    from pycose.keys.ec2 import EC2Key
    from pycose.keys.okp import OKPKey

    algorithms = accepted_algorithms(blob)
    if not algorithms:
        raise SealError("the key is neither Ed25519 nor ECDSA P-256 in SSH wire format")
    if headers.EDDSA in algorithms:
        return OKPKey(crv=curves.Ed25519, x=blob[-32:])
    return EC2Key(crv=curves.P256, x=blob[-64:-32], y=blob[-32:])
