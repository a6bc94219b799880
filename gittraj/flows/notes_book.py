"""Which statements a notes commit holds: a tip goes in, its statement ids by annotated commit come out; two tips are compared."""

from bisect import bisect_left
from collections.abc import Container, Iterator
from typing import NamedTuple

from gittraj.codec import framing
from gittraj.errors import SealError, StoreError
from gittraj.flows.wiring import House
from gittraj.seal import heads
from gittraj.store import known_ids, note_history
from gittraj.store.note_history import NotesAt
from gittraj.store.statement_index import Indexed, StatementIndex


class Compared(NamedTuple):
    """How a later notes tip lies to an earlier one: "same", "ahead", "behind" or "apart"; `lost`: annotated commit → statements gone."""

    how: str
    lost: dict[str, int]


class Book:
    """The notes of one repository, whatever tip is asked for; each note is read once and then known by its blob id."""

    def __init__(self, house: House) -> None:
        self._repository = house.repository
        self._index = StatementIndex(house.repository, take_apart)
        self._listed: dict[str, list[tuple[str, str, Indexed]]] = {}

    def ids(self, tip: str) -> list[bytes]:
        """The ids of all statements in the notes commit `tip`, in order, each once. Raises `StoreError`.

        Kept for the last tip asked for: where a later one only gained statements, only these are read.
        """
        known, ids = known_ids.read(self._repository.common_dir)
        grown = self._grown(known, ids, tip) if known and tip not in self._listed else None
        found = grown if grown is not None else sorted({one for _, _, note in self._of(tip) for one in note.ids})
        if tip != known:
            known_ids.write(self._repository.common_dir, tip, found)
        return found

    def _grown(self, known: str, ids: list[bytes], tip: str) -> list[bytes] | None:
        """`ids`, which are those of the tip `known`, with what `tip` has more; None where it lacks some, or `known` is gone."""
        try:
            differing = note_history.differing(self._repository, known, tip)
        except StoreError:
            return None
        more: set[bytes] = set()
        for before, after in differing.values():
            old = {one for blob in before for one in self._index.of(blob).ids}
            new = {one for blob in after for one in self._index.of(blob).ids}
            if old - new:
                return None
            more |= new
        self._index.save()
        return sorted([*ids, *(one for one in more if not _holds(ids, one))])

    def heads(self, tip: str) -> Iterator[tuple[str, bytes]]:
        """(annotated commit, note) of every note in `tip` that holds a head statement. Raises `StoreError`."""
        for commit, blob, found in self._of(tip):
            if found.heads:
                yield commit, self._repository.blob(blob, fetch=True)

    def annotated(self, tip: str, code: Container[str] = ()) -> list[str]:
        """The ids that `tip` has notes for, but those that hold nothing but heads: these annotate commits of the notes themselves.

        `code`: commits that are known to be none of these, so that their notes need not be read. Raises `StoreError`.
        """
        listed = NotesAt(self._repository, tip).list()
        found = [commit for commit, blob in listed if commit in code or not self._index.of(blob).only_heads]
        self._index.save()
        return found

    def _of(self, tip: str) -> list[tuple[str, str, Indexed]]:
        """Every note of `tip`: annotated commit, blob, what it holds. Listing 10,000 notes takes 0.1 s, so each tip is listed once."""
        known = self._listed.get(tip)
        if known is None:
            known = [(commit, blob, self._index.of(blob)) for commit, blob in NotesAt(self._repository, tip).list()]
            self._listed[tip] = known
            self._index.save()
        return known

    def compare(self, old: str, new: str) -> Compared:
        """What `new` lacks of the statements of `old`, note by note. Raises `StoreError` where `old` or `new` is not here."""
        if old == new:
            return Compared("same", {})
        lost: dict[str, int] = {}
        for commit, (before, after) in note_history.differing(self._repository, old, new).items():
            there = {one for blob in before for one in self._index.of(blob).ids}
            gone = there - {one for blob in after for one in self._index.of(blob).ids}
            if gone:
                lost[commit] = len(gone)
        self._index.save()
        if new and note_history.descends(self._repository, new, old):
            return Compared("ahead", lost)
        behind = not new or note_history.descends(self._repository, old, new)
        return Compared("behind" if behind else "apart", lost)

    def gained(self, old: str, new: str) -> dict[str, int]:
        """Annotated commit → how many statements its note has in `new` and not in `old`. Raises `StoreError`."""
        return self.compare(new, old).lost


def _holds(ids: list[bytes], one: bytes) -> bool:
    at = bisect_left(ids, one)
    return at < len(ids) and ids[at] == one


def take_apart(note: bytes) -> Indexed:
    """The statement ids of a note, and whether a head is among them; what is no statement counts by nothing."""
    ids: list[bytes] = []
    heads_found = others = 0
    parts = framing.read(note)
    for item in parts.items:
        if item.kind != "statement":
            others += 1
            continue
        try:
            one, head = heads.identify(item.raw)
        except SealError:
            others += 1
            continue
        ids.append(one)
        heads_found += head
        others += not head
    return Indexed(tuple(ids), heads_found > 0, heads_found > 0 and not others and not parts.damage)
