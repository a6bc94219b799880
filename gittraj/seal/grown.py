"""Receipts of consistency (RFC 9942 5.3): a log's leaves and an older size go in, the signed proof that the log only grew comes out, or is checked.

Who has the root of an older tree, from a receipt or from memory, needs nothing else of the log.
"""

from collections.abc import Sequence
from typing import NamedTuple

from gittraj.codec import merkle
from gittraj.errors import CodecError, SealError
from gittraj.model.ports import Signer
from gittraj.seal import signed_roots
from gittraj.seal.envelope import Sign1
from gittraj.seal.signed_roots import CONSISTENCY


class Grown(NamedTuple):
    """A receipt of consistency taken apart, nothing checked: from `older` leaves to `newer`. `issued_at`: seconds since the epoch."""

    parts: Sign1
    issuer: str
    issued_at: int
    key: bytes
    older: int
    newer: int
    path: tuple[bytes, ...]
    signed_size: int | None = None


def issue(log: str, leaves: Sequence[bytes], older: int, signer: Signer, issued_at: int) -> bytes:
    """The receipt in which `log` (its name) says that its first `older` leaves are still those of its tree over `leaves` (leaf hashes).

    Raises `SealError` where there is nothing to prove (RFC 9942 knows no empty path), and what the signer raises.
    """
    if not 0 < older < len(leaves):
        raise SealError(
            f"nothing to prove between {older} and {len(leaves)} leaves: a log of no leaves, or of as many, is followed by all"
        )
    proof = [older, len(leaves), merkle.consistency_path(older, leaves)]
    return signed_roots.sign(log, merkle.root(leaves), len(leaves), CONSISTENCY, proof, signer, issued_at)


def read(raw: bytes) -> Grown:
    """Take a receipt of consistency apart. Raises `SealError` for what is none, and for what is not understood."""
    found = signed_roots.read(raw, CONSISTENCY, "consistency")
    older, newer, path = found.proof
    return Grown(found.parts, found.issuer, found.issued_at, found.key, older, newer, tuple(path), found.size)


def later_root(grown: Grown, older_root: bytes, key: bytes) -> bytes:
    """The root that the log whose SSH wire-format `key` this is signed as the one after `older_root`: its tree of `newer` leaves.

    Raises `SealError` where the receipt is no proof of that: path, sizes or signature do not hold. One answer for both (RFC 9942 5.3.1).
    """
    if grown.signed_size not in (None, grown.newer):
        raise SealError("its size is not the one that was signed")
    if grown.older >= grown.newer:
        raise SealError("it is about no two sizes of a log")
    try:
        root = merkle.later_root(older_root, grown.older, grown.newer, grown.path)
    except CodecError as error:
        raise SealError(error.message) from None
    if not signed_roots.holds(grown.parts, root, key):
        raise SealError("its signature does not hold over what follows from the older root")
    return root
