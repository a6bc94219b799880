"""libgit2: a place goes in, its objects and refs, read and written in process, come out. For SHA-1 objects and refs in files.

Objects are read raw, which knows no replace refs and no grafts (A21 in the project's list of attacks).
"""

import os
from collections.abc import Mapping, Sequence

import pygit2

from gittraj.errors import StoreError
from gittraj.store import gitdir
from gittraj.store.backend import KINDS
from gittraj.store.git import Git
from gittraj.store.refuse import refusal, trusted_by_git

_NAMES = {number: name for name, number in KINDS.items()}
_WRONG = (pygit2.GitError, KeyError, ValueError)


class Libgit2:
    """Implements `gittraj.store.backend.Backend`. Raises what `opened` raises."""

    object_format = "sha1"

    def __init__(self, place: gitdir.Place, env: Mapping[str, str], git: Git, quarantine: str = "") -> None:
        """`quarantine`: where pushed objects wait, in a receive hook."""
        self.common_dir = place.common_dir
        self._git = git
        self._quarantine = quarantine
        self.repo = opened(place, env)
        if quarantine:
            self.repo.odb.add_disk_alternate(quarantine)

    def read(self, oid: str) -> tuple[str, bytes]:
        """Kind and bytes of an object."""
        try:
            kind, data = self.repo.odb.read(oid)
        except KeyError as error:
            hint = "git fetch --unshallow, or git fetch --refetch in a partial clone"
            raise StoreError(f"object {oid} is not in this repository", hint=hint) from error
        except (pygit2.GitError, ValueError, TypeError) as error:
            raise StoreError(f"object {oid} cannot be read: {error}", hint="git fsck") from error
        return _NAMES.get(int(kind)) or str(kind), data

    def write(self, kind: str, data: bytes) -> str:
        """Store an object; its id."""
        try:
            return str(self.repo.odb.write(KINDS[kind], data))
        except (pygit2.GitError, OSError, ValueError) as error:
            raise StoreError(f"a {kind} cannot be written to {self.common_dir}: {error}") from error

    def write_all(self, objects: Sequence[tuple[str, bytes]]) -> None:
        """Store objects (kind and bytes), none twice: many of them as one pack, which takes git a few ms and libgit2 one for each file."""
        from gittraj.store import packs

        # in a receive hook git would put them with what was pushed, which is thrown away where the push is refused
        if len(objects) >= packs.FEWEST and not self._quarantine:
            packs.keep(self._git, objects, self.object_format)
            return
        for kind, data in objects:
            self.write(kind, data)

    def blob_id(self, data: bytes) -> str:
        """The id that git gives to a blob of these bytes; "" where they look made to share it with others (sha1dc, as in git)."""
        try:
            return str(pygit2.hash(data))
        except (pygit2.GitError, ValueError):
            return ""

    def has(self, oid: str) -> bool:
        """Whether an object of this full id is here."""
        return oid in self.repo.odb

    def begins_commit(self, prefix: str) -> bool:
        """Whether exactly one object's id begins so, and it is a commit."""
        try:
            found = self.repo.git_object_lookup_prefix(prefix)
        except _WRONG:  # several objects, or no id at all
            return False
        return isinstance(found, pygit2.Commit)

    def descends(self, young: str, old: str) -> bool:
        """Whether commit `young` has the other commit `old` among its ancestors."""
        try:
            return bool(self.repo.descendant_of(young, old))
        except _WRONG as error:
            raise StoreError(f"the history of {young} cannot be read: {error}", hint="git fsck") from error

    def merge_base(self, one: str, two: str) -> str:
        """A best common ancestor, "" where there is none."""
        try:
            return str(self.repo.merge_base(one, two) or "")
        except _WRONG as error:
            raise StoreError(f"the history of {one} cannot be read: {error}", hint="git fsck") from error

    def resolve(self, rev: str) -> str:
        """The commit that a revision names, "" where that is for git itself to say."""
        try:
            return str(self.repo.revparse_single(rev).peel(pygit2.Commit).id)
        except (*_WRONG, TypeError):
            return ""  # git knows more ways to write a revision, and says better what is wrong

    def head(self) -> str | None:
        """The commit HEAD points to, None before the first one."""
        try:
            return None if self.repo.head_is_unborn else str(self.repo.head.target)
        except _WRONG as error:
            raise StoreError(f"HEAD cannot be read: {error}", hint="git status") from error

    def branch(self) -> str:
        """The full name of the branch HEAD is on, "" where it is detached."""
        try:
            head = self.repo.references.get("HEAD")
            target = head.raw_target if head is not None else None
        except _WRONG as error:
            raise StoreError(f"HEAD cannot be read: {error}", hint="git status") from error
        return target.decode("utf-8", "replace") if isinstance(target, bytes) else ""

    def commit_at(self, ref: str) -> str:
        """The commit that a full ref name leads to, "" where there is none."""
        try:
            reference = self.repo.references.get(ref)
            return str(reference.peel(pygit2.Commit).id) if reference is not None else ""
        except _WRONG:
            return ""

    def ref(self, name: str) -> str:
        """The id that a full ref name points to, "" where it does not exist."""
        try:
            reference = self.repo.references.get(name)
            return str(reference.resolve().target) if reference is not None else ""
        except _WRONG as error:
            raise StoreError(f"{name} cannot be read: {error}", hint="git fsck") from error

    def move(self, name: str, old: str, new: str, reason: str) -> bool:
        """Point a ref from `old` ("": not existing) to `new` ("": deleted); False where it is no longer at `old`, or locked."""
        file = os.path.join(self.common_dir, *name.split("/"))
        try:
            with self.repo.transaction() as transaction:
                transaction.lock_ref(name)
                if self.ref(name) != old:
                    return False
                if new:
                    transaction.set_target(name, new, None, reason)
                else:
                    transaction.remove(name)
        except (*_WRONG, OSError) as error:
            if os.path.exists(file + ".lock"):
                return False
            if "lock" in str(error) and os.access(os.path.dirname(file), os.W_OK):
                return False  # it was there when libgit2 looked
            raise StoreError(f"{name} cannot be written: {error}") from error
        return True


def opened(place: gitdir.Place, env: Mapping[str, str]) -> pygit2.Repository:
    """libgit2's repository. Raises `UnsupportedRepositoryError` for what libgit2 cannot serve, or what belongs to somebody else."""
    # Extensions that change nothing for us: where missing objects may be asked for, and how worktrees are written down.
    pygit2.settings.set_extensions(["partialclone", "worktreeconfig", "relativeworktrees", "preciousobjects"])
    try:
        return pygit2.Repository(place.git_dir)
    except (pygit2.GitError, OSError, ValueError) as error:
        if "not owned by" not in str(error):
            raise refusal(place.git_dir, place.common_dir, str(error)) from error
        owned = error
    trusted_by_git(place, env)
    before = pygit2.settings.owner_validation
    pygit2.settings.owner_validation = False
    try:
        return pygit2.Repository(place.git_dir)
    except (pygit2.GitError, OSError, ValueError) as error:
        raise refusal(place.git_dir, place.common_dir, str(owned)) from error
    finally:
        pygit2.settings.owner_validation = before
