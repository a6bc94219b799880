"""Tree objects: raw bytes go in, entries go out, and back; the difference of two trees as changes.

By hand because libgit2 refuses to write modes it does not know, which other people's notes trees may hold, and drops what
it cannot decode. Format: gitformat-pack, ``MODE SP NAME NUL ID`` in an order where a directory counts as ``NAME/``.
"""

import itertools
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from gittraj.errors import StoreError
from gittraj.model.commit import Change

DIRECTORY = 0o040000
BLOB = 0o100644
GITLINK = 0o160000
_ENTRIES = {size: re.compile(rb"([0-7]{1,7}) ([^\0]+)\0(.{%d})" % size, re.DOTALL) for size in (20, 32)}
DEPTH_LIMIT = 2000  # directories in each other; a path that long fits no file system, and Python's own stack ends there


class Node(NamedTuple):
    """One entry of a tree: `mode` as text of the object (kept byte for byte), `id` as lower-case hex."""

    name: bytes
    mode: bytes
    id: str

    @property
    def kind(self) -> int:
        """The mode as a number."""
        return int(self.mode, 8)

    @property
    def is_tree(self) -> bool:
        """Whether it names another tree."""
        return self.kind == DIRECTORY


def parse(data: bytes, id_size: int = 20) -> list[Node]:
    """The entries of a tree object. Raises `StoreError` where the bytes are no tree."""
    return [Node(name, mode, oid.hex()) for mode, name, oid in entries(data, id_size)]


def entries(data: bytes, id_size: int = 20) -> list[tuple[bytes, bytes, bytes]]:
    """(mode, name, raw id) of each entry of a tree object, as the object has them. Raises `StoreError` where the bytes are no tree."""
    found: list[tuple[bytes, bytes, bytes]] = _ENTRIES[id_size].findall(data)
    if sum(map(len, itertools.chain.from_iterable(found))) + 2 * len(found) != len(data):  # it skipped some
        raise StoreError("a tree object of the repository is damaged", hint="git fsck")
    return found


def serialise(nodes: list[Node]) -> bytes:
    """The tree object of `nodes`, sorted as git demands. Raises `StoreError` where a name stands twice."""
    if len({node.name for node in nodes}) != len(nodes):
        raise StoreError("a tree of the repository would hold one name twice", hint="git fsck")
    ordered = sorted(nodes, key=lambda node: node.name + b"/" if node.is_tree else node.name)
    return b"".join(b"%b %b\0%b" % (node.mode, node.name, bytes.fromhex(node.id)) for node in ordered)


def text(name: bytes) -> str:
    r"""A name as text; bytes that are not UTF-8 are written ``\xNN``, so that no lone surrogate reaches a record."""
    return name.decode("utf-8", "backslashreplace")


def changes(read: Callable[[str], bytes], old: str, new: str) -> Iterator[Change]:
    """Paths that differ between the trees `old` and `new` ("" for none), in git's order; equal subtrees are not opened.

    `read` gives a tree's bytes. Raises `StoreError` where trees lie deeper than `DEPTH_LIMIT`.
    """
    waiting: list[tuple[str, str, str]] = [("", old, new)]
    while waiting:
        prefix, left_id, right_id = waiting.pop()
        if prefix.count("/") > DEPTH_LIMIT:
            raise StoreError(f"directories lie more than {DEPTH_LIMIT} deep")
        left = {node.name: node for node in parse(read(left_id), len(left_id) // 2)} if left_id else {}
        right = {node.name: node for node in parse(read(right_id), len(right_id) // 2)} if right_id else {}
        deeper: list[tuple[str, str, str]] = []
        for name in sorted(left.keys() | right.keys()):
            before, after = left.get(name), right.get(name)
            if before == after:
                continue
            path = prefix + text(name)
            old_tree = before.id if before and before.is_tree else ""
            new_tree = after.id if after and after.is_tree else ""
            old_file = before if before and not before.is_tree else None
            new_file = after if after and not after.is_tree else None
            if old_file or new_file:
                yield Change(
                    path,
                    old_file.id if old_file else "",
                    new_file.id if new_file else "",
                    old_file.kind if old_file else 0,
                    new_file.kind if new_file else 0,
                )
            if old_tree or new_tree:
                deeper.append((path + "/", old_tree, new_tree))
        waiting.extend(reversed(deeper))
