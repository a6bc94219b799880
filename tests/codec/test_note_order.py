"""What a note looks like that git traj and git wrote, and what any other hand leaves in it."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.codec import framing
from gittraj.codec.cbor import Tag, encode
from gittraj.codec.digest import sha256
from gittraj.codec.note_order import NEWLINES, REPEATED, RETURNED, TWICE, disorder, runs
from tests.codec.test_framing import record, statement

BODIES = [framing.body(record(name)) for name in "abc"]
STATEMENTS = [statement(name.encode()) for name in "abc"]
DIGESTS = [sha256(record(name)) for name in "abc"]
OTHERS = [
    encode(Tag(98, [1])),
    *(framing.purged(one.hex()) for one in DIGESTS),
    *(encode(Tag(framing.CHUNKS, [one, 9, [one]])) for one in DIGESTS[:2]),
]
ITEMS = st.sampled_from([*STATEMENTS, *BODIES, *OTHERS])


def found(blob: bytes, *, own: bool = True) -> list[str]:
    return [damage.reason for damage in disorder(blob, framing.read(blob), own=own)]


def git_concatenates(left: bytes, right: bytes) -> bytes:
    """As git's `combine_notes_concatenate` does it."""
    return (left[:-1] if left.endswith(b"\n") else left) + b"\n\n" + right


@settings(max_examples=300, deadline=None)
@given(st.lists(ITEMS, max_size=6), st.lists(ITEMS, max_size=6))
def test_a_run_is_in_order_exactly_where_a_union_would_write_it_so(left: list[bytes], right: list[bytes]) -> None:
    blob = framing.write(left)
    assert (found(blob) == []) == (framing.union(blob, b"") == blob)
    assert found(framing.union(blob, framing.write(right))) == []
    assert found(framing.canonical([*left, *right])) == []


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(ITEMS, min_size=1, max_size=4), min_size=2, max_size=4))
def test_what_git_puts_behind_each_other_is_in_order_as_its_parts_are(parts: list[list[bytes]]) -> None:
    notes = [framing.canonical(part) for part in parts]
    blob = notes[0]
    for note in notes[1:]:
        blob = git_concatenates(blob, note)
    assert found(blob) == ([REPEATED] if len(set(notes)) == 1 else [])
    assert found(blob, own=False) == []
    assert len(runs(framing.read(blob))) == len(notes)
    assert found(framing.union(blob, b"")) == []


def test_every_order_of_four_items_but_one_is_told() -> None:
    items = [*STATEMENTS[:2], *BODIES[:2]]
    good = [order for order in itertools.permutations(items) if not found(b"".join(order))]
    assert [b"".join(order) for order in good] == [framing.canonical(items)]


def test_an_item_twice_is_told_wherever_it_stands() -> None:
    items = [item.raw for item in framing.read(framing.canonical([*STATEMENTS, *BODIES])).items]
    for item, place in itertools.product(items, range(len(items) + 1)):
        assert TWICE in found(b"".join([*items[:place], item, *items[place:]]))


def test_newlines_are_told_where_git_puts_none() -> None:
    one, other = framing.canonical([STATEMENTS[0], BODIES[0]]), framing.canonical([STATEMENTS[1]])
    for good in (one + b"\n" + other, one + b"\n\n" + other):
        assert found(good) == []
    for bad in (b"\n" + one, one + b"\n", one + b"\n\n\n" + other, b"\n\n" + one + b"\n" + other):
        assert found(bad) == [NEWLINES]


def test_an_item_that_ends_in_a_newline_is_no_gap() -> None:
    ends = statement(signature=b"s" * 63 + b"\n")
    assert found(ends) == [] and found(git_concatenates(ends, STATEMENTS[0])) == []
    assert found(ends + b"\n") == [NEWLINES]


def test_a_body_beside_the_mark_that_it_was_purged_is_told_and_a_merge_takes_it_away() -> None:
    blob = STATEMENTS[0] + BODIES[0] + framing.purged(DIGESTS[0].hex())
    assert found(blob) == [RETURNED]
    assert found(framing.union(blob, b"")) == [] and BODIES[0] not in framing.union(blob, b"")


@pytest.mark.parametrize("blob", [b"", b"junk", b"\xff", STATEMENTS[0] + b"\xff" + BODIES[0]])
def test_damage_is_told_elsewhere_and_parts_a_note(blob: bytes) -> None:
    assert found(blob) == []
    assert len(runs(framing.read(blob))) == len(framing.read(blob).items)
