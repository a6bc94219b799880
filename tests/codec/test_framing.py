import random
import subprocess
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gittraj.codec import framing
from gittraj.codec.cbor import Tag, encode
from gittraj.codec.framing import body, content, read, union, write
from gittraj.errors import CodecError


def statement(payload=b"p", signature=b"s" * 64, protected=b"\xa1\x01\x27", unprotected=None):
    return encode(Tag(18, [protected, unprotected or {}, payload, signature]))


def record(text="story"):
    return encode({"id": "1", "version": "3", "session": {"entries": [text]}})


def raws(blob):
    note = read(blob)
    assert not note.damage
    return [item.raw for item in note.items]


ENDS_IN_0A = statement(signature=b"s" * 63 + b"\n")
THREE = [ENDS_IN_0A, statement(signature=b"\n" * 64), body(record() + b"\n\n")]

statements = st.builds(statement, st.binary(max_size=40) | st.none(), st.binary(max_size=70))
bodies = st.binary(max_size=40).map(body) | st.text(max_size=40).map(lambda text: body(record(text)))
others = st.builds(Tag, st.sampled_from([17, 24, 98, 61]), st.binary(max_size=9)).map(encode)
items = statements | bodies | others
sequences = st.lists(items, max_size=6)


@settings(max_examples=300, deadline=None)
@given(sequences, st.data())
def test_what_was_written_is_read_whatever_newlines_lie_between(raw, data):
    assert raws(write(raw)) == raw
    gaps = data.draw(st.lists(st.integers(0, 3), min_size=len(raw), max_size=len(raw)))
    spread = b"".join(b"\n" * gap + one for gap, one in zip(gaps, raw, strict=True)) + b"\n" * len(raw)
    assert raws(spread) == raw


def test_kind_bytes_and_place_of_every_item_are_told():
    blob = b"\n" + statement() + body(b"record") + encode(Tag(98, [1]))
    note = read(blob)
    assert [item.kind for item in note.items] == ["statement", "body", "unknown"]
    assert all(blob[item.start : item.end] == item.raw for item in note.items)
    assert content(note.items[1]) == b"record"
    with pytest.raises(CodecError):
        content(note.items[0])


def test_a_statement_of_another_tool_with_unsorted_headers_and_detached_payload_is_one():
    raw = bytes.fromhex("d28443a10127a2056001 60 f6 40".replace(" ", ""))
    assert [item.kind for item in read(raw).items] == ["statement"]


@pytest.mark.parametrize(
    "raw", [b"", b"\n", b"\xa0", b"\x01", record(), statement()[:-1], statement() + b"\n", body(b"x") * 2, b"text", b"\xd2\x80"]
)  # fmt: skip
def test_what_would_not_be_read_back_is_not_written(raw):
    with pytest.raises(CodecError):
        write([raw])


def git(*arguments, where, data=None, check=True):
    done = subprocess.run(["git", *arguments], cwd=where, input=data, capture_output=True)
    assert not check or done.returncode == 0, done.stderr
    return done.stdout


def store(where, data):
    return git("hash-object", "-w", "--stdin", where=where, data=data).decode().strip()


def noted(where, commit="HEAD"):
    blob = git("notes", "--ref=traj", "list", commit, where=where).decode().strip()
    return git("cat-file", "blob", blob, where=where)


@pytest.fixture
def repository(tmp_path):
    git("init", "-q", where=tmp_path)
    git("commit", "-q", "--allow-empty", "-m", "first", where=tmp_path)
    return tmp_path


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_items_that_end_in_a_newline_survive_git_notes_append(repository, order):
    parts = [THREE[index] for index in order]
    git("notes", "--ref=traj", "add", "-C", store(repository, parts[0]), where=repository)
    for raw in parts[1:]:
        git("notes", "--ref=traj", "append", "-C", store(repository, raw), where=repository)
    assert noted(repository) != write(parts)  # git did put something between
    assert raws(noted(repository)) == parts


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_items_that_end_in_a_newline_survive_a_squashing_rebase_with_concatenate(repository, order, monkeypatch):
    parts = [THREE[index] for index in order]
    git("config", "notes.rewriteRef", "refs/notes/traj", where=repository)
    git("config", "notes.rewriteMode", "concatenate", where=repository)
    for number, raw in enumerate(parts):
        (repository / f"file{number}").write_text("x\n")
        git("add", ".", where=repository)
        git("commit", "-q", "-m", "fixup! work" if number else "work", where=repository)
        git("notes", "--ref=traj", "add", "-C", store(repository, raw), where=repository)
    monkeypatch.setenv("GIT_SEQUENCE_EDITOR", "true")
    git("rebase", "-q", "-i", "--autosquash", "HEAD~3", where=repository)
    assert git("rev-list", "--count", "HEAD", where=repository) == b"2\n"
    assert sorted(raws(noted(repository))) == sorted(parts)


def test_items_that_end_in_a_newline_survive_gits_own_union_merge(repository):
    for ref, raw in (("traj", THREE[1]), ("other", THREE[2])):
        git("notes", f"--ref={ref}", "add", "-C", store(repository, raw), where=repository)
    git("notes", "--ref=traj", "merge", "-q", "-s", "union", "refs/notes/other", where=repository)
    assert raws(noted(repository)) == [THREE[1], THREE[2]]


def test_what_cat_sort_uniq_destroys_is_reported(repository):
    for ref, raw in (("traj", statement(b"1\n2")), ("other", body(record("a\nb")))):
        git("notes", f"--ref={ref}", "add", "-C", store(repository, raw), where=repository)
    git("notes", "--ref=traj", "merge", "-q", "-s", "cat_sort_uniq", "refs/notes/other", where=repository)
    assert read(noted(repository)).damage


@pytest.mark.parametrize("at", range(3))
@pytest.mark.parametrize(
    "junk", [b"---\n", b"see the wiki", b"\xff" * 7, b"\xa0", statement()[:20], b"\x5b" + b"\xff" * 8]
)
def test_the_items_around_a_damaged_place_are_recovered(at, junk):
    parts = [statement(b"1"), body(record("one" * 50)), statement(b"2"), body(record("two" * 50))]
    blob = write(parts[:at]) + junk + write(parts[at:])
    note = read(blob)
    assert [item.raw for item in note.items if item.raw in parts] == parts
    assert note.damage
    assert all(part.reason and part.start < part.end for part in note.damage)


def test_a_body_whose_length_was_damaged_does_not_take_the_next_items_along():
    blob = bytearray(statement() + body(record("x" * 300)) + statement(b"2") + body(record("two")))
    blob[len(statement()) + 1] ^= 0x40
    note = read(bytes(blob))
    assert [item.raw for item in note.items] == [statement(), statement(b"2"), body(record("two"))]
    assert [(part.start, part.end) for part in note.damage] == [(note.items[0].end, note.items[1].start)]


@settings(max_examples=300, deadline=None)
@given(sequences.filter(bool), st.data())
def test_reading_accounts_for_every_byte_of_a_mutated_note(raw, data):
    blob = bytearray(write(raw))
    at = data.draw(st.integers(0, len(blob) - 1))
    if data.draw(st.booleans()):
        blob[at] = data.draw(st.integers(0, 255))
    else:
        blob[at:at] = data.draw(st.binary(min_size=1, max_size=9))
    check_accounted(bytes(blob))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=80))
def test_reading_accounts_for_every_byte_of_random_ones(blob):
    check_accounted(blob)


def check_accounted(blob):
    note = read(blob)
    spans = sorted([(item.start, item.end) for item in note.items] + [(part.start, part.end) for part in note.damage])
    place = 0
    for start, end in spans:
        assert place <= start < end
        assert not blob[place:start].strip(b"\n")
        place = end
    assert not blob[place:].strip(b"\n")


notes = st.lists(items | st.binary(max_size=12) | st.just(b"\n"), max_size=5).map(b"".join)


@settings(max_examples=200, deadline=None)
@given(notes, notes, notes)
@example(b"\xff" * 5, statement(), encode(Tag(framing.KEPT, b"\xff" * 5)))
@example(statement()[:30], statement()[30:], body(record()))
def test_union_is_commutative_associative_and_idempotent(a, b, c):
    assert union(a, b) == union(b, a)
    assert union(union(a, b), c) == union(a, union(b, c))
    assert union(union(a, b), b) == union(a, b)
    assert union(union(a, b), union(a, b)) == union(a, b)


@settings(max_examples=200, deadline=None)
@given(sequences, sequences)
def test_union_holds_every_item_of_both_once(a, b):
    assert sorted(raws(union(write(a), write(b)))) == sorted({*a, *b})


def test_union_neither_hides_nor_loses_damage():
    damaged = statement() + b"\xff\xff" + body(record())
    once = union(damaged, body(b"other"))
    note = read(once)
    assert {item.raw for item in note.items} == {statement(), body(record()), body(b"other")}
    assert [once[part.start : part.end] for part in note.damage] == [encode(Tag(framing.KEPT, b"\xff\xff"))]
    assert read(union(once, b"")).damage == note.damage


def junk(name, size):
    patterns = {
        "zeros": b"\0", "empty strings": b"\x40", "begun statements": b"\xd2\x84\x40", "nested statements": b"\xd2\x84",
        "begun maps": b"\xd2\x84\x40\xa1\x00\x98\xff", "short bodies": b"\x58\x20\xa3\x61", "bodies to the end": b"\x5a\x00\x10\x00\x00\xa3\x61",
        "newlines": b"\n", "bodies before newlines": b"\x58\x18\xa3\x61" + b"\n" * 200, "text": b"The quick brown fox. ",
        "failing after each good one": b"\x40\xd2\x84\x5a\x00\x10\x00\x00", "tags": b"\xd8\x62\x98\xff", "texts": b"\xd8\x62\x82\x7a\x00\x80\x00\x00",
    }  # fmt: skip
    if name == "random":
        return random.Random(7).randbytes(size)
    return patterns[name] * (size // len(patterns[name]))


JUNK = (
    "random", "zeros", "empty strings", "begun statements", "nested statements", "begun maps", "short bodies", "bodies to the end",
    "newlines", "bodies before newlines", "text", "failing after each good one", "tags", "texts",
)  # fmt: skip


@pytest.mark.parametrize("name", JUNK)
def test_thirty_two_mebibytes_of_junk_are_handled_in_bounded_time(name):
    blob = statement() + junk(name, 32 << 20)
    began = time.process_time()
    note = read(blob)
    spent = time.process_time() - began
    assert note.items[0].raw == statement()
    assert len(note.items) + len(note.damage) <= framing.ITEMS + 2
    assert spent < 15  # measured: below 1 s; anything quadratic would take hours
