"""`git traj doctor --repair`: a repository goes in; settings that destroy notes are mended, spoiled notes are whole again, and what was done comes out.

What a note lost is looked for in every history of it that this clone has, then in the notes of other commits, because git copies
notes along with rewritten commits. Damage goes only where every line of it is found there. From the tree goes what is no note; nothing else is taken away.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from gittraj.codec import framing, mending
from gittraj.codec.mending import Mended
from gittraj.errors import SealError, StoreError
from gittraj.flows.ailing import ailing
from gittraj.flows.bodies import store_of
from gittraj.flows.bodies_book import bodies
from gittraj.flows.chain import note_tip
from gittraj.flows.tidy import tidy
from gittraj.flows.wiring import House, keychain, open_house
from gittraj.model.report import Step
from gittraj.seal.statement import parse
from gittraj.store import config, notes_past, notes_shape
from gittraj.store.notes import REF, NoteStore

ROUNDS = 8  # through the notes of other commits; each finds at least one more note that went into the damage
CLUES = 3  # lines of damage, the longest ones, by which other notes are looked for
NAMED = 4  # paths that are named in one line
LEAST = 16  # bytes of such a line; shorter ones stand in many notes by chance


class _Case(NamedTuple):
    """One note to mend: every blob that stood there before, and the digests that statements beside it name, or that lie apart."""

    past: list[bytes]
    signed: Callable[[bytes], bool]
    named: frozenset[str]
    apart: frozenset[str]


def repair(*, directory: str | None = None) -> list[Step]:
    """Mend settings and notes; [] where nothing was to mend. Raises `StoreError`, `RefRaceError`."""
    house = open_house(directory)
    steps = [Step(line) for line in config.protect(house.repository)]
    for store in (house.notes, store_of(house)):
        steps += _mend(house, store)
    if notes_shape.strange(house.repository, house.notes.tip(), REF):
        steps += _tidied(house)
    return steps


def _tidied(house: House) -> Iterator[Step]:
    before = house.notes.tip()
    done = tidy(house)
    if done.dropped:
        note_tip(house)
        what = ", ".join(done.dropped[:NAMED]) + (" …" if len(done.dropped) > NAMED else "")
        yield Step(f"{REF}: nothing but notes in its tree now, without {what}; what they were is in {before[:12]}")
    for odd in done.left[:NAMED]:
        mend = f"git notes --ref={REF} remove {odd.key}" if odd.key else ""
        yield Step(f"{REF}: {odd.path}: {odd.why}", False, mend)


def _mend(house: House, store: NoteStore) -> Iterator[Step]:
    known = {one.key: one.damage for one in ailing(store)}
    if not known:
        return
    past = notes_past.blobs(house.repository, store.ref.name, [key for key, damage in known.items() if damage])
    keys = keychain(house).key
    cases = {key: _case(house, store, keys, key, past.get(key, [])) for key in known}
    for key, damage in known.items():
        if damage:
            _complete(store, key, cases[key])  # before, because others wait while the ref is written
    done: dict[str, Mended] = {}

    def change(key: str, note: bytes) -> bytes:
        """The note as it is now, which another process may have changed since it was looked at."""
        done[key] = _mended(note, cases[key])
        return done[key].note

    before = store.tip()
    if store.rewrite(change, known, message="gittraj: notes repaired"):
        if store.ref.name == house.notes.ref.name:
            note_tip(house)
        yield Step(f"{store.ref.name}: {len(done)} note(s) written anew; what they were is in {before[:12]}")
    for key, one in done.items():
        if known[key]:
            yield _told(store, key, one)


def _told(store: NoteStore, key: str, one: Mended) -> Step:
    what = f"the note of {key[:12]}: {one.restored} item(s) brought back, {one.dropped} bytes of damage dropped"
    if not one.left:
        return Step(what)
    return Step(
        f"{what}, {one.left} bytes left that no note from before explains",
        False,
        "git traj fetch, then: git traj doctor --repair",
    )


def _case(
    house: House, store: NoteStore, keys: Callable[[bytes], bytes | None], key: str, blobs: Iterable[str]
) -> _Case:
    from gittraj.seal.verify import is_signed

    def signed(raw: bytes) -> bool:
        return is_signed(raw, keys)

    past = []
    for blob in blobs:
        try:
            past.append(house.repository.blob(blob, fetch=True))
        except StoreError:  # pruned, or left with a remote that is not there
            continue
    if store.ref.name == house.notes.ref.name:
        there = _note(store_of(house), key)
        return _Case(past, signed, frozenset(_pieces(past, key)), frozenset(bodies(framing.read(there).items)))
    named = _statements(_note(house.notes, key))
    return _Case(past, signed, frozenset({*named, *_pieces(past, key)}), frozenset())


def _mended(note: bytes, case: _Case) -> Mended:
    return mending.mend(note, case.past, signed=case.signed, named=case.named, apart=case.apart)


def _complete(store: NoteStore, key: str, case: _Case) -> None:
    """Put the notes of other commits that went into the damage of this one to those that stood there before."""
    note = _note(store, key)
    one = _mended(note, case)
    for _ in range(ROUNDS if one.left else 0):
        clues = sorted((line for line in one.lines if len(line) >= LEAST), key=len)[-CLUES:]
        more = [other for other in _others(store, key) if any(clue in other for clue in clues)] if clues else []
        case.past.extend(more)
        again = _mended(note, case) if more else one
        if again.lines == one.lines:
            break
        one = again


def _others(store: NoteStore, key: str) -> Iterator[bytes]:
    """The notes of all other commits that are whole."""
    for other, blob in store.list():
        if other != key:
            note = store.repository.blob(blob, fetch=True)
            if not framing.read(note).damage:
                yield note


def _statements(note: bytes) -> Iterator[str]:
    for item in framing.read(note).items:
        if item.kind == "statement":
            try:
                yield parse(item.raw).digest
            except SealError:
                continue


def _pieces(past: Iterable[bytes], key: str) -> Iterator[str]:
    """Bodies that are pieces of larger ones: these lie under the first digits of their own digest."""
    return (digest for note in past for digest in bodies(framing.read(note).items) if digest.startswith(key))


def _note(store: NoteStore, key: str) -> bytes:
    try:
        return store.read(key) or b""
    except StoreError:
        return b""
