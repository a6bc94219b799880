"""A note in CBOR diagnostic notation: a shown commit goes in; every item with its place in the note comes out as lines."""

from collections.abc import Iterator

from gittraj.cli.escape import visible
from gittraj.cli.paint import Line
from gittraj.codec import framing
from gittraj.codec.diagnostic import diagnostic
from gittraj.model.report import Shown


def diagnosis(shown: Shown) -> Iterator[Line]:
    """Each item of the note, in order: statements and other items as they are, a body as the record inside it."""
    note = framing.read(shown.note)
    for item in note.items:
        yield Line(("dim", f"/ {item.kind}, bytes {item.start}-{item.end} /"))
        for line in diagnostic(item.raw).split("\n"):
            yield Line(("", visible(line)))
    for damage in note.damage:
        yield Line(("bad", f"/ damaged, bytes {damage.start}-{damage.end}: {damage.reason} /"))
