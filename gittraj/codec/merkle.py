"""RFC 9162 Merkle trees over SHA-256: leaves go in, roots and paths come out, and a path leads back to a root, or from one root to a later one."""

from collections.abc import Iterable, Sequence

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


def prefix_roots(leaves: Sequence[bytes], sizes: Iterable[int]) -> dict[int, bytes]:
    """Size → root over the first so many of these leaf hashes, in one pass; sizes beyond the leaves are left out."""
    wanted = {size for size in sizes if 0 <= size <= len(leaves)}
    found = {0: _EMPTY} if 0 in wanted else {}
    peaks: list[bytes] = []  # the whole subtrees so far, largest first: one for each bit of the size
    for size, leaf in enumerate(leaves[: max(wanted, default=0)], 1):
        peak, bits = leaf, size
        while not bits & 1:
            peak, bits = _node(peaks.pop(), peak), bits >> 1
        peaks.append(peak)
        if size in wanted:
            result = peaks[-1]
            for left in peaks[-2::-1]:
                result = _node(left, result)
            found[size] = result
    return found


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


def consistency_path(older: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The hashes that lead from the root over the first `older` leaves to the root over all of them (RFC 9162 2.1.4.1).

    [] where nothing was added. Raises `CodecError` for `older` that is 0 (every tree follows the empty one) or beyond the leaves.
    """
    if not 0 < older <= len(leaves):
        raise CodecError(f"there is no way from {older} leaves to {len(leaves)}")
    path: list[bytes] = []
    rest, known = leaves, True  # `known`: the older root itself is still what is looked for, which the reader has
    while older != len(rest):
        split = 1 << (len(rest) - 1).bit_length() - 1
        if older <= split:
            path.append(root(rest[split:]))
            rest = rest[:split]
        else:
            path.append(root(rest[:split]))
            rest, older, known = rest[split:], older - split, False
    if not known:
        path.append(root(rest))
    return path[::-1]


def later_root(older_root: bytes, older: int, newer: int, path: Sequence[bytes]) -> bytes:
    """The root of the tree of `newer` leaves that begins with the `older` ones under `older_root` (RFC 9162 2.1.4.2).

    Raises `CodecError` where the path does not start from that root, does not have the length that the sizes ask for, or is no list
    of hashes, and where there is no older tree or the newer one is smaller.
    """
    if not 0 < older <= newer or newer >= 1 << PATH_LIMIT or len(path) > PATH_LIMIT + 1:
        raise CodecError("a consistency path between no two sizes of a tree")
    if any(type(each) is not bytes or len(each) != 32 for each in (older_root, *path)):
        raise CodecError("a consistency path whose steps are no SHA-256")
    if older == newer:
        if path:
            raise CodecError("a consistency path that is too long")
        return older_root
    steps = [older_root, *path] if not older & (older - 1) else list(path)  # a whole tree is its own first step
    if not path:
        raise CodecError("a consistency path that is too short")
    index, last = older - 1, newer - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if not last:
            raise CodecError("a consistency path that is too long")
        if index & 1 or index == last:
            before, after = _node(step, before), _node(step, after)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            after = _node(after, step)
        index, last = index >> 1, last >> 1
    if last:
        raise CodecError("a consistency path that is too short")
    if before != older_root:
        raise CodecError("a consistency path that does not start from the older root")
    return after


def whole_subtrees(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> dict[tuple[int, int], bytes]:
    """(level, place in it) → hash of all subtrees that an inclusion path tells and that can never change any more.

    A subtree over 2**level leaves stays what it is however the log grows, so two paths of one log never tell two hashes for one. The path
    must be one that `root_from_path` takes.
    """
    found = {(0, index): leaf}
    steps, level, last, result = iter(path), 0, size - 1, leaf
    while last:
        if index & 1 or index < last:
            step, beside = next(steps), index ^ 1
            if beside + 1 << level <= size:
                found[level, beside] = step
            result = _node(step, result) if index & 1 else _node(result, step)
        level, index, last = level + 1, index >> 1, last >> 1
        if index + 1 << level <= size:
            found[level, index] = result
    return found


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right)
