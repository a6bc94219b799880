"""What a repository's objects and refs are reached through: the port that libgit2 and the git program each implement."""

from collections.abc import Sequence
from typing import Protocol

KINDS = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}


class Backend(Protocol):
    """Every id is lower-case hex. Methods raise `StoreError` where the repository cannot be read or written."""

    object_format: str

    def read(self, oid: str) -> tuple[str, bytes]:
        """Kind and bytes of an object."""

    def write(self, kind: str, data: bytes) -> str:
        """Store an object; its id."""

    def write_all(self, objects: Sequence[tuple[str, bytes]]) -> None:
        """Store objects (kind and bytes), none twice."""

    def blob_id(self, data: bytes) -> str:
        """The id that git gives to a blob of these bytes; "" where there is no telling that other bytes have the same."""

    def has(self, oid: str) -> bool:
        """Whether an object of this full id is here."""

    def begins_commit(self, prefix: str) -> bool:
        """Whether exactly one object's id begins so, and it is a commit."""

    def descends(self, young: str, old: str) -> bool:
        """Whether commit `young` has the other commit `old` among its ancestors."""

    def merge_base(self, one: str, two: str) -> str:
        """A best common ancestor, "" where there is none."""

    def resolve(self, rev: str) -> str:
        """The commit that a revision names, "" where that is for git itself to say."""

    def head(self) -> str | None:
        """The commit HEAD points to, None before the first one."""

    def branch(self) -> str:
        """The full name of the branch HEAD is on, "" where it is detached."""

    def commit_at(self, ref: str) -> str:
        """The commit that a full ref name leads to, "" where there is none."""

    def ref(self, name: str) -> str:
        """The id that a full ref name points to, "" where it does not exist."""

    def move(self, name: str, old: str, new: str, reason: str) -> bool:
        """Point a ref from `old` ("": not existing) to `new` ("": deleted); False where it is no longer at `old`, or locked."""
