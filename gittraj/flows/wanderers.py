"""Records whose commit is not in the history that is looked at: tips go in, their anchors come out, to be found by tree, by patch or by path.

These are what a rewritten commit without a note may have been made of: amended, rebased and squashed away, or on another branch.
"""

from collections.abc import Sequence

import msgspec

from gittraj.codec import cbor, framing
from gittraj.errors import CodecError, SealError, StoreError
from gittraj.flows.bodies import Bodies
from gittraj.flows.changes import Changes
from gittraj.flows.unseen import written
from gittraj.flows.wiring import House
from gittraj.model.anchor import Anchor
from gittraj.model.commit import Commit
from gittraj.seal.headers import RECORD
from gittraj.seal.statement import parse
from gittraj.store.outside import BlobCache, outside

HEADS = 16  # tips that are looked at apart; more are branches enough to call everything rewritten
BY_PATH = 2000  # commits whose changed paths are looked at for a commit that is like none as a whole


class Wanderer(msgspec.Struct, frozen=True, array_like=True):
    """A record by its signed header, nothing checked: `digest` of the statement's payload, and what it says it is bound to.

    `paths`: the files that it says its agent wrote lines of.
    """

    digest: str
    commit: str
    tree: str
    parents: tuple[str, ...]
    patch_id: str
    change: str
    paths: tuple[str, ...] = ()


class Wanderers:
    """The records outside of the history of `tips`. Headers are read once and kept by blob id."""

    def __init__(self, house: House, tips: Sequence[str]) -> None:
        self._house = house
        self.noted: dict[str, list[str]] = {}  # digest → blobs of notes that hold the statement
        self.by_commit: dict[str, Wanderer] = {}
        self.by_tree: dict[str, list[Wanderer]] = {}
        self.by_patch: dict[str, list[Wanderer]] = {}
        self._paths: dict[str, set[str]] | None = None
        self._read(outside(house.notes, tips[:HEADS]))

    def __bool__(self) -> bool:
        return bool(self.by_commit)

    def alike(self, commit: Commit, patch_id: str) -> list[Wanderer]:
        """Those with the tree or the patch-id of `commit`."""
        return [*self.by_tree.get(commit.tree, ()), *(self.by_patch.get(patch_id, ()) if patch_id else ())]

    def touching(self, paths: Sequence[str], changes: Changes) -> list[str]:
        """The commits of records that change one of these paths; where they are gone, by the files that the record says it wrote."""
        if self._paths is None:
            self._paths = {}
            for one in list(self.by_commit)[:BY_PATH]:
                for path in self._changed(one, changes):
                    self._paths.setdefault(path, set()).add(one)
        here = self._house.repository.has_object
        gone = {
            each.commit
            for entries in self.by_tree.values()
            for each in entries
            if not set(each.paths).isdisjoint(paths) and not here(each.commit)
        }
        found = gone.union(*(self._paths.get(path, ()) for path in paths))
        return [one for one in self.by_commit if one in found]

    def _changed(self, commit_id: str, changes: Changes) -> list[str]:
        try:
            if not self._house.repository.has_commit(commit_id):
                return []
            return [change.path for change in changes.snapshots.changes(changes.snapshots.commit(commit_id))]
        except StoreError:  # a shallow or partial clone
            return []

    def _read(self, notes: dict[str, list[str]]) -> None:
        if not notes:
            return
        cache = BlobCache(self._house.repository, "anchors")
        known = cache.load(Wanderer)
        fresh = False
        for blobs in notes.values():
            for blob in blobs:
                if blob not in known:
                    known[blob] = self._headers(blob)
                    fresh = True
                for one in known[blob]:
                    self._add(one, blob)
        if fresh:
            cache.keep(known)

    def _headers(self, blob: str) -> list[Wanderer]:
        try:
            parts = framing.read(self._house.repository.blob(blob, fetch=True))
        except StoreError:  # not fetched: nothing is known of it
            return []
        found = []
        bodies = Bodies(self._house, "", parts)  # detached ones are looked for under the commit they were signed for
        for item in parts.items:
            if item.kind == "statement":
                try:
                    statement = parse(item.raw)
                except SealError:
                    continue
                if statement.anchor is not None and statement.kind == RECORD:
                    found.append(_wanderer(statement.digest, statement.anchor, bodies.of(statement)))
        return found

    def _add(self, one: Wanderer, blob: str) -> None:
        if one.digest in self.noted:
            self.noted[one.digest].append(blob)
            return
        self.noted[one.digest] = [blob]
        self.by_commit.setdefault(one.commit, one)
        self.by_tree.setdefault(one.tree, []).append(one)
        if one.patch_id:
            self.by_patch.setdefault(one.patch_id, []).append(one)

    def blobs(self, commits: Sequence[str]) -> list[str]:
        """The notes that hold records signed for these commits."""
        wanted = set(commits)
        found: dict[str, None] = {}
        for entries in self.by_tree.values():
            for one in entries:
                if one.commit in wanted:
                    found.update(dict.fromkeys(self.noted[one.digest][:1]))
        return list(found)


def _wanderer(digest: str, anchor: Anchor, body: bytes | None) -> Wanderer:
    paths: tuple[str, ...] = ()
    try:
        record = cbor.decode(body) if body is not None else None
        paths = tuple(path for path, _ in written(record)) if isinstance(record, dict) else ()
    except (CodecError, KeyError, TypeError, AttributeError):  # only what verifies is used later
        pass
    return Wanderer(digest, anchor.commit, anchor.tree, anchor.parents, anchor.patch_id, anchor.change, paths)
