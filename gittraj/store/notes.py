"""Notes: a commit id goes in, the note's exact bytes go out; items go in, the notes ref moves, losing nobody's items.

Trees and blobs are written through libgit2's object database, because its note functions cannot hold binary and
`git notes add -F` strips bytes. The annotated commit need not be present.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from gittraj.errors import StoreError
from gittraj.store import notes_diff, notes_tree, tips
from gittraj.store.notes_commit import write_commit
from gittraj.store.refs import ATTEMPTS, Ref
from gittraj.store.repository import Repository

REF = "refs/notes/traj"
BODIES = "refs/notes/traj-bodies"


class Merged(NamedTuple):
    """What a merge did: the tip now, whether it moved, and how many notes are new or grew here."""

    tip: str
    moved: bool
    received: int


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
        tree = self.tree(self.tip())
        blobs = notes_tree.lookup(self.repository.tree_bytes, tree, self._key(commit)) if tree else []
        return b"\n".join(self.repository.blob(blob, fetch=True) for blob in blobs) if blobs else None

    def has(self, commit: str) -> bool:
        """Whether `commit` has a note; the note itself, maybe of many megabytes, is not read."""
        tree = self.tree(self.tip())
        return bool(tree and notes_tree.lookup(self.repository.tree_bytes, tree, self._key(commit)))

    def list(self) -> Iterator[tuple[str, str]]:
        """Every note as (commit, blob id); a commit stands twice where a mixed fan-out holds two blobs for it."""
        tree = self.tree(self.tip())
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

        def build(tree: str) -> str:
            blobs: dict[str, str] = {}
            for key, note in fresh.items():
                old = self._old(tree, key)
                if old is None or not _raw(note) <= _raw(old):
                    new = framing.union(old, note) if old is not None else note
                    blobs[key] = self.repository.write("blob", new)
            return self._put(tree, blobs) if blobs else tree

        return bool(fresh) and self._advance(build, message)

    def replace(self, commit: str, blob: bytes, *, message: str = "Notes replaced by git traj") -> bool:
        """Make `blob` the note of `commit`, whatever stood there; False where it is the same."""
        return self._edit(commit, lambda _: blob, message)

    def change(self, commit: str, make: Callable[[bytes | None], bytes | None], *, message: str) -> bool:
        """Make the note of `commit` what `make` gives for the one that is there (None: none), again where others write meanwhile."""
        return self._edit(commit, make, message)

    def remove(self, commit: str, *, message: str = "Notes removed by git traj") -> bool:
        """Take the note of `commit` away; False where there is none."""
        return self._edit(commit, lambda _: None, message)

    def merge(self, theirs: str, *, message: str) -> Merged:
        """Unite with the notes commit `theirs`: afterwards every item of both is here, and the tip is, or descends from, `theirs`."""
        with self.ref.alone():
            for attempt in range(ATTEMPTS):
                tip = self.tip()
                merged, received = self._united(self.tree(tip), self.tree(theirs))
                if tip == theirs or (tip and merged == self.tree(tip) and self.repository.descends(tip, theirs)):
                    return Merged(tip, False, 0)
                # where they have all that we have, no commit of ours is needed
                new = theirs if merged == self.tree(theirs) else self._commit(merged, [tip, theirs], message)
                if self.ref.move(tip, new, f"notes: {message}"):
                    tips.keep_written(self.repository.common_dir, self.ref.name, new)
                    return Merged(new, True, received)
                self.ref.pause(attempt)
            raise self.ref.lost()

    def overwritten(self) -> str:
        """The tip that we wrote last, where the ref no longer has it: another program moved the ref without comparing. Else ""."""
        tip, last = self.tip(), tips.written(self.repository.common_dir, self.ref.name)
        if not tip or not last or tip == last or not self.repository.has_commit(last):
            return ""
        return "" if self.repository.descends(tip, last) else last

    def mend(self, *, raced: bool = False) -> bool:
        """Unite the ref with what another program's write pushed out of it; whether there was such a thing.

        `raced`: only where both went on from one commit, as two writers do that did not see each other. A ref that was set back, or
        shows another history, is for `verify` to name; the next write unites it all the same.
        """
        last = self.overwritten()
        if raced and last and not self.repository.forked(self.tip(), last):
            return False
        return bool(last) and self.merge(last, message="Notes that another program had overwritten").moved

    def differing(self, left: str, right: str) -> int:
        """How many annotated ids have other notes in the notes commit `right` than in `left` ("": no notes)."""
        read = self.repository.tree_bytes
        return sum(1 for _ in notes_diff.pairs(read, self.tree(left), self.tree(right), self.width))

    def tree(self, tip: str) -> str:
        """The tree of a notes commit, "" for ""."""
        return self.repository.commit(tip).tree if tip else ""

    def _edit(self, commit: str, make: Callable[[bytes | None], bytes | None], message: str) -> bool:
        key = self._key(commit)
        return self._advance(lambda tree: self._changed(tree, key, make), message)

    def _advance(self, build: Callable[[str], str], message: str) -> bool:
        """Compare-and-swap: read, build, move the ref; again where it moved meanwhile. False where `build` changes nothing."""
        self.mend()
        with self.ref.alone():
            for attempt in range(ATTEMPTS):
                tip = self.tip()
                tree = self.tree(tip)
                new_tree = build(tree)
                if new_tree == tree:
                    return False
                new = self._commit(new_tree or self._write_tree(b""), [tip] if tip else [], message)
                if self.ref.move(tip, new, f"notes: {message}"):
                    tips.keep_written(self.repository.common_dir, self.ref.name, new)
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

    def _united(self, ours: str, theirs: str) -> tuple[str, int]:
        """The tree with all items of both, and how many notes of `ours` that changed."""
        updates: dict[str, str] = {}
        for key, mine, other in notes_diff.pairs(self.repository.tree_bytes, ours, theirs, self.width):
            if other and (not mine or set(other) - set(mine)):
                joined = self._join([*mine, *other])
                if [joined] != [*mine]:
                    updates[key] = joined
        if not updates:
            return ours, 0
        return self._put(ours, updates), len(updates)

    def _join(self, blobs: Sequence[str]) -> str:
        """One blob for an id that has several (both sides of a merge, a mixed fan-out): the union of their items."""
        from gittraj.codec import framing

        if len(set(blobs)) == 1:
            return blobs[0]
        note = self.repository.blob(blobs[0], fetch=True)
        for blob in blobs[1:]:
            note = framing.union(note, self.repository.blob(blob, fetch=True))
        return self.repository.write("blob", note)

    def _write_tree(self, data: bytes) -> str:
        return self.repository.write("tree", data)

    def _commit(self, tree: str, parents: Sequence[str], message: str) -> str:
        return write_commit(self.repository, tree, parents, message)

    def _key(self, commit: str) -> str:
        key = commit.lower()
        if len(key) != self.width or key.strip("0123456789abcdef"):
            raise StoreError(f"{commit!r} is no object id of this repository ({self.width} hex digits)")
        return key


def _raw(note: bytes) -> set[bytes]:
    from gittraj.codec import framing

    return {item.raw for item in framing.read(note).items}
