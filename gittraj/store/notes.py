"""Notes: a commit id goes in, the note's exact bytes go out; items go in, the notes ref moves, losing nobody's items.

Trees and blobs are written through libgit2's object database, because its note functions cannot hold binary and
`git notes add -F` strips bytes. The annotated commit need not be present.
"""

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from gittraj.errors import StoreError
from gittraj.store import notes_diff, notes_purge, notes_tree, tips
from gittraj.store.notes_commit import write_commit
from gittraj.store.refs import ATTEMPTS, Ref
from gittraj.store.repository import Repository

REF = "refs/notes/traj"
BODIES = "refs/notes/traj-bodies"
LIMIT = (
    32 << 20
)  # bytes of a note; beyond it bodies go into pieces (`codec.chunks.OBJECT_LIMIT`, which the hook's path need not load)

_TREES = 1024  # kept while two trees are united; those of a hundred thousand notes take 5 MB
_APART = b"\n\n\n"  # `codec.note_order.APART`, which the hook's path need not load


class Merged(NamedTuple):
    """What a merge did: the tip now, whether it moved, and how many notes are new or grew here."""

    tip: str
    moved: bool
    received: int


class NoteStore:
    """The notes of one ref. Every method raises `StoreError`; writers raise `RefRaceError` where others win too often."""

    def __init__(self, repository: Repository, ref: str = REF) -> None:
        self.repository = repository
        self.width = repository.width
        self.ref = Ref(repository.backend, repository.common_dir, ref)

    def tip(self) -> str:
        """The notes commit the ref points to, "" where there are no notes yet."""
        return self.ref.read()

    def read(self, commit: str) -> bytes | None:
        """The note of `commit`, or None. Two blobs of a mixed fan-out are joined so that it shows (`codec.note_order.APART`)."""
        tree = self.tree(self.tip())
        return self._old(tree, self._key(commit)) if tree else None

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

        fresh = framing.canonical(items)
        return self._edit(commit, lambda old: framing.union(old, fresh) if old is not None else fresh, message)

    def append_all(self, updates: Mapping[str, Sequence[bytes]], *, message: str) -> bool:
        """Add items to the notes of several commits in one notes commit; False where all of them stand there already."""
        from gittraj.codec import framing

        fresh = {self._key(commit): framing.canonical(items) for commit, items in updates.items() if items}

        def build(tree: str) -> str:
            blobs: dict[str, str] = {}
            for key, note in fresh.items():
                old = self._old(tree, key)
                if old is None or not _raw(note) <= _raw(old):
                    new = framing.union(old, note) if old is not None else note
                    blobs.update(self._blobs(tree, key, new))
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
                parents = notes_purge.parents(self.repository, tip, theirs)
                with self.repository.gathered():
                    merged, received = self._united(self.tree(tip), self.tree(theirs))
                    merged = notes_purge.stamp(self.repository, merged, *parents)
                # where one side has all that both have, no commit is needed
                whole = [one for one in parents if merged == self.tree(one)]
                if tip == theirs or (tip in whole and all(self.repository.descends(tip, one) for one in parents)):
                    return Merged(tip, False, 0)
                new = theirs if theirs in whole else self._commit(merged, parents, message)
                if self.ref.move(tip, new, f"notes: {message}"):
                    tips.keep_written(self.repository.common_dir, self.ref.name, new)
                    return Merged(new, True, received)
                self.ref.pause(attempt)
            raise self.ref.lost()

    def rewrite(
        self,
        change: Callable[[str, bytes], bytes | None],
        keys: Iterable[str],
        *,
        message: str,
        orphan: bool = False,
        counted: bool = False,
    ) -> bool:
        """Let `change` (key and note → note, None for none) have the notes of `keys`; False where nothing changes.

        `orphan`: the new notes commit has no parent, so nothing from before is reachable from the ref. `counted`: other clones that unite
        with it drop what was before too (`notes_purge`).
        """
        wanted = list(keys)
        with self.ref.alone():
            for attempt in range(ATTEMPTS):
                tip = self.tip()
                tree = self.tree(tip)
                blobs: dict[str, str] = {}
                with self.repository.gathered():
                    for key in wanted:
                        old = self._old(tree, key)
                        new = change(key, old) if old is not None else None
                        if new != old:
                            blobs.update(self._blobs(tree, key, new) if new is not None else {key: ""})
                    if not tip or not (blobs or orphan):
                        return False
                    tree = (self._put(tree, blobs) if blobs else tree) or self._write_tree(b"")
                    if counted:
                        tree = notes_purge.next_stamp(self.repository, tree)
                new_tip = self._commit(tree, [] if orphan else [tip], message)
                if self.ref.move(tip, new_tip, f"notes: {message}"):
                    tips.keep_written(self.repository.common_dir, self.ref.name, new_tip)
                    return True
                self.ref.pause(attempt)
            raise self.ref.lost()

    def rebuild(self, change: Callable[[bytes], bytes], *, message: str) -> bool:
        """Write the tree anew with nothing but notes, each as `change` gives it, two of one commit united; False where nothing changes."""

        def build(tree: str) -> str:
            found: dict[str, list[str]] = {}
            for key, blob in notes_tree.walk(self.repository.tree_bytes, tree, self.width) if tree else ():
                found.setdefault(key.lower(), []).append(blob)
            blobs: dict[str, str] = {}
            for key, there in found.items():
                note = self._union(there) or self.repository.blob(there[0], fetch=True)
                blobs.update(self._blobs(tree, key, change(note)))
            count = notes_purge.count(self.repository, tree)
            new = self._put("", blobs)
            return notes_purge.with_count(self.repository, new, count) if count else new

        return self._advance(build, message)

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
                with self.repository.gathered():
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
        return self._put(tree, self._blobs(tree, key, new) if new is not None else {key: ""})

    def _blobs(self, tree: str, key: str, note: bytes) -> dict[str, str]:
        """`note` written as a blob for `key`; and, where it is too large for one, its bodies as pieces under keys of their own."""
        if len(note) <= LIMIT:
            return {key: self.repository.write("blob", note)}
        from gittraj.codec import chunks, framing

        small, pieces = chunks.spill(note)
        blobs = {key: self.repository.write("blob", small)}
        for digest, item in pieces.items():
            there = self._old(tree, digest[: self.width])
            piece = framing.union(there, item) if there is not None else item
            blobs[digest[: self.width]] = self.repository.write("blob", piece)
        return blobs

    def _old(self, tree: str, key: str) -> bytes | None:
        store = self.repository
        blobs = notes_tree.lookup(store.tree_bytes, tree, key) if tree else []
        return _APART.join(store.blob(blob, fetch=True) for blob in blobs) if blobs else None

    def _put(self, tree: str, blobs: dict[str, str], read: notes_tree.Read | None = None) -> str:
        read = read or self.repository.tree_bytes
        return notes_tree.change(read, self._write_tree, self._join, tree, blobs, self.width)

    def _united(self, ours: str, theirs: str) -> tuple[str, int]:
        """The tree with all items of both, and how many notes of `ours` that changed."""
        updates: dict[str, str] = {}
        received = 0
        read = functools.lru_cache(_TREES)(self.repository.tree_bytes)  # what differs is read again to be changed
        for key, mine, other in notes_diff.pairs(read, ours, theirs, self.width):
            if other and (not mine or set(other) - set(mine)):
                note = self._union([*mine, *other])
                blobs = {key: other[0]} if note is None else self._blobs(ours, key, note)
                if [blobs[key]] != [*mine]:
                    updates.update(blobs)
                    received += 1
        return (self._put(ours, updates, read), received) if updates else (ours, 0)

    def _join(self, blobs: Sequence[str]) -> str:
        """One blob for an id that has several (both sides of a merge, a mixed fan-out): the union of their items."""
        note = self._union(blobs)
        return blobs[0] if note is None else self.repository.write("blob", note)

    def _union(self, blobs: Sequence[str]) -> bytes | None:
        """The note with all items of these blobs; None where they are all the same one."""
        from gittraj.codec import framing

        if len(set(blobs)) == 1:
            return None
        note = self.repository.blob(blobs[0], fetch=True)
        for blob in blobs[1:]:
            note = framing.union(note, self.repository.blob(blob, fetch=True))
        return note

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
