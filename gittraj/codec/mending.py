"""A spoiled note mended: its bytes and what stood there before go in; a note with every item of both comes out, without the damage that these explain.

git's `cat_sort_uniq` drops what follows the first 0x00 of each note, takes the rest apart at its 0x0a, and sorts the lines. What is left reads as damage,
with pieces between that happen to look like items. A line of it is accounted for where a note from before holds it: by dropping it, nothing is lost.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

from gittraj.codec import framing
from gittraj.codec.cbor import decode_first
from gittraj.codec.cbor_encoder import head
from gittraj.codec.chunks import listed
from gittraj.codec.digest import sha256_hex
from gittraj.codec.framing import Item
from gittraj.errors import CodecError

_KEPT = head(6, framing.KEPT)


class Mended(NamedTuple):
    """The `note` now; `restored`: items that it had lost; `dropped`, `left`: bytes of damage accounted for, and not.

    `lines`: those of what is left that no note from before holds.
    """

    note: bytes
    restored: int = 0
    dropped: int = 0
    left: int = 0
    lines: tuple[bytes, ...] = ()


class _Stretch(NamedTuple):
    """Damage as it stands in a note, the parts it reads as, and all of it as a union keeps it."""

    whole: bytes
    parts: list[bytes]
    united: bytes


def mend(
    note: bytes,
    past: Iterable[bytes],
    *,
    signed: Callable[[bytes], bool],
    named: Collection[str] = (),
    apart: Collection[str] = (),
) -> Mended:
    """`note` in canonical order, each item once; where it is damaged, with all items of the notes `past`, and without damage that they account for.

    `signed`: whether a statement's signature holds; one put together from pieces has none. `named`: digests (hex) of bodies that statements elsewhere name.
    `apart`: bodies that lie elsewhere and need not come back.
    """
    read = framing.read(note)
    if not read.damage:
        return Mended(framing.union(note, note))
    sources = _Sources(past, signed, named, read.items)
    kept = [item.raw for item in read.items if sources.sound(item)]
    kept += [item.raw for item in sources.items if _names(item) not in apart]
    dropped = 0
    lines: list[bytes] = []
    for stretch in _stretches(note, read, sources.sound):
        missing = sources.lacks(stretch)
        lines += missing
        if missing:
            kept.append(stretch.united)
        else:
            dropped += len(stretch.whole)
    result = framing.union(b"".join(kept), b"")
    there = {item.raw for item in read.items}
    after = framing.read(result)
    restored = sum(1 for item in after.items if item.raw not in there)
    left = sum(part.end - part.start for part in after.damage)
    return Mended(result, restored, dropped, left, tuple(lines))


class _Sources:
    """What stood there before: `items`, and the lines of every note that is whole, or was damaged by nothing but the others."""

    def __init__(
        self, past: Iterable[bytes], signed: Callable[[bytes], bool], named: Collection[str], mine: Iterable[Item]
    ) -> None:
        self.items: list[Item] = []
        self._signed = signed
        self._known: set[bytes] = set()
        self._notes: list[bytes] = []
        self._lines = {b""}
        waiting = [(note, framing.read(note)) for note in past]
        every = [*mine, *(item for _, read in waiting for item in read.items)]
        self._digests = {*named, *(_payload(item) for item in every)}
        while waiting:  # a note may be damaged by others that are damaged themselves
            ready = [one for one in waiting if not any(map(self.lacks, _stretches(*one, self.sound)))]
            for note, read in ready:
                self._take(note, read)
            if not ready:
                break
            waiting = [one for one in waiting if one not in ready]
        for _, read in waiting:
            self.items += [item for item in read.items if self.sound(item)]

    def sound(self, item: Item) -> bool:
        """Whether an item is more than a piece of the damage beside it."""
        if item.raw in self._known or item.kind == "purged":
            return True
        return self._signed(item.raw) if item.kind == "statement" else _names(item) in self._digests

    def lacks(self, stretch: _Stretch) -> list[bytes]:
        """The lines of `stretch` that stand nowhere in these notes, neither as its parts follow each other nor in each part."""
        return self._missing(stretch.whole) and [line for part in stretch.parts for line in self._missing(part)]

    def _missing(self, data: bytes) -> list[bytes]:
        unknown = [line for line in data.split(b"\n") if line not in self._lines]
        return [line for line in unknown if not any(line in note for note in self._notes)]

    def _take(self, note: bytes, read: framing.Note) -> None:
        items = [item for item in read.items if not read.damage or self.sound(item)]
        self.items += items
        self._known.update(item.raw for item in items)
        self._notes.append(note)
        lines = note.split(b"\n")
        self._lines.update(lines, (line.partition(b"\0")[0] for line in lines))


def _stretches(note: bytes, read: framing.Note, sound: Callable[[Item], bool]) -> Iterator[_Stretch]:
    """Damage with the pieces between that look like items."""
    if not read.damage:
        return
    parts: list[tuple[int, int, bool, bytes | None]] = [(one.start, one.end, sound(one), None) for one in read.items]
    parts += [(one.start, one.end, False, _unwrapped(note[one.start : one.end])) for one in read.damage]
    held: list[tuple[int, int]] = []
    for start, end, good, kept in sorted(parts, key=lambda part: part[:2]):
        if held and (good or kept is not None):
            yield _stretch(note, held)
            held = []
        if kept is not None:
            yield _Stretch(kept, [kept], note[start:end])
        elif not good:
            held.append((start, end))
    if held:
        yield _stretch(note, held)


def _stretch(note: bytes, held: list[tuple[int, int]]) -> _Stretch:
    whole = note[held[0][0] : held[-1][1]]
    return _Stretch(whole, [note[start:end] for start, end in held], framing.union(whole, b""))


def _unwrapped(raw: bytes) -> bytes | None:
    """The damage that a union put into a byte string; None for damage that lies bare."""
    if not raw.startswith(_KEPT):
        return None
    try:
        value, end = decode_first(raw)
    except CodecError:
        return None
    return value.value if end == len(raw) and isinstance(value.value, bytes) else None


def _payload(item: Item) -> str:
    """The digest that a statement signs, "" where its payload is none."""
    if item.kind != "statement":
        return ""
    payload = decode_first(item.raw, ordered=False)[0].value[2]
    return payload.hex() if isinstance(payload, bytes) and len(payload) == 32 else ""


def _names(item: Item) -> str:
    """The digest of the body that an item holds or lists, "-" for others."""
    if item.kind == "body":
        return sha256_hex(framing.content(item))
    return listed(item)[0] if item.kind == "chunks" else "-"
