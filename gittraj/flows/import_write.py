"""Imported statements on their way into the notes: items for commits go in, one notes commit per batch comes out.

A batch bounds what an interruption can lose and what is held in memory; one notes commit per statement would cost a tree of all notes each.
"""

from gittraj.flows import chain
from gittraj.flows.wiring import House
from gittraj.store import tips

BATCH_ITEMS = 128
BATCH_BYTES = 64 << 20


class Batch:
    """What is not written yet. Used as a context: leaving it writes the rest, also where the user interrupts."""

    def __init__(self, house: House, message: str) -> None:
        self._house = house
        self._message = message
        self._items: dict[str, list[bytes]] = {}
        self._count = self._size = 0

    def __enter__(self) -> "Batch":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None or issubclass(kind, KeyboardInterrupt):
            self.write()

    def add(self, commit: str, *items: bytes) -> None:
        """Keep `items` for the note of `commit`; write where enough has come together. Raises `StoreError`."""
        self._items.setdefault(commit, []).extend(items)
        self._count += 1
        self._size += sum(map(len, items))
        if self._count >= BATCH_ITEMS or self._size >= BATCH_BYTES:
            self.write()

    def write(self) -> None:
        """Write what is there, in one notes commit. Raises `StoreError`."""
        if not self._items:
            return
        house, common = self._house, self._house.repository.common_dir
        before = house.notes.tip()
        house.notes.append_all(self._items, message=f"gittraj: {self._message} ({len(self._items)} commits)")
        tip = house.notes.tip()
        if tips.known_tip(common) == before and tip != before and _parent(house, tip) == before:
            chain.note_tip(house)  # the hook need not read these notes: nothing of theirs goes on here
        self._items, self._count, self._size = {}, 0, 0


def _parent(house: House, tip: str) -> str:
    parents = house.repository.commit(tip).parents
    return parents[0] if parents else ""
