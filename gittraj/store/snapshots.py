"""Files of many commits read one after the other: a commit goes in, a reader of its paths comes out that opens each tree once."""

import functools
from collections.abc import Callable

from gittraj.errors import StoreError
from gittraj.model.commit import Change, Commit
from gittraj.store import trees
from gittraj.store.repository import Repository

_TREES = 512  # parsed trees kept: those of a commit's paths, most of which the next commit shares
_COMMITS = 1024  # parsed commits kept
_DIRECTORIES = (b"40000", b"040000", b"0040000")  # old tools wrote zeros before it
_NOTHING = (b"", b"")  # mode and id of what is not there
_BYTES = 32 << 20  # of blobs kept: a commit's new file is the next one's old file

_Folder = dict[str, tuple[bytes, bytes]]  # name → (mode, raw id), as the tree object has them


class Snapshots:
    """Readers for one repository."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        # of both, the oldest one goes first: to note which was used last costs more than it saves
        self._trees: dict[str, _Folder] = {}
        self._blobs: dict[str, bytes] = {}
        self._size = 0
        self.commit: Callable[[str], Commit] = functools.lru_cache(_COMMITS)(repository.commit)

    def entry(self, tree: str, path: str) -> tuple[str, int] | None:
        """(object id, mode) of what is at `path` in `tree`, None where nothing or a directory is. Raises `StoreError`."""
        *folders, name = path.split("/")
        for folder in folders:
            mode, oid = self._tree(tree).get(folder, _NOTHING)
            if mode not in _DIRECTORIES:
                return None
            tree = oid.hex()
        mode, oid = self._tree(tree).get(name, _NOTHING)
        return (oid.hex(), int(mode, 8)) if mode and mode not in _DIRECTORIES else None

    def changes(self, commit: Commit) -> list[Change]:
        """As `Repository.changes`, with the trees that were opened before. Raises `StoreError`."""
        before = self.commit(commit.parents[0]).tree if commit.parents else ""
        found: list[Change] = []
        waiting = [("", before, commit.tree)]
        while waiting:
            prefix, left_id, right_id = waiting.pop()
            if prefix.count("/") > trees.DEPTH_LIMIT:
                raise StoreError(f"directories lie more than {trees.DEPTH_LIMIT} deep")
            left, right = (self._tree(each) if each else {} for each in (left_id, right_id))
            for name in [
                *(left.keys() - right.keys()),
                *(one for one, entry in right.items() if left.get(one) != entry),
            ]:
                (old_mode, old), (new_mode, new) = left.get(name, _NOTHING), right.get(name, _NOTHING)
                if old_mode in _DIRECTORIES or new_mode in _DIRECTORIES:
                    deeper = [
                        each.hex() if mode in _DIRECTORIES else "" for mode, each in ((old_mode, old), (new_mode, new))
                    ]
                    waiting.append((f"{prefix}{name}/", deeper[0], deeper[1]))
                    old_mode, old = _NOTHING if old_mode in _DIRECTORIES else (old_mode, old)
                    new_mode, new = _NOTHING if new_mode in _DIRECTORIES else (new_mode, new)
                if old_mode or new_mode:
                    kinds = int(old_mode or b"0", 8), int(new_mode or b"0", 8)
                    found.append(Change(prefix + name, old.hex(), new.hex(), *kinds))
        found.sort(key=lambda change: change.path)
        return found

    def has(self, tree: str, path: str) -> bool:
        """Whether there is a file at `path` in `tree`."""
        return self.entry(tree, path) is not None

    def reader(self, tree: str) -> Callable[[str], tuple[bytes, int] | None]:
        """A function that gives (bytes, mode) of the file at a path of `tree` ("": the empty one); None where there is none."""

        def read(path: str) -> tuple[bytes, int] | None:
            found = self.entry(tree, path) if tree else None
            if found is None or found[1] == trees.GITLINK:
                return None
            content = self.blob(found[0])
            return None if content is None else (content, found[1])

        return read

    def listing(self, tree: str) -> Callable[[str], list[str] | None]:
        """A function that gives the names in a folder of `tree`, folders with a slash at the end; None where there is none."""

        def names(folder: str) -> list[str] | None:
            at = tree
            for part in folder.split("/") if folder else ():
                mode, oid = self._tree(at).get(part, _NOTHING) if at else _NOTHING
                if mode not in _DIRECTORIES:
                    return None
                at = oid.hex()
            return [name + "/" * (mode in _DIRECTORIES) for name, (mode, _) in self._tree(at).items()] if at else []

        return names

    def blob(self, oid: str) -> bytes | None:
        """The bytes of a blob, None where it is not here."""
        found = self._blobs.get(oid)
        if found is not None:
            return found
        try:
            found = self.repository.blob(oid) if self.repository.is_id(oid) else None
        except StoreError:
            return None
        if found is not None:
            self._keep(oid, found)
        return found

    def take(self, oid: str, content: bytes) -> None:
        """Keep `content` for the blob `oid` where that is its id: to work that out takes a fraction of reading the blob."""
        if oid not in self._blobs and self.repository.backend.blob_id(content) == oid:
            self._keep(oid, content)

    def _keep(self, oid: str, content: bytes) -> None:
        if len(content) < _BYTES:
            self._blobs[oid] = content
            self._size += len(content)
            while self._size > _BYTES:
                self._size -= len(self._blobs.pop(next(iter(self._blobs))))

    def _tree(self, oid: str) -> "_Folder":
        found = self._trees.get(oid)
        if found is None:
            raw = trees.entries(self.repository.tree_bytes(oid), len(oid) // 2)
            found = {name.decode("utf-8", "backslashreplace"): (mode, each) for mode, name, each in raw}
            self._trees[oid] = found
            if len(self._trees) > _TREES:
                del self._trees[next(iter(self._trees))]
        return found
