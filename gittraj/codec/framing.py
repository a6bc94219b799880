"""The note's framing: the blob of a note goes in, its items and its damage come out, and back (a CBOR sequence, RFC 8742).

Items are statements (tag 18) and bodies (byte strings); between them a reader skips 0x0a. git's `notes append` puts one
there; `notes.rewriteMode=concatenate` and `notes merge -s union` first take a last 0x0a away and then put two there. So where
that last 0x0a belonged to an item, the item's length takes one of the two back, and every item is recovered byte for byte.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from gittraj.codec.cbor import Limits, Tag, decode_first
from gittraj.codec.cbor_encoder import head
from gittraj.codec.digest import sha256
from gittraj.errors import CodecError

STATEMENT = 18  # COSE_Sign1 (RFC 9052 section 2)
PURGED = (
    65602  # ours: the SHA-256 of a body that was dropped for good, in a byte string; no merge brings that body back
)
CHUNKS = 65603  # ours: a body that lies in pieces, each in a note of its own (`gittraj.codec.chunks`)
KEPT = 65601  # ours: bytes that were damage when two notes were merged, in a byte string, so that no merge hides them
PIECES = 1024  # of one body; the largest body that is read, 256 MiB, has some 40
ITEMS = (
    65536  # in one note; ten thousand statements with their bodies are a third of this, one-byte items would be a bomb
)
# a statement's structure without what lies in its byte strings: receipts and certificates are such strings
SHALLOW = Limits(depth=16, items=4096)
PATIENCE = 100_000  # places tried in one note when looking for the next item; keeps 32 MiB of junk within seconds
_COST = 1000  # of that, where a whole item had to be tried: its strings may be as long as the note
_HEADS = rb"[\xa3-\xbb][\x60-\x7b]"  # a record begins so: a map of three or more, text as first key
# where an item may begin again after damage: a statement, or a byte string around a record
_BEGIN = (
    rb"\xd2\x84[\x40-\x5b]|\x58[\x18-\xff]%b|\x59..%b|\x5a.{4}%b|\x5b.{8}%b" % ((_HEADS,) * 4)
)  # fmt: skip


ORDER = (
    "statement",
    "body",
    "unknown",
    "kept",
    "chunks",
    "purged",
)  # of kinds in a note; within a kind, that of the digests


class Item(NamedTuple):
    """One item: `kind` "statement", "body", "chunks", "purged" or "unknown" (another tag), its exact bytes and where they stood."""

    kind: str
    raw: bytes
    start: int
    end: int


class Damage(NamedTuple):
    """Bytes `start` to `end` that are no item, and why."""

    start: int
    end: int
    reason: str


class Note(NamedTuple):
    """What a blob holds, in its order."""

    items: list[Item]
    damage: list[Damage]


def read(blob: bytes) -> Note:
    """The items of `blob`, and what lies between them and is neither item nor 0x0a; never raises, whatever the bytes."""
    items: list[Item] = []
    damage: list[Damage] = []
    for kind, start, end, reason in _parts(blob):
        if reason:
            damage.append(Damage(start, end, reason))
        else:
            items.append(Item(kind, blob[start:end], start, end))
    return Note(items, damage)


def write(items: Iterable[bytes]) -> bytes:
    """The blob of these items, in this order. Raises `CodecError` where one is not exactly one statement, body or other tag."""
    whole = list(items)
    for raw in whole:
        if _item(raw, 0)[1] != len(raw):
            raise CodecError("bytes follow after the end of an item of a note")
    return b"".join(whole)


def canonical(items: Iterable[bytes]) -> bytes:
    """The blob of these items as it is written: each once, in the order of `union`. Raises `CodecError` as `write` does."""
    return union(write(items), b"")


def body(record: bytes) -> bytes:
    """The item of a record's exact bytes: these in a byte string."""
    return head(2, len(record)) + record


def content(item: Item) -> bytes:
    """The bytes in a body: the record. Raises `CodecError` for items of another kind."""
    if item.kind != "body":
        raise CodecError(f"an item of kind {item.kind} has no content to give")
    value: bytes = decode_first(item.raw)[0]
    return value


def purged(digest: str) -> bytes:
    """The item that says of a body (or of a piece of one) that it was dropped; `digest`: its SHA-256 in hex."""
    return head(6, PURGED) + body(bytes.fromhex(digest))


def purges(items: Iterable[Item]) -> set[str]:
    """The digests (hex) of the bodies that these items say were dropped."""
    return {decode_first(item.raw)[0].value.hex() for item in items if item.kind == "purged"}


def union(a: bytes, b: bytes) -> bytes:
    """A note with every item of both, each once by digest, in an order that depends on the items alone.

    A body that either side says was purged is not in it; statements always are. Commutative, associative, idempotent. Damage is kept, in a byte string of tag `KEPT`: a merge neither loses nor hides it,
    and reading the result reports it again.
    """
    found: dict[tuple[int, bytes], bytes] = {}
    for blob in (a, b):
        for kind, start, end, reason in _parts(blob):
            raw = blob[start:end]
            if reason and kind != "kept":
                kind, raw = "kept", head(6, KEPT) + body(raw)
            found[ORDER.index(kind), sha256(raw)] = raw
    gone = {decode_first(raw)[0].value for (kind_, _), raw in found.items() if kind_ == ORDER.index("purged")}
    return b"".join(found[key] for key in sorted(found) if not (gone and _names(key[0], found[key]) in gone))


def _names(kind: int, raw: bytes) -> bytes:
    """The digest of the body that an item holds or puts together, b"" for other items."""
    if ORDER[kind] == "body":
        return sha256(decode_first(raw)[0])
    if ORDER[kind] == "chunks":
        digest: bytes = decode_first(raw)[0].value[0]
        return digest
    return b""


def _parts(blob: bytes) -> Iterator[tuple[str, int, int, str]]:
    """(kind, start, end, reason) of all of `blob` but the 0x0a between; kind "kept" and "" (damage) have a reason."""
    pos, count, patience = 0, 0, PATIENCE
    size = len(blob)
    held: tuple[str, int, int, str] | None = (
        None  # the item before, which may turn out to have swallowed the next one's head
    )
    while pos < size:
        if blob[pos] == 0x0A:
            pos += 1
            continue
        count += 1
        start = pos
        try:
            kind, pos = _item(blob, start) if count <= ITEMS else ("", size)
            reason = "damage from before a merge" if kind == "kept" else "" if kind else f"more than {ITEMS} items"
        except CodecError as error:
            if held is not None:  # cut short, an item ends within the one that follows it
                pos, patience = _next(blob, held[1] + 1, patience - _COST, within=start)
                if pos < start:
                    yield "", held[1], pos, "an item that was cut short"
                    held = None
                    continue
            pos, patience = _next(blob, start + 1, patience - _COST)
            kind, reason = "", error.message
        if held is not None:
            yield held
        held = kind, start, pos, reason
        if not kind:
            yield held
            held = None
    if held is not None:
        yield held


def _item(blob: bytes, pos: int) -> tuple[str, int]:
    """Kind and end of the item at `pos`. Raises `CodecError` where there is none."""
    if pos >= len(blob):
        raise CodecError("an item without bytes")
    major = blob[pos] >> 5
    if major == 2:
        return "body", _string_end(blob, pos)
    if major != 6:
        raise CodecError("neither a statement nor a body")
    value, end = decode_first(blob, pos, SHALLOW, ordered=False)  # headers of others may be unsorted, see `cbor.decode`
    if not isinstance(value, Tag):
        raise CodecError("neither a statement nor a body")
    if value.number == STATEMENT:
        parts = value.value
        if not isinstance(parts, list) or [type(part) for part in parts] not in (
            [bytes, dict, bytes, bytes],
            [bytes, dict, type(None), bytes],
        ):
            raise CodecError("tag 18 around something else than a COSE_Sign1")
        return "statement", end
    if value.number == KEPT and isinstance(value.value, bytes):
        return "kept", end
    if value.number == PURGED and isinstance(value.value, bytes) and len(value.value) == 32:
        return "purged", end
    if value.number == CHUNKS and _is_list(value.value):
        return "chunks", end
    return "unknown", end


def _is_list(value: object) -> bool:
    """Whether this is the digest of a body, its size and the digests of its pieces, not too many."""
    if not isinstance(value, list) or len(value) != 3:
        return False
    digest, size, pieces = value
    return (
        isinstance(digest, bytes)
        and len(digest) == 32
        and type(size) is int
        and size > 0
        and isinstance(pieces, list)
        and 0 < len(pieces) <= PIECES
        and all(isinstance(one, bytes) and len(one) == 32 for one in pieces)
    )


def _string_end(blob: bytes, pos: int) -> int:
    """End of the byte string at `pos`, without copying it."""
    info = blob[pos] & 31
    width = 0 if info < 24 else 1 << (info - 24) if info < 28 else -1
    if width < 0:
        raise CodecError("a byte string of indefinite or reserved length")
    length = int.from_bytes(blob[pos + 1 : pos + 1 + width], "big") if width else info
    end = pos + 1 + width + length
    if end > len(blob):
        raise CodecError(f"a byte string of {length} bytes, longer than the note")
    if len(head(2, length)) != 1 + width:
        raise CodecError("a byte string whose length is not the shortest form")
    return end


def _next(blob: bytes, pos: int, patience: int, *, within: int | None = None) -> tuple[int, int]:
    """Where the next item begins at or after `pos` (the end of `blob` if nowhere), and the patience left.

    After damage nothing tells where an item begins, so only what is hard to mistake is taken: a whole statement, or a byte
    string that begins as a record does and ends where the note ends or something of the note's kind begins. `within` asks
    for one that begins before that offset and ends after it.
    """
    import re

    stop = len(blob) if within is None else within
    begin = re.compile(_BEGIN, re.DOTALL)
    while patience > 0:
        match = begin.search(blob, pos)
        if match is None or match.start() >= stop:
            break
        pos = match.start()
        try:
            kind, end = _item(blob, pos)
            if (kind == "statement" or _plausible(blob, end)) and (within is None or end > within):
                return pos, patience
            patience -= 1
        except CodecError:
            patience -= _COST if blob[pos] == 0xD2 else 1
        pos += 1
    return len(blob), patience


def _plausible(blob: bytes, pos: int) -> bool:
    rest = blob[pos : pos + 3].lstrip(b"\n")  # git puts two there at most
    return not rest or rest[0] in (0xD2, 0x58, 0x59, 0x5A, 0x5B)
