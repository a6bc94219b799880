"""Notes of commits that are not in a history: tips and a notes ref go in, what lies outside comes out; and a cache by blob id for what was read of it."""

import os
from collections.abc import Sequence
from typing import TypeVar

import msgspec

from gittraj.errors import StoreError
from gittraj.store import files
from gittraj.store.notes import NoteStore
from gittraj.store.repository import Repository
from gittraj.store.state import FOLDER

LIMIT = 64 * 1024 * 1024  # bytes of a cache file; a quarter of a million anchors
T = TypeVar("T")


def outside(notes: NoteStore, tips: Sequence[str]) -> dict[str, list[str]]:
    """Annotated id → blobs of the notes whose commit at least one of `tips` does not have in its history. Raises `StoreError`."""
    noted: dict[str, list[str]] = {}
    for commit, blob in notes.list():
        noted.setdefault(commit, []).append(blob)
    repository = notes.repository
    here = [commit for commit in noted if repository.has_object(commit)]
    found = noted.keys() - set(here)
    for tip in tips if here else ():
        asked = "".join(f"{commit}\n" for commit in here) + f"^{tip}\n"
        out = repository.git.run(["rev-list", "--ignore-missing", "--stdin"], data=asked.encode())
        found |= noted.keys() & set(out.decode("ascii", "replace").split())
    return {commit: noted[commit] for commit in noted if commit in found}


class BlobCache:
    """Something derived from blobs, kept in a file under ``<common dir>/gittraj`` by blob id, so it is never stale; disposable."""

    def __init__(self, repository: Repository, name: str) -> None:
        self._path = os.path.join(repository.common_dir, FOLDER, name)

    def load(self, kind: type[T]) -> dict[str, list[T]]:
        """What was kept; nothing where the file is missing, damaged or not ours."""
        try:
            if os.path.getsize(self._path) > LIMIT:
                return {}
            return msgspec.msgpack.decode(files.read(self._path), type=dict[str, list[kind]])  # type: ignore[valid-type]
        except (OSError, StoreError, msgspec.MsgspecError):
            return {}

    def keep(self, found: dict[str, list[T]]) -> None:
        """Keep it; a repository that cannot be written goes without."""
        try:
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            files.write(self._path, msgspec.msgpack.encode(found))
        except (OSError, StoreError):
            pass
