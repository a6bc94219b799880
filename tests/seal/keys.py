"""Signers for tests: fixed Ed25519 and P-256 keys, made from numbers, as the keyring would hand them over."""

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gittraj.codec.digest import sha256
from gittraj.model.ports import Judgement


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


class Ed25519Signer:
    algorithm = -8
    certificate = b""

    def __init__(self, seed: int = 1, principal: str = "dana@example.org") -> None:
        self.private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.public_key = _string(b"ssh-ed25519") + _string(self.private.public_key().public_bytes_raw())
        self.kid = sha256(self.public_key)
        self.principal = principal

    def sign(self, data: bytes) -> bytes:
        return self.private.sign(data)


class P256Signer:
    algorithm = -7
    certificate = b""

    def __init__(self, secret: int = 7, principal: str = "dana@example.org") -> None:
        self.private = ec.derive_private_key(secret, ec.SECP256R1())
        point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public_key = _string(b"ecdsa-sha2-nistp256") + _string(b"nistp256") + _string(point)
        self.kid = sha256(self.public_key)
        self.principal = principal

    def sign(self, data: bytes) -> bytes:
        r, s = decode_dss_signature(self.private.sign(data, ec.ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


class TrustOnly:
    """Trusts one key for one principal."""

    def __init__(self, signer: Ed25519Signer | P256Signer) -> None:
        self.signer = signer

    def judge(
        self, key: bytes, principal: str, at: int | None, /, evidence: object = None, certificate: bytes = b""
    ) -> Judgement:
        if key != self.signer.public_key:
            return Judgement(False, "no line has this key")
        if principal != self.signer.principal:
            return Judgement(False, f"trusted for {self.signer.principal}, not for {principal}")
        return Judgement(True, "a test says so")
