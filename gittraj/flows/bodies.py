"""Bodies wherever they are: a sealed record goes in and is written as the settings say; a note goes in and its bodies come out.

`gittraj.bodies = attached`: the body lies in the note beside its statement. `detached`: in the note of the same commit under
``refs/notes/traj-bodies``, which may go to another remote, or to none. A body too large for one object lies in pieces, in the same ref.
"""

from collections.abc import Iterable

from gittraj.codec import chunks, framing, note_order
from gittraj.codec.digest import sha256_hex
from gittraj.errors import StoreError
from gittraj.flows.wiring import House
from gittraj.model.states import Sealed, Statement
from gittraj.store.notes import BODIES, NoteStore


def store_of(house: House) -> NoteStore:
    """The notes that hold detached bodies."""
    return NoteStore(house.repository, BODIES)


def detached(house: House) -> bool:
    """Whether records that are sealed now keep their bodies apart."""
    return house.settings.bodies == "detached"


def write(house: House, commit: str, sealed: Sealed, *, message: str) -> None:
    """Add statement and body to the notes of `commit`. Raises `StoreError`."""
    body = items_of(sealed.body, house.notes.width)
    updates = {commit: [sealed.statement]}
    if detached(house):
        store_of(house).append_all(_for(commit, body), message=message)  # first: a proof never waits for its body
    else:
        for key, items in _for(commit, body).items():
            updates.setdefault(key, []).extend(items)
    house.notes.append_all(updates, message=message)


def items_of(body: bytes, width: int) -> tuple[bytes, dict[str, bytes]]:
    """The item for the commit's note, and what goes into notes of pieces (key → item); none where one object is enough."""
    if len(body) <= chunks.PIECE * 3:  # two such in one note still fit; more are put into pieces by the store
        return framing.body(body), {}
    pieces = chunks.split(body)
    return pieces.listing, {digest[:width]: item for digest, item in pieces.items.items()}


def _for(commit: str, body: tuple[bytes, dict[str, bytes]]) -> dict[str, list[bytes]]:
    item, pieces = body
    return {commit: [item], **{key: [piece] for key, piece in pieces.items()}}


class Bodies:
    """The bodies that belong to the statements of one note: looked for in it, then in pieces, then under `BODIES`.

    `commit`: the one that is annotated, "" where only the ones that statements were signed for are to be looked under.
    """

    def __init__(self, house: House, commit: str, parts: framing.Note) -> None:
        self._house = house
        self._parts = parts
        self._commit = commit
        inside = {item.start: framing.content(item) for item in parts.items if item.kind == "body"}
        self._digests = {start: sha256_hex(content) for start, content in inside.items()}  # by where the item stands
        self._found = {digest: inside[start] for start, digest in self._digests.items()}
        self._purged = framing.purges(parts.items)
        self._detached: dict[str, list[framing.Item]] = {}
        self._missing = False
        self._strange: list[str] = []

    def of(self, statement: Statement) -> bytes | None:
        """The body of `statement`, None where it is withheld (or its ref, or a piece of it, cannot be read)."""
        digest = statement.digest
        if digest in self._found or not statement.detached:
            return self._found.get(digest)
        own = _pieces(self._parts.items, digest)
        found = chunks.join(own, lambda piece: self._piece(self._house.notes, piece)) if own else None
        signed_for = statement.anchor.commit if statement.anchor else self._commit
        for place in dict.fromkeys((self._commit, signed_for)):
            if found is None:
                found = self._apart(place, digest, own=place == signed_for)
        if found is not None:
            self._found[digest] = found
        self._missing = self._missing or found is None
        return found

    def digest(self, item: framing.Item) -> str:
        """As `note_order.body_of`, of an item of this note."""
        return self._digests.get(item.start) or note_order.body_of(item)

    def purged(self, digest: str) -> bool:
        """Whether the notes say that this body was dropped for good."""
        return digest in self._purged or any(digest in framing.purges(items) for items in self._detached.values())

    def strange(self, named: set[str]) -> list[str]:
        """What is wrong with the notes that were read for detached bodies and pieces; `named`: what the statements are signed for.

        A body in the detached note that no statement names counts where another is missing: one was put in the place of the other.
        """
        exchanged = self._missing and any(
            note_order.body_of(item) not in {"", *named} for item in self._detached.get(self._commit, ())
        )
        more = [f"{BODIES}: a body that no statement names (body: mismatch)"] if exchanged else []
        return [*self._strange, *more]

    def _apart(self, commit: str, digest: str, *, own: bool) -> bytes | None:
        store = store_of(self._house)
        if commit not in self._detached:
            self._detached[commit] = self._read(store, commit, own=own)[1]
        items = self._detached[commit]
        listing = _pieces(items, digest)
        if listing:
            return chunks.join(listing, lambda piece: self._piece(store, piece))
        return _inside(items).get(digest)

    def _piece(self, store: NoteStore, digest: str) -> bytes | None:
        note, items = self._read(store, digest)
        if note is not None and all(note_order.body_of(item) != digest for item in items):
            self._strange.append(f"{store.ref.name}: a piece of a body is not what its list says (body: mismatch)")
        return note

    def _read(self, store: NoteStore, key: str, *, own: bool = True) -> tuple[bytes | None, list[framing.Item]]:
        note = _note(store, key)
        if note is None:
            return None, []
        parts = framing.read(note)
        odd = (*parts.damage, *note_order.disorder(note, parts, own=own))
        self._strange += [f"{store.ref.name}, note {key[: store.width]}: {damage.reason}" for damage in odd]
        return note, parts.items


def bodies_in(note: bytes) -> bool:
    """Whether a note holds any body, whole or in pieces."""
    return any(item.kind in ("body", "chunks") for item in framing.read(note).items)


def _inside(items: Iterable[framing.Item]) -> dict[str, bytes]:
    return {sha256_hex(body): body for item in items if item.kind == "body" for body in [framing.content(item)]}


def _pieces(items: Iterable[framing.Item], digest: str) -> bytes | None:
    return next((item.raw for item in items if item.kind == "chunks" and chunks.listed(item)[0] == digest), None)


def _note(store: NoteStore, key: str) -> bytes | None:
    """The note, None where there is none or it cannot be had (a partial clone without its remote): then the body is withheld."""
    try:
        return store.read(key[: store.width])
    except StoreError:
        return None
