"""The trace of a commit, also after history was rewritten: a commit goes in, its note's statements, each bound by what it was signed for, come out.

A statement that was signed for another commit holds for this one only as far as this one's content proves it; a note that git
copied, or a carry statement, proves nothing by itself.
"""

from collections.abc import Callable, Sequence

import msgspec

from gittraj.errors import StoreError
from gittraj.flows.changes import Changes
from gittraj.flows.origins import Origins
from gittraj.flows.signed_for import (
    commit_of,
    is_carry,
    is_foreign,
    is_good,
    is_record,
    predecessors,
    result,
    with_check,
)
from gittraj.flows.statements import NoteRead, read_note
from gittraj.flows.unseen import owned_by_replay
from gittraj.flows.unseen import sizes as unseen_sizes
from gittraj.flows.wanderers import Wanderers
from gittraj.flows.wiring import House, Keychain, keychain
from gittraj.history import rebind
from gittraj.history.rebind import Owned
from gittraj.model.carried import Carried
from gittraj.model.commit import Commit
from gittraj.model.report import ReplayedCommit
from gittraj.model.states import Verified
from gittraj.model.verdict import Check
from gittraj.seal.headers import CARRY
from gittraj.seal.verify import Expected, binding
from gittraj.store.snapshots import Snapshots

AHEAD = 100  # commits whose patch-ids are asked of git together
MANY = 200  # originals that one commit is held against line by line


class Tracer:
    """Reads traces of one repository; remembers changes and patch-ids on the way."""

    def __init__(self, house: House, keys: Keychain | None = None, snapshots: Snapshots | None = None) -> None:
        self.house = house
        self.keys = keys or keychain(house)
        self.changes = Changes(house.repository, snapshots)
        self.origins = Origins(house.repository, self.changes)
        self._patch_ids: dict[str, str] = {}
        self._about: list[str] = []
        self._tips: list[str] = []
        self._places: dict[str, int] = {}
        self._wanderers: Wanderers | None = None
        self.claimed: dict[
            str, tuple[str, ...]
        ] = {}  # commit → others that statements in its note were signed for, or name
        self.replay: Callable[[Commit, NoteRead], ReplayedCommit] | None = None  # where a judge is at hand

    def about(self, commits: Sequence[str], tips: Sequence[str] = ()) -> None:
        """Say which commits will be asked for, so that what concerns all of them is asked of git once. `tips`: of their history."""
        if not self._about:
            self._about = list(commits)
            self._tips = list(tips)
            self._places = {one: place for place, one in enumerate(self._about)}

    def read(self, commit: Commit) -> NoteRead | None:
        """The trace of `commit`, verified and bound; None where it has none. Raises `StoreError`."""
        return self.read_note(commit, self.house.notes.read(commit.id))

    def read_note(self, commit: Commit, note: bytes | None) -> NoteRead | None:
        """As `read`, where the note was read already (None: it has none)."""
        if note is None:
            return self.found(commit)
        read = read_note(self.house, commit, note, self.keys)
        self._claim(commit.id, read.statements)
        if read.statements and not read.damage and all(is_carry(one) for one in read.statements):
            found = self.found(
                commit
            )  # a carry statement alone is no trace, and nothing changes where it is taken away
            return found._replace(statements=(*found.statements, *read.statements)) if found else None
        statements, carried = self.bind(commit, read.statements)
        return NoteRead(tuple(sorted(statements, key=is_carry)), read.damage, carried)  # records first

    def _claim(self, commit: str, statements: Sequence[Verified]) -> None:
        others = {commit_of(one): None for one in statements}
        if any(one.statement.kind == CARRY for one in statements):
            from gittraj.flows.carrying import named

            for one in statements:
                others.update(dict.fromkeys(named(one.statement) if one.statement.kind == CARRY else ()))
        names = tuple(other for other in others if other not in ("", commit))
        if names:
            self.claimed[commit] = names

    def found(self, commit: Commit) -> NoteRead | None:
        """What a commit without a note has from records of commits outside of its history; None where nothing is proven.

        Only what is good by itself and of a trusted signer counts: the notes of others must not change the verdict for the worse.
        """
        try:
            known = self._outside(commit)
            if not known or self._joins(commit):
                return None
            matches = dict.fromkeys(one.commit for one in known.alike(commit, self.patch_id(commit)))
            alike = [one for one in matches if not self._came_later(one, commit)]
            records = self._records(commit, known, alike)
            carried = self.match(commit, records, claimed=False) if records else None
            if (
                len(commit.parents) > 1
            ):  # the lines of a merge are its parents'; lines that others removed, too, prove nothing
                carried = carried if carried and carried.how == "tree" else None
            elif carried is None or carried.how not in ("tree", "patch"):
                records = self._records(commit, known, self._touching(commit, known))
                carried = self.match(commit, records, claimed=False) if records else None
        except StoreError:  # a shallow or partial clone: there is nothing to compare
            return None
        if carried is None:
            return None
        chosen = [one for one in records if commit_of(one) in carried.sources]
        statements, again = self.bind(commit, chosen, known=carried)
        return NoteRead(tuple(one for one in statements if result(one, "binding") == "pass"), (), again)

    def _joins(self, commit: Commit) -> bool:
        """Whether it is a merge in which every file is that of one of its parents: what these are made of is told of them, not twice."""
        others = [self.changes.snapshots.commit(one).tree for one in commit.parents[1:]]
        entry = self.changes.snapshots.entry
        return bool(others) and all(
            any(entry(tree, change.path) == ((change.new, change.new_mode) if change.new else None) for tree in others)
            for change in self.changes.snapshots.changes(commit)
        )

    def _outside(self, commit: Commit) -> Wanderers:
        if self._wanderers is None:
            asked = dict.fromkeys([*self._about, commit.id])
            parents = {parent for one in asked for parent in self.changes.snapshots.commit(one).parents}
            self._wanderers = Wanderers(self.house, self._tips or [one for one in asked if one not in parents])
        return self._wanderers

    def signed_for(self, commit: Commit, sources: Sequence[str]) -> list[Verified]:
        """The good records in the notes of `sources`, to be held against `commit`."""
        found: dict[str, Verified] = {}
        for source in sources:
            note = self.house.notes.read(source)
            for one in read_note(self.house, commit, note, self.keys).statements if note else ():
                if is_record(one) and is_good(one):
                    found.setdefault(one.statement.digest, one)
        return list(found.values())

    def _touching(self, commit: Commit, known: Wanderers) -> list[str]:
        paths = {path for file in self.changes.paired(commit) for path in (file.path, file.old_path) if path}
        ancestor = self.house.repository.is_ancestor
        found = [one for one in known.touching(sorted(paths), self.changes) if not ancestor(one, commit.id)]
        return [one for one in found if not self._came_later(one, commit)][-MANY:]

    def _came_later(self, original: str, commit: Commit) -> bool:
        """Whether the commit of a record was made on top of this one, which so cannot be made of it."""
        return self.house.repository.is_ancestor(commit.id, original)

    def _records(self, commit: Commit, known: Wanderers, sources: Sequence[str]) -> list[Verified]:
        """The good records signed for `sources`, in this order."""
        wanted = set(sources)
        found: dict[str, Verified] = {}
        for blob in known.blobs(sources):
            note = self.house.repository.blob(blob, fetch=True)
            for one in read_note(self.house, commit, note, self.keys).statements:
                if is_record(one) and commit_of(one) in wanted and one.trusted and is_good(one):
                    found.setdefault(one.statement.digest, one)
        order = {source: place for place, source in enumerate(sources)}
        return sorted(found.values(), key=lambda one: order[commit_of(one)])

    def bind(
        self, commit: Commit, statements: Sequence[Verified], *, known: Carried | None = None
    ) -> tuple[tuple[Verified, ...], Carried | None]:
        """`statements` with the check `binding` decided by content for those that were signed for another commit.

        The second is what `commit` as a whole has from them, None where one was signed for itself, or none can be carried.
        `known`: that, where it was found out already.
        """
        # what stands in the history of this commit as it was signed cannot be what this commit was made of
        repository = self.house.repository
        foreign = [
            one
            for one in statements
            if is_foreign(one, repository.object_format)
            and commit_of(one)
            != commit.id  # it names this commit, and something else of it wrongly: that is no rewrite
            and (known or not repository.is_ancestor(commit_of(one), commit.id))
        ]
        if not foreign:
            return tuple(statements), None
        own = [one for one in statements if is_record(one) and result(one, "binding") == "pass"]
        carried = known or self.match(commit, [one for one in foreign if is_record(one)])
        if carried and carried.good and not known:
            carried = self._with_overwritten(carried, foreign)
        sources = set(carried.sources) if carried else set()
        beside = self._beside(commit, foreign, carried) if carried else None
        earlier = predecessors([*own, *(one for one in foreign if commit_of(one) in sources)], foreign)
        bound = []
        for one in statements:
            if one not in foreign:
                bound.append(one)
                continue
            check = None
            if carried and (commit_of(one) in sources or commit_of(one) == commit.id):
                good = carried.good or bool(own)
                words = rebind.share(carried) if own and not carried.good else rebind.words(carried)
                text = f"signed for {commit_of(one)[:12]}: {words}"
                check = Check("binding", "pass" if good else "fail", text)
            elif beside and commit_of(one) in beside.sources:
                check = Check("binding", "pass", f"signed for {commit_of(one)[:12]}: {rebind.share(beside)}")
            elif one.statement.digest in earlier:
                check = Check(
                    "binding", "pass", f"signed for {commit_of(one)[:12]}, which this commit took the place of"
                )
            elif not is_record(one):
                check = Check("binding", "skip", f"about {commit_of(one)[:12]}, another commit")
            bound.append(one if check is None else with_check(one, check))
        return tuple(bound), carried if carried and not own else None

    def _beside(self, commit: Commit, foreign: Sequence[Verified], carried: Carried) -> Carried | None:
        """What a commit that is another one as a whole has from records that stood beside that one's own: somebody's commit that an agent amended."""
        rest = [one for one in foreign if is_record(one) and commit_of(one) not in carried.sources]
        return self.match(commit, rest) if rest and carried.how in ("tree", "patch") else None

    def _with_overwritten(self, carried: Carried, foreign: Sequence[Verified]) -> Carried:
        """With the originals that the note names, too, of which no line is left because the others wrote over them, or that changed nothing."""
        sources = list(carried.sources)
        ancestor = self.house.repository.is_ancestor
        for one in foreign:
            anchor = one.statement.anchor
            if anchor is None or not is_record(one) or anchor.commit in sources:
                continue
            before = self.origins.here(anchor.commit) and any(ancestor(anchor.commit, source) for source in sources)
            if before or (not anchor.change and not anchor.patch_id and set(anchor.parents) & set(sources)):
                sources.append(anchor.commit)
        how = "composed" if carried.how == "split" and len(sources) > len(carried.sources) else carried.how
        return msgspec.structs.replace(carried, sources=tuple(sources), how=how)

    def own(self, commit: Commit, statements: Sequence[Verified]) -> NoteRead:
        """What of `statements`, which were read for another commit, is about `commit`, bound to it."""
        wanted = Expected(commit.id, commit.tree, commit.parents, self.house.repository.object_format)
        again = [with_check(one, binding(one.statement, wanted)) for one in statements if is_good(one)]
        bound, _ = self.bind(commit, again)
        return NoteRead(tuple(one for one in bound if result(one, "binding") == "pass"), ())

    def match(self, commit: Commit, records: Sequence[Verified], *, claimed: bool = True) -> Carried | None:
        """What `commit` has from records signed for other commits; None where nothing.

        `claimed`: its note says that they are its own; where none does, a few lines in common say nothing.
        """
        try:
            facts = rebind.Facts(commit, lambda: self.patch_id(commit), lambda: self.changes.digest(commit))
            for one in reversed(records):
                how = rebind.whole(facts, one.statement.anchor) if one.statement.anchor else ""
                if how:
                    size = self.origins.size(commit)
                    return Carried((commit_of(one),), how, size, size)
            owned, sizes, exact = self._owned(commit, records)
        except StoreError:  # a shallow or partial clone: there is nothing to compare
            return None
        if not claimed:
            owned = owned.only(rebind.telling(owned, sizes))
        if not owned.sources:
            return None
        return rebind.judged(owned, sizes, claimed=claimed, exact=exact)

    def _owned(self, commit: Commit, records: Sequence[Verified]) -> tuple[Owned, dict[str, int], bool]:
        """As `Origins.owned`; where an original is gone, by what the recorded actions make again on what is here."""
        sources = list(dict.fromkeys(commit_of(one) for one in records))
        owned, sizes, exact = self.origins.owned(commit, sources)
        if exact or self.replay is None:
            return owned, sizes, exact
        bound = [with_check(one, Check("binding", "pass", "for what it makes again")) for one in records]
        again = owned_by_replay(self.replay(commit, NoteRead(tuple(bound), ())), records)
        better = again if again.count("") < owned.count("") else owned
        return better, {**unseen_sizes(records), **sizes}, False

    def patch_id(self, commit: Commit) -> str:
        """Git's patch-id, asked once, together with those of commits that will be asked for next. Raises `StoreError`."""
        if commit.id not in self._patch_ids:
            repository, has = self.house.repository, self.house.notes.has
            at = self._places.get(commit.id)
            following = self._about[at + 1 : at + AHEAD] if at is not None else ()
            others = [self.changes.snapshots.commit(one) for one in following if not has(one)]
            whole = [one for one in others if all(repository.has_commit(parent) for parent in one.parents)]
            self._patch_ids.update(repository.patch_ids([commit, *whole]))
        return self._patch_ids[commit.id]
