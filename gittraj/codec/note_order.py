"""Whether a note is as its writers leave it: the bytes and what was read of them go in; each place that nobody of them wrote so comes out.

git traj writes every item of a note once, in one order. git's own merges of notes put whole notes behind each other with one or two
0x0a between. So a note is a sequence of *runs* with 0x0a between them, each as git traj writes a note; an item twice or out of order
within a run, or other newlines, come from somebody else.
"""

from collections.abc import Iterator, Sequence

from gittraj.codec.chunks import listed
from gittraj.codec.digest import sha256, sha256_hex
from gittraj.codec.framing import ORDER, Damage, Item, Note, content, purges

NEWLINES = "newlines where neither git nor git traj puts any"
APART = b"\n\n\n"  # between two notes of one commit: a tree that holds two was written by hand, git joins them before it writes
TWICE = "the same item twice: somebody put it there again"
DISORDER = "an item out of order: somebody rewrote this note"
RETURNED = "a body beside the mark that it was purged"
REPEATED = "the whole note twice"
_GAP = 2  # newlines at most: `notes append` puts one, `concatenate` and `union` put two


def runs(note: Note) -> list[list[Item]]:
    """The items of `note`, cut where something lies between two of them."""
    found: list[list[Item]] = []
    for item in note.items:
        if found and found[-1][-1].end == item.start:
            found[-1].append(item)
        else:
            found.append([item])
    return found


def disorder(blob: bytes, note: Note, *, own: bool = True) -> Iterator[Damage]:
    """Every place where the note `blob`, read as `note`, is not as git traj and git write it.

    `own`: whether one of its statements was signed for the commit it stands at. What git copies along with a rewritten commit it may
    copy twice; a note of a commit's own is never put behind itself.
    """
    yield from _gaps(blob, note)
    parts = runs(note)
    for run in parts:
        yield from _within(run)
    if own and len(parts) > 1 and len({tuple(item.raw for item in run) for run in parts}) == 1:
        yield Damage(parts[1][0].start, parts[1][-1].end, REPEATED)


def _gaps(blob: bytes, note: Note) -> Iterator[Damage]:
    """Newlines before the first part, behind the last, and more of them between two than git puts there."""
    at = 0
    places = [(item.start, item.end) for item in note.items] + [(damage.start, damage.end) for damage in note.damage]
    for start, end in sorted(places):
        if start > at and (at == 0 or start - at > _GAP):
            yield Damage(at, start, NEWLINES)
        at = max(at, end)
    if at < len(blob):
        yield Damage(at, len(blob), NEWLINES)


def _within(run: Sequence[Item]) -> Iterator[Damage]:
    gone = purges(run)
    seen: set[bytes] | None = None  # None: all in order so far, so that none can have come twice
    for place, item in enumerate(run):
        follows = not place or _follows(run[place - 1], item)
        if not follows and seen is None:
            seen = {each.raw for each in run[:place]}
        if seen is not None and item.raw in seen:
            yield Damage(item.start, item.end, TWICE)
        elif not follows:
            yield Damage(item.start, item.end, DISORDER)
        elif gone and body_of(item) in gone:
            yield Damage(item.start, item.end, RETURNED)
        if seen is not None:
            seen.add(item.raw)


def body_of(item: Item) -> str:
    """The digest (hex) of the body that an item holds or puts together, "" for other items."""
    if item.kind == "body":
        return sha256_hex(content(item))
    return listed(item)[0] if item.kind == "chunks" else ""


def _follows(before: Item, item: Item) -> bool:
    """Whether `item` stands behind `before` where a union puts the two."""
    kinds = ORDER.index(before.kind), ORDER.index(item.kind)
    return kinds[0] < kinds[1] or (kinds[0] == kinds[1] and sha256(before.raw) < sha256(item.raw))
