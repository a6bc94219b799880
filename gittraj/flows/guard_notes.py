"""The guard of the notes refs: what a push would make of them goes in, why it may not comes out.

Notes only grow: a push may add statements, never take away or damage what others put there. Who rewrites the notes' history without
losing a statement may do so.
"""

from collections.abc import Iterable, Iterator

from gittraj.codec import framing, note_order
from gittraj.errors import StoreError
from gittraj.flows.notes_book import Book
from gittraj.flows.wiring import House, Keychain
from gittraj.model.push import Refusal, Update
from gittraj.store import notes_shape
from gittraj.store.note_history import differing
from gittraj.store.notes import REF

TIDY = "git traj doctor --repair, then git traj push"
UNITE = "git traj push  (it unites your notes with those that are there)"
TOLD = 4  # commits that are named in one line


def guard_notes(house: House, keys: Keychain, updates: Iterable[Update], *, server: bool) -> Iterator[Refusal]:
    """Why these updates of notes refs may not pass. Raises `StoreError` where the pushed notes cannot be read."""
    for update in updates:
        if update.ref != REF:
            continue
        if not update.new:
            yield Refusal(f"this would delete {REF}, and with it everybody's traces", "leave it there")
        elif update.old and not house.repository.has_commit(update.old):
            yield Refusal(f"{REF} has moved, and what it holds now is not here", UNITE)
        else:
            yield from _loss(house, update)
            if server:
                yield from _damage(house, keys, update)


def _loss(house: House, update: Update) -> Iterator[Refusal]:
    if not update.old:
        return
    lost = Book(house).compare(update.old, update.new).lost
    if lost:
        where = ", ".join(commit[:12] for commit in sorted(lost)[:TOLD]) + (" …" if len(lost) > TOLD else "")
        yield Refusal(f"{sum(lost.values())} statement(s) would be deleted from {REF}, on {where}", UNITE)


def _damage(house: House, keys: Keychain, update: Update) -> Iterator[Refusal]:
    """What is no note, bytes that are no item, and statements whose signature does not hold must not get into other people's notes."""
    for odd in notes_shape.between(house.repository, update.old, update.new):
        yield Refusal(f"{odd.path[:80]} in {REF}: {odd.why}", TIDY)
        return
    for commit, (before, after) in differing(house.repository, update.old, update.new).items():
        if len(commit) != house.repository.width:  # the count of purges
            continue
        olds = [_blob(house, blob) for blob in before]
        known = {item.raw for blob in olds for item in framing.read(blob).items}
        old = sum(len(framing.read(blob).damage) for blob in olds)
        odd_before = sum(_disorder(blob) for blob in olds)
        for one in after:
            blob = _blob(house, one)
            note = framing.read(blob)
            fresh = [item for item in note.items if item.raw not in known]
            if len(note.damage) > old or any(item.kind == "unknown" for item in fresh):
                yield Refusal(f"the note of {commit[:12]} would hold bytes that are no statement", UNITE)
                return
            if any(item.kind == "statement" and not _signed(house, keys, item.raw) for item in fresh):
                yield Refusal(f"the note of {commit[:12]} would hold a statement whose signature does not hold", UNITE)
                return
            if _disorder(blob) > odd_before:
                yield Refusal(f"the note of {commit[:12]} would hold items twice or out of order", TIDY)
                return


def _disorder(blob: bytes) -> int:
    return sum(1 for _ in note_order.disorder(blob, framing.read(blob), own=False))


def _signed(house: House, keys: Keychain, raw: bytes) -> bool:
    from gittraj.seal.verify import is_signed

    return is_signed(raw, keys.key)


def _blob(house: House, blob: str) -> bytes:
    try:
        return house.repository.blob(blob)
    except StoreError as error:
        raise StoreError(f"the pushed notes are not whole: {error.message}", hint="git traj push") from error
