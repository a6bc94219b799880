"""All records of all notes: a house goes in; each record's statement comes out, with where its body lies and how large it is."""

from collections.abc import Iterator
from typing import NamedTuple

from gittraj.codec import chunks, framing
from gittraj.codec.digest import sha256_hex
from gittraj.errors import SealError
from gittraj.flows.wiring import House
from gittraj.model.states import Statement
from gittraj.seal import withheld
from gittraj.seal.headers import PAYLOAD_LOCATION, RECORD
from gittraj.seal.statement import parse
from gittraj.store.notes import NoteStore


class Body(NamedTuple):
    """A body in a note: the `raw` item that holds or lists it, its size, and the digests of its pieces."""

    raw: bytes
    size: int
    pieces: tuple[str, ...] = ()


class Kept(NamedTuple):
    """A record in the notes. `key`: the annotated commit. `attached`, `detached`: its body there; None where there is none.

    `claims`: the reasons that the note itself gives for a missing body, unchecked.
    """

    key: str
    statement: Statement
    attached: Body | None
    detached: Body | None
    claims: frozenset[str]

    @property
    def apart(self) -> bool:
        """Whether the signer said that the body lies elsewhere."""
        return PAYLOAD_LOCATION in self.statement.header


def records(house: House, apart: NoteStore) -> Iterator[Kept]:
    """Every hash envelope of the notes, note by note. Raises `StoreError`."""
    for key in dict.fromkeys(key for key, _ in house.notes.list()):
        note = house.notes.read(key)
        parts = framing.read(note) if note is not None else framing.Note([], [])
        statements = [one for item in parts.items if item.kind == "statement" and (one := _parsed(item.raw))]
        wanted = [one for one in statements if one.detached and one.kind == RECORD]
        if not wanted:
            continue
        here = bodies(parts.items)
        there: dict[str, Body] = {}
        for place in dict.fromkeys([key, *(one.anchor.commit for one in wanted if one.anchor)]):
            if any(one.digest not in there for one in wanted):
                other = apart.read(place)
                there |= bodies(framing.read(other).items) if other is not None else {}
        reasons = _reasons(statements)
        for one in {each.digest: each for each in wanted}.values():
            claims = frozenset(why for digest, why in reasons if digest == one.digest)
            yield Kept(key, one, here.get(one.digest), there.get(one.digest), claims)


def bodies(items: list[framing.Item]) -> dict[str, Body]:
    """Digest (hex) → body, whole or in pieces."""
    found: dict[str, Body] = {}
    for item in items:
        if item.kind == "body":
            content = framing.content(item)
            found[sha256_hex(content)] = Body(item.raw, len(content))
        elif item.kind == "chunks":
            digest, pieces = chunks.listed(item)
            found.setdefault(digest, Body(item.raw, chunks.size(item), tuple(pieces)))
    return found


def _reasons(statements: list[Statement]) -> list[tuple[str, str]]:
    from gittraj.codec import cbor
    from gittraj.errors import CodecError

    found = []
    for one in statements:
        if one.kind == withheld.KIND:
            try:
                claim = cbor.decode(one.payload)
                found.append((claim["body"].hex(), str(claim["why"])))
            except (CodecError, KeyError, TypeError, AttributeError):
                continue
    return found


def _parsed(raw: bytes) -> Statement | None:
    try:
        return parse(raw)
    except SealError:
        return None
