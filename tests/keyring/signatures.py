"""Raw COSE signatures checked with nothing but `cryptography`."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from gittraj.keyring.keys import PublicKey


def holds(key: PublicKey, data: bytes, signature: bytes) -> bool:
    try:
        if key.type == "ssh-ed25519":
            Ed25519PublicKey.from_public_bytes(key.blob[-32:]).verify(signature, data)
        else:
            point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key.blob[-65:])
            r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
            point.verify(encode_dss_signature(r, s), data, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return len(signature) == 64
