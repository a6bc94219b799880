"""The trace of a commit, also after history was rewritten: a commit goes in, its note's statements, each bound by what it was signed for, come out.

A statement that was signed for another commit holds for this one only as far as this one's content proves it; a note that git
copied, or a carry statement, proves nothing by itself.
"""

from collections import OrderedDict
from collections.abc import Sequence

import msgspec

from gittraj.errors import StoreError
from gittraj.flows.changes import Changes
from gittraj.flows.origins import Origins
from gittraj.flows.statements import NoteRead, read_note
from gittraj.flows.wiring import House, Keychain, keychain
from gittraj.history import rebind
from gittraj.model.carried import Carried
from gittraj.model.commit import Commit
from gittraj.model.states import Verified
from gittraj.model.verdict import Check
from gittraj.seal.headers import RECORD
from gittraj.seal.verify import Expected, binding
from gittraj.store.snapshots import Snapshots

_APART = ("signer", "time", "binding")  # who is trusted, when, and which commit it is about: other questions


class Tracer:
    """Reads traces of one repository; remembers changes and patch-ids on the way."""

    def __init__(self, house: House, keys: Keychain | None = None, snapshots: Snapshots | None = None) -> None:
        self.house = house
        self.keys = keys or keychain(house)
        self.changes = Changes(house.repository, snapshots)
        self.origins = Origins(house.repository, self.changes)
        self._patch_ids: OrderedDict[str, str] = OrderedDict()

    def read(self, commit: Commit) -> NoteRead | None:
        """The trace of `commit`, verified and bound; None where it has none. Raises `StoreError`."""
        return self.read_note(commit, self.house.notes.read(commit.id))

    def read_note(self, commit: Commit, note: bytes | None) -> NoteRead | None:
        """As `read`, where the note was read already."""
        if note is None:
            return None
        read = read_note(self.house, commit, note, self.keys)
        statements, carried = self.bind(commit, read.statements)
        return NoteRead(statements, read.damage, carried)

    def bind(self, commit: Commit, statements: Sequence[Verified]) -> tuple[tuple[Verified, ...], Carried | None]:
        """`statements` with the check `binding` decided by content for those that were signed for another commit.

        The second is what `commit` as a whole has from them, None where one was signed for itself, or none can be carried.
        """
        # what stands in the history of this commit as it was signed cannot be what this commit was made of
        repository = self.house.repository
        foreign = [
            one
            for one in statements
            if _foreign(one, repository.object_format) and not repository.is_ancestor(_commit(one), commit.id)
        ]
        if not foreign:
            return tuple(statements), None
        own = [one for one in statements if _is_record(one) and _result(one, "binding") == "pass"]
        carried = self.match(commit, [one for one in foreign if _is_record(one)])
        sources = set(carried.sources) if carried else set()
        before = _before([*own, *(one for one in foreign if _commit(one) in sources)], foreign)
        bound = []
        for one in statements:
            if one not in foreign:
                bound.append(one)
                continue
            check = None
            if carried and (_commit(one) in sources or _commit(one) == commit.id):
                good = carried.good or bool(own)
                text = f"signed for {_commit(one)[:12]}: {rebind.words(carried)}"
                check = Check("binding", "pass" if good else "fail", text)
            elif one.statement.digest in before:
                check = Check("binding", "pass", f"signed for {_commit(one)[:12]}, which this commit took the place of")
            elif not _is_record(one):
                check = Check("binding", "skip", f"about {_commit(one)[:12]}, another commit")
            bound.append(one if check is None else _with(one, check))
        return tuple(bound), carried if carried and not own else None

    def own(self, commit: Commit, statements: Sequence[Verified]) -> NoteRead:
        """What of `statements`, which were read for another commit, is about `commit`, bound to it."""
        wanted = Expected(commit.id, commit.tree, commit.parents, self.house.repository.object_format)
        again = [_with(one, binding(one.statement, wanted)) for one in statements if _good(one)]
        bound, _ = self.bind(commit, again)
        return NoteRead(tuple(one for one in bound if _result(one, "binding") == "pass"), ())

    def match(self, commit: Commit, records: Sequence[Verified]) -> Carried | None:
        """What `commit` has from records signed for other commits; None where nothing."""
        try:
            facts = rebind.Facts(commit, lambda: self.patch_id(commit), lambda: self.changes.digest(commit))
            for one in reversed(records):
                how = rebind.whole(facts, one.statement.anchor) if one.statement.anchor else ""
                if how:
                    size = self.origins.size(commit)
                    return Carried((_commit(one),), how, size, size)
            sources = list(dict.fromkeys(_commit(one) for one in records))
            owned, sizes, exact = self.origins.owned(commit, sources)
        except StoreError:  # a shallow or partial clone: there is nothing to compare
            return None
        if not owned.sources:
            return None
        return rebind.judged(owned, sizes, exact=exact)

    def patch_id(self, commit: Commit) -> str:
        """Git's patch-id, asked once. Raises `StoreError`."""
        if commit.id not in self._patch_ids:
            self._patch_ids[commit.id] = self.house.repository.patch_id(commit.id)
        return self._patch_ids[commit.id]


def _foreign(one: Verified, object_format: str) -> bool:
    """Whether it is good but for the commit it was signed for."""
    anchor = one.statement.anchor
    same = anchor is not None and anchor.object_format == object_format
    return same and _good(one) and _result(one, "binding") == "fail"


def _good(one: Verified) -> bool:
    """Whether it is fine by itself."""
    failed = [check.name for check in one.checks if check.result == "fail" and check.name not in _APART]
    return not failed and _result(one, "signature") == "pass"


def _before(records: Sequence[Verified], foreign: Sequence[Verified]) -> set[str]:
    """The digests of records that come before one of `records` in its session, as those say, signed."""
    known = {one.statement.digest: one for one in foreign}
    found: set[str] = set()
    waiting = [one.statement.anchor.prev for one in records if one.statement.anchor]
    while waiting:
        digest = waiting.pop()
        if digest in known and digest not in found:
            found.add(digest)
            anchor = known[digest].statement.anchor
            waiting += [anchor.prev] if anchor else []
    return found


def _is_record(one: Verified) -> bool:
    return one.statement.kind == RECORD


def _commit(one: Verified) -> str:
    return one.statement.anchor.commit if one.statement.anchor else ""


def _result(one: Verified, name: str) -> str:
    return next((check.result for check in one.checks if check.name == name), "")


def _with(one: Verified, check: Check) -> Verified:
    return msgspec.structs.replace(one, checks=tuple(check if each.name == check.name else each for each in one.checks))
