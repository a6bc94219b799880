"""Many objects at once: their kinds and bytes go in, the bytes of a pack come out, for git to put into a repository.

A file for each object costs more than the object where a merge of notes writes hundreds of trees. git itself keeps what a fetch brings
as one pack from 100 objects on (`fetch.unpackLimit`); so do we.
"""

import hashlib
import zlib
from collections.abc import Sequence

from gittraj.store.backend import KINDS
from gittraj.store.git import Git

FEWEST = 100  # objects for which a pack is kept; git's own default for what a fetch brings

Written = tuple[str, bytes]


def pack(objects: Sequence[Written], object_format: str) -> bytes:
    """A pack of these objects, each whole and none twice (gitformat-pack, version 2)."""
    parts = [b"PACK", (2).to_bytes(4, "big"), len(objects).to_bytes(4, "big")]
    for kind, data in objects:
        parts += [_head(KINDS[kind], len(data)), zlib.compress(data)]
    whole = b"".join(parts)
    digest = hashlib.sha256(whole) if object_format == "sha256" else hashlib.sha1(whole, usedforsecurity=False)
    return whole + digest.digest()


def keep(git: Git, objects: Sequence[Written], object_format: str) -> None:
    """Let git put these objects into its repository as one pack. Raises `StoreError`."""
    git.run(["index-pack", "--stdin"], data=pack(objects, object_format))


def unpack(git: Git, objects: Sequence[Written], object_format: str) -> None:
    """Let git put each of these objects into its repository as a file of its own. Raises `StoreError`."""
    git.run(["unpack-objects", "-q"], data=pack(objects, object_format))


def _head(kind: int, size: int) -> bytes:
    """Kind and size as a pack has them: four bits of the size in the first byte, then seven in each."""
    first, size = kind << 4 | size & 15, size >> 4
    found = bytearray()
    while size:
        found.append(first | 0x80)
        first, size = size & 0x7F, size >> 7
    found.append(first)
    return bytes(found)
