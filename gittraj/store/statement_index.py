"""The index of statements: blob ids of notes go in, the ids of the statements in each come out, without reading notes twice.

A file under ``<common dir>/gittraj``: derived from the notes, disposable, keyed by blob id, so it can never be stale.
"""

import os
from collections.abc import Callable, Iterable
from typing import NamedTuple

from gittraj.errors import StoreError
from gittraj.store import files
from gittraj.store.repository import Repository
from gittraj.store.state import FOLDER

_MAGIC = b"gittraj statements 2\n"
_ID = 32  # bytes of a statement's id
_HEADS = 0x80000000  # bit of the count: the note holds a head statement
_ONLY = 0x40000000  # bit of the count: and nothing else
FEW = 64  # notes that are read themselves before the file is: that of 100,000 notes takes 0.2 s
LIMIT = 256 * 1024 * 1024  # bytes; four million statements. A larger file is not ours


class Indexed(NamedTuple):
    """What a note holds: the ids of its statements, whether a head is among them, and whether it holds nothing but heads."""

    ids: tuple[bytes, ...]
    heads: bool
    only_heads: bool


class StatementIndex:
    """`take_apart`: the bytes of a note → what it holds. Reading never fails by a damaged or missing index file."""

    def __init__(self, repository: Repository, take_apart: Callable[[bytes], Indexed]) -> None:
        self._repository = repository
        self._take_apart = take_apart
        self._path = os.path.join(repository.common_dir, FOLDER, "statements")
        self._size = 32 if repository.object_format == "sha256" else 20  # bytes of a blob's id
        self._known: dict[bytes, Indexed] = {}
        self._loaded = False
        self._fresh = 0

    def of(self, blob: str) -> Indexed:
        """What the note in `blob` holds. Raises `StoreError` where the blob is missing."""
        key = bytes.fromhex(blob)
        if key not in self._known and not self._loaded and self._fresh >= FEW:
            self._known = {**self._load(), **self._known}
            self._loaded = True
        found = self._known.get(key)
        if found is None:
            found = self._take_apart(self._repository.blob(blob, fetch=True))
            self._known[key] = found
            self._fresh += 1
        return found

    def save(self) -> None:
        """Keep what was read newly; a repository that cannot be written goes without."""
        if not self._fresh or not self._loaded:  # without what the file holds, it would only lose by it
            return
        parts = [_MAGIC]
        for key, found in self._known.items():
            bits = (_HEADS if found.heads else 0) | (_ONLY if found.only_heads else 0)
            parts.append(key + (len(found.ids) | bits).to_bytes(4, "big"))
            parts.extend(found.ids)
        self._fresh = 0
        try:
            files.write(self._path, b"".join(parts))
        except StoreError:
            pass

    def _load(self) -> dict[bytes, Indexed]:
        try:
            if os.path.getsize(self._path) > LIMIT:
                return {}
            data = files.read(self._path)
        except (OSError, StoreError):
            return {}
        return dict(_entries(data, self._size)) if data.startswith(_MAGIC) else {}


def _entries(data: bytes, blob: int) -> Iterable[tuple[bytes, Indexed]]:
    position, size = len(_MAGIC), len(data)
    while position + blob + 4 <= size:
        key = data[position : position + blob]
        count = int.from_bytes(data[position + blob : position + blob + 4], "big")
        heads, only, count = bool(count & _HEADS), bool(count & _ONLY), count & (_ONLY - 1)
        position += blob + 4
        stop = position + count * _ID
        if stop > size:
            return
        yield key, Indexed(tuple(data[at : at + _ID] for at in range(position, stop, _ID)), heads, only)
        position = stop
