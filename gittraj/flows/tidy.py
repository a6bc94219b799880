"""Notes put in order: a repository goes in; every note as git traj writes it, in a tree of notes alone, comes out, and nothing is lost.

What a person or another tool wrote over the notes ref (items twice, out of order, newlines, files that are no notes, two notes of one
commit) is mended by the same union that merges notes. Damaged bytes stay for who can tell what they were.
"""

from typing import NamedTuple

from gittraj.codec import framing
from gittraj.codec.digest import sha256_hex
from gittraj.flows.wiring import House
from gittraj.store import notes_shape
from gittraj.store.notes import REF


class Tidied(NamedTuple):
    """`notes`: how many notes were put in order; `dropped`: paths that were no notes; `left`: what a person must decide."""

    notes: int = 0
    dropped: tuple[str, ...] = ()
    left: tuple[notes_shape.Odd, ...] = ()


def tidy(house: House) -> Tidied:
    """Put the notes in order. Raises `StoreError`, `RefRaceError` where others win too often."""
    before = house.notes.tip()
    odd = notes_shape.strange(house.repository, before, REF)
    found: set[str] = set()

    def mended(note: bytes) -> bytes:
        united = framing.union(note, b"")
        if united == note or framing.read(note).damage:
            return note
        found.add(sha256_hex(note))
        return united

    house.notes.rebuild(mended, message="gittraj: notes put in order")
    left = notes_shape.strange(house.repository, house.notes.tip(), REF)
    gone = {each.path for each in odd} - {each.path for each in left}
    return Tidied(len(found), tuple(sorted(gone)), tuple(left))
