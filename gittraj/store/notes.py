"""Notes: a commit id goes in, the note's exact bytes go out; items go in, the notes ref moves, losing nobody's items.

Trees and blobs are written through libgit2's object database, because its note functions cannot hold binary and
`git notes add -F` strips bytes. The annotated commit need not be present.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from gittraj.errors import StoreError
from gittraj.store import notes_tree
from gittraj.store.identity import committer
from gittraj.store.refs import ATTEMPTS, Ref
from gittraj.store.repository import Repository

REF = "refs/notes/traj"


class NoteStore:
    """The notes of one ref. Every method raises `StoreError`; writers raise `RefRaceError` where others win too often."""

    def __init__(self, repository: Repository, ref: str = REF) -> None:
        self.repository = repository
        self.width = 64 if repository.object_format == "sha256" else 40
        self.ref = Ref(repository.handle, repository.common_dir, ref)

    def tip(self) -> str:
        """The notes commit the ref points to, "" where there are no notes yet."""
        return self.ref.read()

    def read(self, commit: str) -> bytes | None:
        """The note of `commit`, or None. Two blobs of a mixed fan-out are joined with 0x0a, as git itself does."""
        tree = self._tree(self.tip())
        blobs = notes_tree.lookup(self.repository.tree_bytes, tree, self._key(commit)) if tree else []
        return b"\n".join(self.repository.blob(blob, fetch=True) for blob in blobs) if blobs else None

    def has(self, commit: str) -> bool:
        """Whether `commit` has a note; the note itself, maybe of many megabytes, is not read."""
        tree = self._tree(self.tip())
        return bool(tree and notes_tree.lookup(self.repository.tree_bytes, tree, self._key(commit)))

    def list(self) -> Iterator[tuple[str, str]]:
        """Every note as (commit, blob id); a commit stands twice where a mixed fan-out holds two blobs for it."""
        tree = self._tree(self.tip())
        if tree:
            yield from notes_tree.walk(self.repository.tree_bytes, tree, self.width)

    def append(self, commit: str, items: Sequence[bytes], *, message: str) -> bool:
        """Add items to the note of `commit` (union by digest); False where all of them stand there already."""
        from gittraj.codec import framing

        fresh = framing.write(items)
        return self._edit(commit, lambda old: framing.union(old, fresh) if old is not None else fresh, message)

    def append_all(self, updates: Mapping[str, Sequence[bytes]], *, message: str) -> bool:
        """Add items to the notes of several commits in one notes commit; False where all of them stand there already."""
        from gittraj.codec import framing

        fresh = {self._key(commit): framing.write(items) for commit, items in updates.items() if items}
        if not fresh:
            return False
        with self.ref.alone():
            for attempt in range(ATTEMPTS):
                tip = self.tip()
                tree = self._tree(tip)
                blobs: dict[str, str] = {}
                for key, note in fresh.items():
                    old = self._old(tree, key)
                    new = framing.union(old, note) if old is not None else note
                    if new != old:
                        blobs[key] = self.repository.write("blob", new)
                new_tree = self._put(tree, blobs) if blobs else tree
                if new_tree == tree:
                    return False
                if self.ref.move(tip, self._commit(new_tree, tip, message), f"notes: {message}"):
                    return True
                self.ref.pause(attempt)
            raise self.ref.lost()

    def replace(self, commit: str, blob: bytes, *, message: str = "Notes replaced by git traj") -> bool:
        """Make `blob` the note of `commit`, whatever stood there; False where it is the same."""
        return self._edit(commit, lambda _: blob, message)

    def remove(self, commit: str, *, message: str = "Notes removed by git traj") -> bool:
        """Take the note of `commit` away; False where there is none."""
        return self._edit(commit, lambda _: None, message)

    def _edit(self, commit: str, make: Callable[[bytes | None], bytes | None], message: str) -> bool:
        """Compare-and-swap: read, build, move the ref; again where it moved meanwhile."""
        key = self._key(commit)
        with self.ref.alone():
            for attempt in range(ATTEMPTS):
                tip = self.tip()
                tree = self._tree(tip)
                new_tree = self._changed(tree, key, make)
                if new_tree == tree:
                    return False
                if self.ref.move(tip, self._commit(new_tree, tip, message), f"notes: {message}"):
                    return True
                self.ref.pause(attempt)
            raise self.ref.lost()

    def _changed(self, tree: str, key: str, make: Callable[[bytes | None], bytes | None]) -> str:
        old = self._old(tree, key)
        new = make(old)
        if new == old:
            return tree
        return self._put(tree, {key: self.repository.write("blob", new) if new is not None else ""})

    def _old(self, tree: str, key: str) -> bytes | None:
        store = self.repository
        blobs = notes_tree.lookup(store.tree_bytes, tree, key) if tree else []
        return b"\n".join(store.blob(blob, fetch=True) for blob in blobs) if blobs else None

    def _put(self, tree: str, blobs: dict[str, str]) -> str:
        store = self.repository
        return notes_tree.change(store.tree_bytes, self._write_tree, self._join, tree, blobs, self.width)

    def _join(self, blobs: Sequence[str]) -> str:
        """One blob for an id that a mixed fan-out holds twice: the union of their items."""
        from gittraj.codec import framing

        note = self.repository.blob(blobs[0])
        for blob in blobs[1:]:
            note = framing.union(note, self.repository.blob(blob))
        return self.repository.write("blob", note)

    def _write_tree(self, data: bytes) -> str:
        return self.repository.write("tree", data)

    def _commit(self, tree: str, parent: str, message: str) -> str:
        settings = self.repository.settings
        person = committer(settings.user_name, settings.user_email, self.repository.env)
        lines = [b"tree %b" % (tree or self._write_tree(b"")).encode()]
        if parent:
            lines.append(b"parent %b" % parent.encode())
        lines += [b"author %b" % person, b"committer %b" % person, b"", message.strip().encode("utf-8", "replace"), b""]
        return self.repository.write("commit", b"\n".join(lines))

    def _tree(self, tip: str) -> str:
        if not tip:
            return ""
        return self.repository.commit(tip).tree

    def _key(self, commit: str) -> str:
        key = commit.lower()
        if len(key) != self.width or key.strip("0123456789abcdef"):
            raise StoreError(f"{commit!r} is no object id of this repository ({self.width} hex digits)")
        return key
