"""The last head statement that this clone signed: a common directory goes in, what the next one must follow comes out, and is kept again."""

import os
from typing import NamedTuple

from gittraj.errors import StoreError
from gittraj.store import files
from gittraj.store.state import FOLDER


class LastHead(NamedTuple):
    """`tip`: the notes commit it speaks of; `seq`: its place in this clone's chain; `digest`: SHA-256 (hex) of its payload."""

    tip: str
    seq: int
    digest: str


def read(common_dir: str) -> LastHead | None:
    """The last head, None where there was none or the file is damaged."""
    try:
        words = files.read(_path(common_dir)).decode("ascii", "replace").split()
    except StoreError:
        return None
    if len(words) != 3 or not words[1].isdecimal() or len(words[1]) > 15:
        return None
    tip, seq, digest = words
    hexadecimal = not (tip + digest).strip("0123456789abcdef")
    return LastHead(tip, int(seq), digest) if hexadecimal and len(digest) == 64 and len(tip) in (40, 64) else None


def write(common_dir: str, head: LastHead) -> None:
    """Keep it. Raises `StoreError`."""
    files.write(_path(common_dir), f"{head.tip} {head.seq} {head.digest}\n".encode("ascii"))


def _path(common_dir: str) -> str:
    return os.path.join(common_dir, FOLDER, "last-head")
