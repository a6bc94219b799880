"""Notes that are not as a union writes them: a notes ref goes in; the annotated commits whose note is damaged, or out of order, come out."""

from collections.abc import Iterator
from typing import NamedTuple

from gittraj.codec import framing
from gittraj.errors import StoreError
from gittraj.store.notes import NoteStore


class Ailing(NamedTuple):
    """`key`: the annotated commit. `damage`: bytes of its note that are no item; 0 where items only repeat or stand in another order."""

    key: str
    damage: int


def ailing(store: NoteStore) -> Iterator[Ailing]:
    """Every note with damage, with an item twice or in another order, or in two blobs; one that a partial clone lacks is not fetched for this.

    Raises `StoreError`.
    """
    found: dict[str, list[str]] = {}
    for key, blob in store.list():
        found.setdefault(key, []).append(blob)
    for key, blobs in found.items():
        try:
            note = b"\n".join(store.repository.blob(blob) for blob in blobs)
        except StoreError:
            continue
        damage = sum(part.end - part.start for part in framing.read(note).damage)
        if damage or len(blobs) > 1 or framing.union(note, note) != note:
            yield Ailing(key, damage)
