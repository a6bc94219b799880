"""Digests: bytes go in, the hash by which a record, an item or a git blob is known goes out."""

import hashlib

from gittraj.errors import CodecError


def sha256(data: bytes) -> bytes:
    """SHA-256 of `data`, 32 bytes (FIPS 180-4)."""
    return hashlib.sha256(data).digest()


def sha256_hex(data: bytes) -> str:
    """SHA-256 of `data` as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def git_blob_id(data: bytes, object_format: str = "sha1") -> str:
    """The object id (lower-case hex) git gives to a blob of these bytes (`git_object_id`).

    Raises `CodecError` where `object_format` is neither "sha1" nor "sha256".
    """
    return git_object_id("blob", data, object_format)


def git_object_id(kind: str, data: bytes, object_format: str = "sha1") -> str:
    """The object id (lower-case hex) git gives to an object of this kind (gitformat-pack: ``KIND SIZE NUL data``).

    Raises `CodecError` where `object_format` is neither "sha1" nor "sha256".
    """
    header = b"%b %d\0" % (kind.encode("ascii"), len(data))
    if object_format == "sha1":
        # git's choice, not ours: the id is compared with the repository's, never trusted as a proof
        digest = hashlib.sha1(header, usedforsecurity=False)
    elif object_format == "sha256":
        digest = hashlib.sha256(header)
    else:
        raise CodecError(f"git knows no object format called {object_format!r}")
    digest.update(data)
    return digest.hexdigest()
