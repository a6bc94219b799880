"""The git program as a back end: a repository that only git can serve goes in, its objects and refs come out. For SHA-256 and reftable.

Objects are read through one `git cat-file --batch` that lives as long as this object; every write is a process of its own,
but objects that are written together are one.
"""

import contextlib
import os
import subprocess
import weakref
from collections.abc import Sequence

from gittraj.codec.digest import git_blob_id
from gittraj.errors import StoreError
from gittraj.store import packs
from gittraj.store.backend import KINDS
from gittraj.store.git import Git

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO

OBJECT_LIMIT = 1 << 31  # bytes of one object; git itself would take as much memory as we
_LOCKED = (b"cannot lock ref", b"unable to resolve reference", b"reference already exists", b"but expected")


class Program:
    """Implements `gittraj.store.backend.Backend`. Raises `StoreError` where git cannot open the repository either."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self.object_format = git.run(["rev-parse", "--show-object-format"]).decode("ascii", "replace").strip()
        self._nothing = "0" * (64 if self.object_format == "sha256" else 40)
        self._reader: subprocess.Popen[bytes] | None = None
        self._asker = 0  # the process whose reader that is: a forked worker must not share its parent's pipe

    def read(self, oid: str) -> tuple[str, bytes]:
        """Kind and bytes of an object."""
        found = self._ask(oid)
        if found is None:
            hint = "git fetch --unshallow, or git fetch --refetch in a partial clone"
            raise StoreError(f"object {oid} is not in this repository", hint=hint)
        return found[1], found[2]

    def write(self, kind: str, data: bytes) -> str:
        """Store an object; its id."""
        return self._git.run(["hash-object", "-w", "-t", kind, "--stdin"], data=data).decode("ascii").strip()

    def write_all(self, objects: Sequence[tuple[str, bytes]]) -> None:
        """Store objects (kind and bytes), none twice: one process for all of them."""
        write = packs.keep if len(objects) >= packs.FEWEST else packs.unpack
        write(self._git, objects, self.object_format)

    def blob_id(self, data: bytes) -> str:
        """The id that git gives to a blob of these bytes; "" for SHA-1, which other bytes may be made to share."""
        return git_blob_id(data, self.object_format) if self.object_format == "sha256" else ""

    def has(self, oid: str) -> bool:
        """Whether an object of this full id is here."""
        return self._git.call(["cat-file", "-e", oid], ok=(0, 1, 128))[0] == 0

    def begins_commit(self, prefix: str) -> bool:
        """Whether exactly one object's id begins so, and it is a commit."""
        found = self._ask(prefix) if prefix and not prefix.strip("0123456789abcdef") else None
        return found is not None and found[1] == "commit"

    def descends(self, young: str, old: str) -> bool:
        """Whether commit `young` has the other commit `old` among its ancestors."""
        if young == old:
            return False
        return self._git.call(["merge-base", "--is-ancestor", old, young], ok=(0, 1))[0] == 0

    def merge_base(self, one: str, two: str) -> str:
        """A best common ancestor, "" where there is none."""
        return self._git.call(["merge-base", one, two], ok=(0, 1))[1].decode("ascii").strip()

    def resolve(self, rev: str) -> str:
        """The commit that a revision names, "" where that is for git itself to say."""
        found = self._line(["rev-parse", "--verify", "--quiet", "--end-of-options", rev])
        return self.commit_at(found) if found else ""

    def head(self) -> str | None:
        """The commit HEAD points to, None before the first one."""
        return self.commit_at("HEAD") or None

    def branch(self) -> str:
        """The full name of the branch HEAD is on, "" where it is detached."""
        return self._line(["symbolic-ref", "--quiet", "HEAD"])

    def commit_at(self, ref: str) -> str:
        """The commit that a full ref name leads to, "" where there is none."""
        return self._line(["rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"])

    def ref(self, name: str) -> str:
        """The id that a full ref name points to, "" where it does not exist."""
        return self._line(["rev-parse", "--verify", "--quiet", "--end-of-options", name])

    def move(self, name: str, old: str, new: str, reason: str) -> bool:
        """Point a ref from `old` ("": not existing) to `new` ("": deleted); False where it is no longer at `old`, or locked."""
        value = new or self._nothing
        words = ["update-ref", "-m", reason, "-d", name, old] if not new else [
            "update-ref", "-m", reason, name, value, old or self._nothing
        ]  # fmt: skip
        code, _, said = self._git.talk(words, extra={})
        if code == 0:
            return True
        if any(word in said for word in _LOCKED) and b"Permission denied" not in said and b"Read-only" not in said:
            return False
        raise StoreError(f"{name} cannot be written: {said.decode('utf-8', 'replace').strip()[:400]}")

    def _line(self, words: list[str]) -> str:
        code, out = self._git.call(words, ok=(0, 1, 128))
        return out.decode("utf-8", "replace").strip() if code == 0 else ""

    def _ask(self, name: str) -> tuple[str, str, bytes] | None:
        """(id, kind, bytes) of the object that `name` (an id, or its beginning) stands for, None where none or several do."""
        sender, answers = self._pipes()
        try:
            sender.write(name.encode("ascii", "replace") + b"\n")
            sender.flush()
            words = answers.readline().split()
            if len(words) != 3 or words[1].decode("ascii", "replace") not in KINDS or not words[2].isdigit():
                if words[-1:] in ([b"missing"], [b"ambiguous"]):
                    return None
                raise StoreError(f"object {name} cannot be read", hint="git fsck")
            size = int(words[2])
            if size > OBJECT_LIMIT:
                raise StoreError(f"object {name} is larger than {OBJECT_LIMIT >> 20} MiB")
            data = answers.read(size + 1)
        except (OSError, ValueError) as error:
            raise StoreError(f"git cat-file ended while it was asked: {error}", hint="git fsck") from error
        if len(data) != size + 1:
            raise StoreError(f"object {name} cannot be read", hint="git fsck")
        return words[0].decode("ascii"), words[1].decode("ascii"), data[:-1]

    def _pipes(self) -> "tuple[IO[bytes], IO[bytes]]":
        reader = self._reader
        if reader is None or self._asker != os.getpid() or reader.poll() is not None:
            reader = self._reader = self._git.converse(["cat-file", "--batch"])
            self._asker = os.getpid()
            weakref.finalize(self, _end, reader, self._asker)
        sender, answers = reader.stdin, reader.stdout
        if sender is None or answers is None:
            raise StoreError("git cat-file could not be asked")
        return sender, answers


def _end(reader: "subprocess.Popen[bytes]", asker: int) -> None:
    """Let `git cat-file` end: its input is closed, so it does so by itself."""
    if asker != os.getpid():
        return
    with contextlib.suppress(OSError, ValueError):
        reader.communicate(timeout=1)
