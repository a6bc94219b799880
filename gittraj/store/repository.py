"""The repository: a directory and the environment go in, commits, trees, blobs and the answers of git go out.

Objects and refs are read and written in process through libgit2; where that cannot serve a repository (SHA-256 objects, reftable),
through the git program. What needs git's own rules (revision ranges, patch-ids, configuration) asks the git program always.
"""

import contextlib
import functools
import os
from collections.abc import Iterator, Mapping, Sequence

from gittraj.codec.digest import git_object_id
from gittraj.errors import StoreError, UnsupportedRepositoryError
from gittraj.model.commit import Change, Commit
from gittraj.store import commits, gitdir, patch_ids, trees
from gittraj.store.backend import Backend
from gittraj.store.git import Git
from gittraj.store.refuse import NotForLibgit2, trusted_by_git
from gittraj.store.remote import remote_url
from gittraj.store.revisions import Revisions
from gittraj.store.settings import Settings

SWITCH = "GITTRAJ_STORE"  # GITTRAJ_STORE=git in the environment: the git program even where libgit2 could
GATHERED = 32 << 20  # bytes that wait to be written together; they are in memory
TAG_LIMIT = 20  # tags of tags; nobody makes more than two


def open_repository(directory: str | None = None, env: Mapping[str, str] | None = None) -> "Repository":
    """The repository git would use in `directory` (default: the current one), honouring ``GIT_DIR`` and its relatives in `env`.

    Raises `UnsupportedRepositoryError` where neither libgit2 nor git can serve it or it belongs to somebody else, `StoreError`
    where there is no repository.
    """
    env = dict(os.environ) if env is None else env
    try:
        cwd = directory or os.getcwd()
    except OSError as error:
        raise StoreError(f"the current directory is gone: {error.strerror}", hint="cd somewhere else") from error
    place = gitdir.find(cwd, env)
    if place is None:
        raise StoreError(
            f"{cwd}: not a git repository (nor any directory above)", hint="git init, or git -C DIRECTORY traj …"
        )
    return Repository(place, env)


class Repository(Revisions):
    """`git_dir`, `common_dir` and `workdir` (None if bare) are absolute. `backend`: for this room only."""

    def __init__(self, place: gitdir.Place, env: Mapping[str, str]) -> None:
        self.git_dir = place.git_dir
        self.common_dir = place.common_dir
        self.workdir = place.worktree
        self.env = env
        there = place.worktree if place.worktree and os.path.isdir(place.worktree) else None  # it may be deleted by now
        self.git = Git(place.git_dir, there or place.git_dir, env, there)
        self.backend = _backend(place, env, self.git)
        self.object_format = self.backend.object_format
        self._waiting: dict[str, tuple[str, bytes]] | None = None  # objects to be written together
        self._size = 0  # bytes of these

    @functools.cached_property
    def settings(self) -> Settings:
        """Git's configuration as it holds here, read once."""
        return Settings.read(self.git)

    def remote_url(self) -> str:
        """The URL of ``origin`` (else of the first remote) without credentials, "" where there is none."""
        return remote_url(self.settings.values)

    def raw(self, oid: str) -> tuple[str, bytes]:
        """Kind and bytes of an object. Raises `StoreError` where it is missing or damaged."""
        waiting = self._waiting.get(oid) if self._waiting else None
        return waiting or self.backend.read(oid)

    def write(self, kind: str, data: bytes) -> str:
        """Store an object ("blob", "tree", "commit"); its id. Raises `StoreError` (disk full, read-only)."""
        if self._waiting is None:
            return self.backend.write(kind, data)
        oid = git_object_id(kind, data, self.object_format)
        self._waiting[oid] = kind, data
        self._size += len(data)
        if self._size > GATHERED:
            self._flush(self._waiting)
        return oid

    @contextlib.contextmanager
    def gathered(self) -> Iterator[None]:
        """Inside, objects are held back; at the end they are written together, which is faster. Not to be nested.

        Only this object sees them before: nothing may refer to them by then, and the git program may not be asked for them.
        Raises `StoreError` where they cannot be written.
        """
        self._waiting, self._size = {}, 0
        try:
            yield
            self._flush(self._waiting)
        finally:
            self._waiting = None

    def _flush(self, waiting: dict[str, tuple[str, bytes]]) -> None:
        if waiting:
            self.backend.write_all(list(waiting.values()))
        waiting.clear()
        self._size = 0

    @property
    def width(self) -> int:
        """Hex digits of an object id."""
        return 64 if self.object_format == "sha256" else 40

    def has_object(self, oid: str) -> bool:
        """Whether the object is here; False for what is no object id."""
        return self.is_id(oid) and (bool(self._waiting and oid in self._waiting) or self.backend.has(oid))

    def is_id(self, oid: str) -> bool:
        """Whether it is a full object id, and so nothing that git or libgit2 would look up in another way."""
        return len(oid) == self.width and not oid.strip("0123456789abcdef")

    def may_be_added(self, path: str) -> bool:
        """Whether the worktree has a file at `path` that git does not ignore. Raises `StoreError`."""
        if not self.workdir or not os.path.lexists(os.path.join(self.workdir, path)):
            return False
        # "./": a name may look like one of git's magic pathspecs, and this command takes no literal ones
        return self.git.call(["check-ignore", "-q", "--", f"./{path}"], ok=(0, 1, 128))[0] == 1

    def has_commit(self, commit_id: str) -> bool:
        """Whether it is the full id of a commit that is here."""
        return self.has_object(commit_id) and self.raw(commit_id)[0] == "commit"

    def begins_commit(self, prefix: str) -> bool:
        """Whether exactly one object's id begins so, and it is a commit."""
        return self.backend.begins_commit(prefix)

    def commit(self, commit_id: str) -> Commit:
        """The commit as its object says, untouched by grafts and replace refs. Raises `StoreError`."""
        return commits.parse(commit_id, self._typed(commit_id, "commit"))

    def descends(self, young: str, old: str) -> bool:
        """Whether commit `young` is `old` or has it among its ancestors. Raises `StoreError` where one is not here."""
        return young == old or self.backend.descends(young, old)

    def forked(self, one: str, two: str) -> bool:
        """Whether both commits went on from a third one that neither is. Raises `StoreError` where one is not here."""
        base = self.backend.merge_base(one, two)
        return base not in ("", one, two)

    def tree_bytes(self, oid: str) -> bytes:
        """The raw bytes of a tree. Raises `StoreError`."""
        return self._typed(oid, "tree")

    def blob(self, oid: str, *, fetch: bool = False) -> bytes:
        """The bytes of a blob; with `fetch`, a partial clone gets a missing one from its remote, as git does. Raises `StoreError`."""
        try:
            return self._typed(oid, "blob")
        except StoreError:
            if not fetch or not self._partial():
                raise
            return self.git.run(["cat-file", "blob", oid])

    def blob_at(self, commit_id: str, path: str) -> bytes | None:
        """The file (or the target of a symbolic link) at `path` in a commit; None where none is there. Raises `StoreError`."""
        found = self.entry_at(commit_id, path)
        return None if found is None else self.blob(found, fetch=True)

    def entry_at(self, commit_id: str, path: str) -> str | None:
        """The blob id of the file at `path` in a commit; None where no file is there. Raises `StoreError`."""
        tree = self.commit(commit_id).tree
        *folders, name = path.split("/")
        for folder in folders:
            found = self._entry(tree, folder)
            if found is None or not found.is_tree:
                return None
            tree = found.id
        found = self._entry(tree, name)
        return None if found is None or found.is_tree or found.kind == trees.GITLINK else found.id

    def changes(self, commit_id: str) -> list[Change]:
        """What the commit changes against its first parent, a root against the empty tree. Raises `StoreError`.

        Submodules are kept, with mode 0o160000. In a shallow clone the parent may be missing: that is an error, no root.
        """
        commit = self.commit(commit_id)
        parent = self.commit(commit.parents[0]).tree if commit.parents else ""
        return list(trees.changes(self.tree_bytes, parent, commit.tree))

    def patch_id(self, commit_id: str) -> str:
        """Git's stable patch-id against the first parent; "" for merges and empty commits. Raises `StoreError`."""
        return patch_ids.patch_id(self.git, self.git_dir, self.commit(commit_id))

    def is_ancestor(self, ancestor: str, commit_id: str) -> bool:
        """Whether `commit_id` has `ancestor` in its history (not itself); False where that cannot be told."""
        if ancestor == commit_id or not self.has_commit(ancestor) or not self.has_commit(commit_id):
            return False
        try:
            return self.backend.descends(commit_id, ancestor)
        except StoreError:  # a shallow clone ends here
            return False

    def patch_ids(self, commits: Sequence[Commit]) -> dict[str, str]:
        """Commit id → patch-id of many commits at once. Raises `StoreError`."""
        return patch_ids.patch_ids(self.git, self.git_dir, commits)

    def _partial(self) -> bool:
        """Whether git left objects with a remote that promised them."""
        return any(key.startswith("remote.") and key.endswith(".promisor") for key in self.settings.values)

    def _entry(self, tree: str, name: str) -> trees.Node | None:
        return next(
            (node for node in trees.parse(self.tree_bytes(tree), len(tree) // 2) if trees.text(node.name) == name), None
        )

    def _typed(self, oid: str, wanted: str) -> bytes:
        kind, data = self.raw(oid)
        if kind != wanted:
            raise StoreError(f"{oid} is a {kind}, not a {wanted}")
        return data


def _backend(place: gitdir.Place, env: Mapping[str, str], git: Git) -> Backend:
    refused: StoreError | None = None
    if env.get(SWITCH) != "git":
        from gittraj.store.libgit2 import Libgit2

        quarantine = env.get("GIT_OBJECT_DIRECTORY", "")  # relative to the directory git started us in
        try:
            return Libgit2(place, env, git, os.path.join(git.cwd, quarantine) if quarantine else "")
        except NotForLibgit2 as error:
            refused = error
    from gittraj.store.program import Program

    try:
        trusted_by_git(place, env)
        return Program(git)
    except UnsupportedRepositoryError:
        raise
    except StoreError as error:
        raise (refused or error) from None
