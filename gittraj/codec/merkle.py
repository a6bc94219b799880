"""RFC 9162 Merkle trees over SHA-256: leaves go in, roots and inclusion paths come out, and a path leads back to a root."""

from collections.abc import Sequence

from gittraj.codec.digest import sha256
from gittraj.errors import CodecError

PATH_LIMIT = 64  # hashes: a tree of more than 2**64 leaves is nobody's
_EMPTY = sha256(b"")


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf (RFC 9162 2.1.1): no inner node can be passed off for one."""
    return sha256(b"\0" + entry)


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over these leaf hashes (RFC 9162 2.1.1)."""
    if not leaves:
        return _EMPTY
    level = list(leaves)
    while len(level) > 1:  # the last node of an odd level goes up as it is, which is the RFC's split at a power of two
        paired = [_node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
    return level[0]


def inclusion_path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root, lowest first (RFC 9162 2.1.3.1). Raises `CodecError` for no such leaf."""
    if not 0 <= index < len(leaves):
        raise CodecError(f"there is no leaf {index} among {len(leaves)}")
    path: list[bytes] = []
    level = list(leaves)
    while len(level) > 1:
        other = index ^ 1
        if other < len(level):
            path.append(level[other])
        paired = [_node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
        index //= 2
    return path


def root_from_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root of a tree of `size` leaves in which leaf hash `leaf` stands at `index` (RFC 9162 2.1.3.2).

    Raises `CodecError` where the path does not have the length that index and size ask for, or is no list of hashes.
    """
    if not 0 <= index < size or size >= 1 << PATH_LIMIT or len(path) > PATH_LIMIT:
        raise CodecError("an inclusion path for no leaf of the tree")
    if any(type(each) is not bytes or len(each) != 32 for each in path):
        raise CodecError("an inclusion path whose steps are no SHA-256")
    last, result = size - 1, leaf
    for step in path:
        if not last:
            raise CodecError("an inclusion path that is too long")
        if index & 1 or index == last:
            result = _node(step, result)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            result = _node(result, step)
        index, last = index >> 1, last >> 1
    if last:
        raise CodecError("an inclusion path that is too short")
    return result


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right)
