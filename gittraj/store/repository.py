"""The repository: a directory and the environment go in, commits, trees, blobs and the answers of git go out.

Objects are read through libgit2 raw, which knows no replace refs; what needs git's own rules (revision ranges, patch-ids,
configuration) asks the git program, with replace refs and grafts switched off (A21 in the project's list of attacks).
"""

import functools
import os
from collections.abc import Mapping, Sequence

import pygit2

from gittraj.errors import StoreError, UnsupportedRepositoryError
from gittraj.model.commit import Change, Commit
from gittraj.store import commits, gitdir, patch_ids, trees
from gittraj.store.git import Git
from gittraj.store.refuse import refusal
from gittraj.store.remote import remote_url
from gittraj.store.revisions import Revisions
from gittraj.store.settings import Settings

KINDS = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}
_NAMES = {number: name for name, number in KINDS.items()}
TAG_LIMIT = 20  # tags of tags; nobody makes more than two


def open_repository(directory: str | None = None, env: Mapping[str, str] | None = None) -> "Repository":
    """The repository git would use in `directory` (default: the current one), honouring ``GIT_DIR`` and its relatives in `env`.

    Raises `UnsupportedRepositoryError` for SHA-256 objects, reftable and unknown extensions, `StoreError` where there is
    no repository or it belongs to somebody else.
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
    """`git_dir`, `common_dir` and `workdir` (None if bare) are absolute. `handle`: libgit2's, for this room only."""

    def __init__(self, place: gitdir.Place, env: Mapping[str, str]) -> None:
        self.git_dir = place.git_dir
        self.common_dir = place.common_dir
        self.workdir = place.worktree
        self.env = env
        self.object_format = "sha1"
        there = place.worktree if place.worktree and os.path.isdir(place.worktree) else None  # it may be deleted by now
        self.git = Git(place.git_dir, there or place.git_dir, env, there)
        self.handle = _open(place, env)
        quarantine = env.get("GIT_OBJECT_DIRECTORY")
        if quarantine:  # in a receive hook, the pushed objects wait there
            self.handle.odb.add_disk_alternate(os.path.join(self.git.cwd, quarantine))

    @functools.cached_property
    def settings(self) -> Settings:
        """Git's configuration as it holds here, read once."""
        return Settings.read(self.git)

    def remote_url(self) -> str:
        """The URL of ``origin`` (else of the first remote) without credentials, "" where there is none."""
        return remote_url(self.settings.values)

    def raw(self, oid: str) -> tuple[str, bytes]:
        """Kind and bytes of an object. Raises `StoreError` where it is missing or damaged."""
        try:
            kind, data = self.handle.odb.read(oid)
        except KeyError as error:
            hint = "git fetch --unshallow, or git fetch --refetch in a partial clone"
            raise StoreError(f"object {oid} is not in this repository", hint=hint) from error
        except (pygit2.GitError, ValueError, TypeError) as error:
            raise StoreError(f"object {oid} cannot be read: {error}", hint="git fsck") from error
        return _NAMES.get(int(kind), str(kind)), data

    def write(self, kind: str, data: bytes) -> str:
        """Store an object ("blob", "tree", "commit"); its id. Raises `StoreError` (disk full, read-only)."""
        try:
            return str(self.handle.odb.write(KINDS[kind], data))
        except (pygit2.GitError, OSError, ValueError) as error:
            raise StoreError(f"a {kind} cannot be written to {self.common_dir}: {error}") from error

    def has_object(self, oid: str) -> bool:
        """Whether the object is here; False for what is no object id."""
        return len(oid) == 40 and not oid.strip("0123456789abcdef") and oid in self.handle.odb

    def has_commit(self, commit_id: str) -> bool:
        """Whether it is the full id of a commit that is here."""
        return self.has_object(commit_id) and self.raw(commit_id)[0] == "commit"

    def begins_commit(self, prefix: str) -> bool:
        """Whether exactly one object's id begins so, and it is a commit."""
        try:
            found = self.handle.git_object_lookup_prefix(prefix)
        except (pygit2.GitError, ValueError, KeyError):  # several objects, or no id at all
            return False
        return isinstance(found, pygit2.Commit)

    def commit(self, commit_id: str) -> Commit:
        """The commit as its object says, untouched by grafts and replace refs. Raises `StoreError`."""
        return commits.parse(commit_id, self._typed(commit_id, "commit"))

    def descends(self, young: str, old: str) -> bool:
        """Whether commit `young` is `old` or has it among its ancestors. Raises `StoreError` where one is not here."""
        try:
            return young == old or bool(self.handle.descendant_of(young, old))
        except (pygit2.GitError, KeyError, ValueError) as error:
            raise StoreError(f"the history of {young} cannot be read: {error}", hint="git fsck") from error

    def forked(self, one: str, two: str) -> bool:
        """Whether both commits went on from a third one that neither is. Raises `StoreError` where one is not here."""
        try:
            base = self.handle.merge_base(one, two)
        except (pygit2.GitError, KeyError, ValueError) as error:
            raise StoreError(f"the history of {one} cannot be read: {error}", hint="git fsck") from error
        return base is not None and str(base) not in (one, two)

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
            return bool(self.handle.descendant_of(commit_id, ancestor))
        except (pygit2.GitError, KeyError, ValueError):  # a shallow clone ends here
            return False

    def patch_ids(self, commits: Sequence[Commit]) -> dict[str, str]:
        """Commit id → patch-id of many commits at once. Raises `StoreError`."""
        return patch_ids.patch_ids(self.git, self.git_dir, commits)

    def _partial(self) -> bool:
        """Whether git left objects with a remote that promised them."""
        return any(key.startswith("remote.") and key.endswith(".promisor") for key in self.settings.values)

    def _entry(self, tree: str, name: str) -> trees.Node | None:
        return next((node for node in trees.parse(self.tree_bytes(tree)) if trees.text(node.name) == name), None)

    def _typed(self, oid: str, wanted: str) -> bytes:
        kind, data = self.raw(oid)
        if kind != wanted:
            raise StoreError(f"{oid} is a {kind}, not a {wanted}")
        return data


def _open(place: gitdir.Place, env: Mapping[str, str]) -> pygit2.Repository:
    # Extensions that change nothing for us: where missing objects may be asked for, and how worktrees are written down.
    pygit2.settings.set_extensions(["partialclone", "worktreeconfig", "relativeworktrees", "preciousobjects"])
    try:
        return pygit2.Repository(place.git_dir)
    except (pygit2.GitError, OSError, ValueError) as error:
        if "not owned by" not in str(error):
            raise refusal(place.git_dir, place.common_dir, str(error)) from error
        owned = error
    try:  # git has more ways to be told that this is fine (the environment, an explicit GIT_DIR): it decides
        Git(place.git_dir if place.explicit else "", place.worktree or place.git_dir, env).run(
            ["rev-parse", "--git-dir"]
        )
    except StoreError as error:
        where = place.worktree or place.git_dir
        raise UnsupportedRepositoryError(
            f"{where} belongs to another user (dubious ownership)",
            hint=f"git config --global --add safe.directory {where}",
        ) from error
    before = pygit2.settings.owner_validation
    pygit2.settings.owner_validation = False
    try:
        return pygit2.Repository(place.git_dir)
    except (pygit2.GitError, OSError, ValueError) as error:
        raise refusal(place.git_dir, place.common_dir, str(owned)) from error
    finally:
        pygit2.settings.owner_validation = before
