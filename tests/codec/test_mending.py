"""Spoiled notes: whatever git's `cat_sort_uniq` makes of notes is undone from what they were, and what nothing explains is kept."""

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.codec import framing
from gittraj.codec.cbor import Tag, encode
from gittraj.codec.digest import sha256
from gittraj.codec.framing import body, purged, union
from gittraj.codec.mending import Mended
from gittraj.codec.mending import mend as mended_by


def mend(note: bytes, past: list[bytes], **more: set[str]) -> Mended:
    """As a reader does who has the key of everybody here."""
    return mended_by(note, past, signed=SIGNED.__contains__, **more)


SIGNED: set[bytes] = set()


def sorted_lines(*notes: bytes) -> bytes:
    """What git makes of these notes (notes.c, `combine_notes_cat_sort_uniq`): notes are C strings there."""
    lines = {line for note in notes for line in note.partition(b"\0")[0].split(b"\n")}
    return b"".join(line + b"\n" for line in sorted(lines - {b""}))


def record(payload: bytes) -> bytes:
    """A statement that names its body, and the body: mostly without 0x00, so that much goes on into what git makes of it."""
    statement = encode(Tag(18, [b"\xa1\x01\x27", {}, sha256(payload), b"s\n\nS" * 16]))
    SIGNED.add(statement)
    return statement + body(payload)


RECORDS = st.binary(max_size=60).map(record)
TEXTS = st.text(st.sampled_from("ABab\n\0 é"), max_size=80).map(lambda text: record(text.encode()))
OTHERS = st.binary(max_size=9).map(lambda data: encode(Tag(98, data)))
NOTES = st.lists(RECORDS | TEXTS | OTHERS, min_size=1, max_size=4).map(b"".join)


def whole(note: bytes) -> bool:
    return not framing.read(note).damage and framing.union(note, note) == note


def test_the_simulation_is_git(tmp_path) -> None:
    def git(*words: str, data: bytes | None = None) -> bytes:
        return subprocess.run(["git", *words], cwd=tmp_path, input=data, capture_output=True, check=True).stdout

    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", "first")
    one, two = record(b"one\nAB\0c\nline\n" * 3), record(b"two\nline\n")
    for ref, note in (("traj", one), ("other", two)):
        blob = git("hash-object", "-w", "--stdin", data=note).decode().strip()
        git("notes", f"--ref={ref}", "add", "-C", blob)
    git("notes", "--ref=traj", "merge", "-q", "-s", "cat_sort_uniq", "refs/notes/other")
    blob = git("notes", "--ref=traj", "list", "HEAD").decode().strip()
    spoiled = git("cat-file", "blob", blob)
    assert spoiled.rstrip(b"\n") == sorted_lines(one, two).rstrip(b"\n")
    mended = mend(spoiled, [one, two])
    assert mended.note == union(one, two) and mended.restored and not mended.left


@settings(max_examples=200, deadline=None)
@given(NOTES, NOTES, NOTES)
def test_what_was_sorted_is_whole_again(one, two, later) -> None:
    spoiled = sorted_lines(one, two)
    if not framing.read(spoiled).damage:  # nothing tells it from a note
        return
    mended = mend(spoiled, [one, two, spoiled])
    assert mended.note == union(one, two) and not mended.left and whole(mended.note)
    # a writer of ours may have added to it meanwhile, and another merge may have sorted it again
    grown = union(spoiled, later)
    again = mend(grown, [one, two, later, spoiled, grown])
    assert again.note == union(union(one, two), later) and not again.left
    twice = sorted_lines(grown, later)
    if framing.read(twice).damage:
        assert mend(twice, [one, two, later, spoiled, grown]).note == again.note
    assert mend(again.note, []).note == again.note


@settings(max_examples=200, deadline=None)
@given(NOTES, st.binary(max_size=80), NOTES)
def test_what_nothing_explains_is_kept(one, junk, two) -> None:
    words = b"\xffno note from before holds this"
    note = one + words + b"\n" + junk + two
    mended = mend(note, [one])
    assert words in mended.note and mended.left >= len(words)
    mended = mend(mended.note, [one])
    assert words in mended.note and mended.left >= len(words)
    assert {item.raw for item in framing.read(one).items} <= {item.raw for item in framing.read(mended.note).items}


def test_a_line_that_no_note_from_before_holds_keeps_the_damage() -> None:
    one, two = record(b"one\n" * 9), record(b"two\n" * 9)
    spoiled = sorted_lines(one, two) + b"\xffsee the wiki\n"
    mended = mend(spoiled, [one, two])
    assert {item.raw for item in framing.read(union(one, two)).items} <= {
        i.raw for i in framing.read(mended.note).items
    }
    assert mended.left and mended.lines == (b"\xffsee the wiki",) and b"see the wiki" in mended.note
    again = mend(mended.note, [one, two])  # what was kept lies in byte strings of its own now, some of it accounted for
    assert b"see the wiki" in again.note and mend(again.note, [one, two]).note == again.note
    assert mend(mended.note, [one, two, record(b"\xffsee the wiki")]).left == 0


def test_what_was_purged_and_what_lies_apart_does_not_come_back() -> None:
    text = b"a transcript\n" * 3
    one, two = record(text), record(b"another\n")
    spoiled = sorted_lines(one, two)
    mark = purged(sha256(text).hex())
    assert body(text) not in mend(union(spoiled, mark), [one, two]).note
    kinds = [item.kind for item in framing.read(mend(spoiled, [one, two], apart={sha256(text).hex()}).note).items]
    assert kinds == ["statement", "statement", "body"]


@pytest.mark.parametrize("note", [b"", b"\n", record(b"x"), record(b"x") + record(b"y")])
def test_a_note_that_is_well_is_only_put_in_order(note: bytes) -> None:
    lost = record(b"taken out on purpose")
    assert mend(note, [lost]).note == union(note, note) and mend(note, [lost]).restored == 0
    assert mend(note + b"\n" + note, []).note == union(note, note)
