"""Bodies in pieces: a body too large for one object goes in, a list and its pieces go out, and back.

The list is an item of the note (tag `framing.CHUNKS`: SHA-256 of the body, its size, the SHA-256 of each piece). A piece is a note of its own,
filed under the first digits of its SHA-256 in place of a commit's id: so git's own tools carry it like any note. Pieces end where a
turn of the session ends, so that what two records share can be one object.
"""

from collections.abc import Callable
from typing import NamedTuple

from gittraj.codec import cbor, framing
from gittraj.codec.digest import sha256, sha256_hex
from gittraj.errors import CodecError

OBJECT_LIMIT = 32 << 20  # bytes of a note: hosts refuse objects of 100 MB, and git keeps what it packs in memory
PIECE = 8 << 20  # bytes of a piece: four of them, and a note of statements, stay far below the limit
BODY_LIMIT = cbor.LIMITS.size  # a body that no reader would take need not be put together


class Pieces(NamedTuple):
    """`listing`: the item for the commit's note. `items`: digest (hex) of each piece → the item that is its note."""

    listing: bytes
    items: dict[str, bytes]


def split(body: bytes, size: int = PIECE) -> Pieces:
    """The pieces of `body`, none longer than `size`, cut where a turn begins as far as that goes."""
    cuts = [0]
    turns = [*_turns(body), len(body)]
    for before, turn in zip([0, *turns], turns, strict=False):
        if turn - cuts[-1] > size and before > cuts[-1]:
            cuts.append(before)
        while turn - cuts[-1] > size:  # one turn that is too long
            cuts.append(cuts[-1] + size)
    parts = [body[start:end] for start, end in zip(cuts, [*cuts[1:], len(body)], strict=True)]
    named = [(sha256(part), part) for part in parts if part]
    listing = cbor.encode(cbor.Tag(framing.CHUNKS, [sha256(body), len(body), [digest for digest, _ in named]]))
    return Pieces(listing, {digest.hex(): framing.body(part) for digest, part in named})


def join(listing: bytes, read: Callable[[str], bytes | None]) -> bytes | None:
    """The body that the item `listing` names; None where a piece is missing or is not what the list says.

    `read` gives the note of a piece by its digest (hex). No more is read than the size that the list states, and no more than
    `BODY_LIMIT`.
    """
    digest, size, pieces = cbor.decode(listing).value
    if size > BODY_LIMIT:
        return None
    parts: list[bytes] = []
    left = size
    for piece in pieces:
        part = _piece(read(piece.hex()), piece)
        if part is None or len(part) > left:
            return None
        parts.append(part)
        left -= len(part)
    body = b"".join(parts)
    return body if not left and sha256(body) == digest else None


def listed(item: framing.Item) -> tuple[str, list[str]]:
    """Digest (hex) of the body that an item of kind "chunks" names, and those of its pieces."""
    digest, _, pieces = cbor.decode(item.raw).value
    return digest.hex(), [piece.hex() for piece in pieces]


def size(item: framing.Item) -> int:
    """How many bytes the body has that an item of kind "chunks" names, as it says."""
    number: int = cbor.decode(item.raw).value[1]
    return number


def spill(note: bytes, limit: int = OBJECT_LIMIT) -> tuple[bytes, dict[str, bytes]]:
    """`note` with its largest bodies in pieces, until it fits into `limit` bytes; and these pieces, as in `Pieces`."""
    if len(note) <= limit:
        return note, {}
    parts = framing.read(note)
    found: dict[str, bytes] = {}
    size = len(note)
    items = {number: note[item.start : item.end] for number, item in enumerate(parts.items)}
    for number in sorted(items, key=lambda each: -len(items[each])):
        if parts.items[number].kind == "body" and size > limit:
            pieces = split(framing.content(parts.items[number]))
            found.update(pieces.items)
            size -= len(items[number]) - len(pieces.listing)
            items[number] = pieces.listing
    # what was damage stays what it is: a union puts it into an item of its own
    damage = b"".join(note[part.start : part.end] for part in parts.damage)
    return framing.union(b"".join(items.values()), damage), found


def _piece(note: bytes | None, digest: bytes) -> bytes | None:
    for item in framing.read(note).items if note is not None else ():
        if item.kind == "body" and sha256_hex(content := framing.content(item)) == digest.hex():
            return content
    return None


def _turns(body: bytes) -> list[int]:
    """Where in the record's bytes a turn begins; [] for what is no record of ours."""
    try:
        entries = cbor.decode(body)["session"]["entries"]
        places, position = [], 0
        for entry in entries:
            raw = cbor.encode(entry)
            position = body.index(raw, position)
            if entry.get("type") == "user":
                places.append(position)
            position += len(raw)
    except (CodecError, KeyError, TypeError, ValueError, AttributeError):
        return []
    return places
