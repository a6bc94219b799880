"""Signature algorithms: a COSE identifier goes in, the pycose class that checks with it goes out.

pycose 1.1.0 has no fully specified identifiers (RFC 9864) and does ECDSA in pure Python, with one fixed curve per hash; so
these classes stand in its place where `Message` looks for one, and leave the arithmetic to `cryptography`.
"""

from functools import lru_cache
from typing import Any, ClassVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from pycose import algorithms
from pycose.keys import curves

from gittraj.errors import SealError

_CURVES: dict[str, tuple[ec.EllipticCurve, int]] = {  # bytes of a coordinate, and so of each half of a signature
    "P_256": (ec.SECP256R1(), 32),
    "P_384": (ec.SECP384R1(), 48),
    "P_521": (ec.SECP521R1(), 66),
}


class _EdDSA(algorithms.EdDSA):
    curves: ClassVar[tuple[Any, ...]] = (curves.Ed25519, curves.Ed448)

    @classmethod
    def verify(cls, key: Any, data: bytes, signature: bytes) -> bool:
        try:
            if key.crv is not curves.Ed25519:
                return bool(super().verify(key, data, signature))
            _ed25519_key(key.x).verify(signature, data)
        except (InvalidSignature, ValueError):  # ValueError: a public key of the wrong length
            return False
        return True


@lru_cache(maxsize=64)  # a repository is signed by few keys, each of them many times
def _ed25519_key(x: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(x)


class _Ed25519(_EdDSA):
    identifier = -19
    fullname = "ED25519"
    curves = (curves.Ed25519,)


class _Ed448(_EdDSA):
    identifier = -53
    fullname = "ED448"
    curves = (curves.Ed448,)


class _Ecdsa(algorithms.CoseAlgorithm):
    """ECDSA as RFC 9053 2.1 has it: the hash comes from the algorithm, the curve from the key."""

    hash: ClassVar[type[HashAlgorithm]]
    curves: ClassVar[tuple[Any, ...]] = (curves.P256, curves.P384, curves.P521)

    @classmethod
    def verify(cls, key: Any, data: bytes, signature: bytes) -> bool:
        curve, size = _CURVES[key.crv.fullname]
        if len(signature) != 2 * size:
            return False
        r, s = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
        try:
            point = ec.EllipticCurvePublicKey.from_encoded_point(curve, b"\x04" + key.x + key.y)
            point.verify(encode_dss_signature(r, s), data, ec.ECDSA(cls.hash()))
        except (InvalidSignature, ValueError):  # ValueError: a point that is not on the curve
            return False
        return True


class _ES256(_Ecdsa):
    identifier, fullname, hash = -7, "ES256", SHA256


class _ES384(_Ecdsa):
    identifier, fullname, hash = -35, "ES384", SHA384


class _ES512(_Ecdsa):
    identifier, fullname, hash = -36, "ES512", SHA512


class _ESP256(_ES256):
    identifier, fullname, curves = -9, "ESP256", (curves.P256,)


class _ESP384(_ES384):
    identifier, fullname, curves = -51, "ESP384", (curves.P384,)


class _ESP512(_ES512):
    identifier, fullname, curves = -52, "ESP512", (curves.P521,)


_ALL = (_EdDSA, _Ed25519, _Ed448, _ES256, _ES384, _ES512, _ESP256, _ESP384, _ESP512)
ALGORITHMS: dict[int, Any] = {algorithm.identifier: algorithm for algorithm in _ALL}


def algorithm_for(alg: object, key: Any) -> Any:
    """The algorithm `alg`, where it fits the COSE key (RFC 9052 7.1). Raises `SealError` where it is unknown or does not."""
    algorithm = ALGORITHMS.get(alg) if type(alg) is int else None
    if algorithm is None:
        raise SealError(f"the algorithm {str(alg)[:32]} is not supported")
    if key.crv not in algorithm.curves:
        raise SealError(f"the algorithm {algorithm.fullname} does not go with a key on {key.crv.fullname}")
    return algorithm


_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # n of FIPS 186-5, curve P-256


def is_one_form(alg: int, signature: bytes) -> bool:
    """Whether the signature is in the form that is written: of the two that hold for ECDSA, (r, s) and (r, n-s), the smaller s.

    Anybody can make one of the other, so accepting both would let bytes of a note change unnoticed.
    """
    return alg not in (-7, -9) or 2 * int.from_bytes(signature[32:], "big") < _P256_ORDER


def one_form(alg: int, signature: bytes) -> bytes:
    """The same signature in the form that is written."""
    if is_one_form(alg, signature) or len(signature) != 64:
        return signature
    return signature[:32] + (_P256_ORDER - int.from_bytes(signature[32:], "big")).to_bytes(32, "big")
