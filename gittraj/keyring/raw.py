"""Signatures outside of COSE: an SSH wire-format key, bytes and a signature go in, whether it holds comes out (RFC 8032, SEC 1)."""

import base64


def for_others(signature: bytes, algorithm: int) -> bytes:
    """A COSE signature as tools outside of COSE expect it: ECDSA (-7) in DER, EdDSA (-8) as it is."""
    if algorithm != -7:
        return signature
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    half = len(signature) // 2
    return encode_dss_signature(int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big"))


def holds(key: bytes, data: bytes, signature: bytes) -> bool:
    """Whether `signature` (Ed25519, or ECDSA P-256 with SHA-256 in DER) over `data` is that of `key`; False for other keys."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_ssh_public_key

    from gittraj.keyring.keys import blob_type

    try:
        public = load_ssh_public_key(b"%b %b" % (blob_type(key).encode("ascii"), base64.b64encode(key)))
        if isinstance(public, Ed25519PublicKey):
            public.verify(signature, data)
        elif isinstance(public, EllipticCurvePublicKey):
            public.verify(signature, data, ECDSA(SHA256()))
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True
