"""Bodies in pieces: whatever is split is joined byte for byte, what is hostile is bounded, and no note grows over the limit."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.codec import cbor, chunks, framing
from gittraj.codec.digest import sha256
from gittraj.store import notes
from gittraj.store.notes import NoteStore
from gittraj.store.repository import Repository, open_repository
from tests.support.repo_builder import Repo


def record(sizes: list[int]) -> bytes:
    entries = [{"type": "user" if size % 2 else "assistant", "content": "x" * size} for size in sizes]
    return cbor.encode({"version": "0", "session": {"entries": entries}})


def read_from(pieces: chunks.Pieces):
    return lambda digest: pieces.items.get(digest)


@settings(max_examples=60, deadline=None)
@given(sizes=st.lists(st.integers(0, 400), max_size=12), size=st.integers(40, 700), junk=st.booleans())
def test_what_is_split_is_joined_byte_for_byte(sizes: list[int], size: int, junk: bool) -> None:
    body = os.urandom(sum(sizes) + 1) if junk else record(sizes)
    pieces = chunks.split(body, size)
    parts = [framing.content(framing.read(item).items[0]) for item in pieces.items.values()]
    assert chunks.join(pieces.listing, read_from(pieces)) == body
    assert max(len(part) for part in parts) <= size
    assert [item.kind for item in framing.read(pieces.listing).items] == ["chunks"]


def test_pieces_end_where_turns_do() -> None:
    body = record([101, 50, 101, 50, 101, 50])
    parts = [framing.content(framing.read(item).items[0]) for item in chunks.split(body, 230).items.values()]
    assert len(parts) > 1
    assert all(part.startswith(cbor.encode({"type": "user", "content": "x" * 101})) for part in parts[1:])


def test_records_that_share_turns_share_pieces() -> None:
    longer = record([101, 50] * 6)
    one, two = chunks.split(record([101, 50] * 5), 500), chunks.split(longer, 500)
    assert one.items.keys() & two.items.keys()


@pytest.mark.parametrize("how", ["missing", "altered", "too long", "too short", "huge", "other body"])
def test_a_list_that_lies_gives_no_body_and_reads_no_more_than_it_states(how: str) -> None:
    body = record([300] * 4)
    pieces = chunks.split(body, 300)
    digest, size, names = cbor.decode(pieces.listing).value
    items = dict(pieces.items)
    first = names[0].hex()
    if how == "missing":
        del items[first]
    elif how == "altered":
        items[first] = framing.body(b"other")
    elif how == "too long":
        size -= 1
    elif how == "too short":
        size += 1
    elif how == "huge":
        size = chunks.BODY_LIMIT + 1
    else:
        digest = sha256(b"another")
    read: list[str] = []
    listing = cbor.encode(cbor.Tag(framing.CHUNKS, [digest, size, names]))

    def note(key: str) -> bytes | None:
        read.append(key)
        return items.get(key)

    assert chunks.join(listing, note) is None
    assert how != "huge" or not read


def test_a_list_of_too_many_pieces_is_no_list() -> None:
    many = cbor.encode(cbor.Tag(framing.CHUNKS, [bytes(32), 5, [bytes(32)] * (framing.PIECES + 1)]))
    assert [item.kind for item in framing.read(many).items] == ["unknown"]
    for wrong in ([bytes(32), 0, [bytes(32)]], [bytes(31), 5, [bytes(32)]], [bytes(32), 5, []], [bytes(32), 5], 7):
        assert [item.kind for item in framing.read(cbor.encode(cbor.Tag(framing.CHUNKS, wrong))).items] == ["unknown"]


def test_a_note_that_would_grow_over_the_limit_puts_bodies_into_pieces(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "LIMIT", 4000)
    monkeypatch.setattr(chunks.spill, "__defaults__", (4000,))
    monkeypatch.setattr(chunks.split, "__defaults__", (1500,))
    repo = Repo.init(tmp_path / "r", "--bare")
    store = NoteStore(open_repository(str(repo.path)))
    other = NoteStore(store.repository, "refs/notes/other")
    bodies = [os.urandom(1800) for _ in range(4)]
    for number, body in enumerate(bodies):  # two on each side fit, all four do not
        (store if number % 2 else other).append("ab" * 20, [framing.body(body)], message="m")
    store.merge(other.tip(), message="m")
    note = store.read("ab" * 20) or b""
    assert largest(repo) <= 4000
    found = {framing.content(item) for item in framing.read(note).items if item.kind == "body"}
    for item in framing.read(note).items:
        if item.kind == "chunks":
            found.add(chunks.join(item.raw, lambda digest: store.read(digest[:40])) or b"")
    assert found == set(bodies)
    store.append("ab" * 20, [framing.body(os.urandom(3900))], message="m")
    assert largest(repo) <= 4000
    assert repo.git("fsck", "--strict", "--no-dangling") == ""


def largest(repo: Repo) -> int:
    listed = repo.git("cat-file", "--batch-check=%(objecttype) %(objectsize)", "--batch-all-objects").splitlines()
    return max(int(line.split()[1]) for line in listed if line.startswith("blob"))


def test_purge_marks_keep_a_body_out_of_every_union(tmp_path) -> None:
    body, other = b"a transcript", b"another"
    mark = framing.purged(sha256(body).hex())
    full, purged = framing.body(body) + framing.body(other), mark + framing.body(other)
    merged = framing.union(full, purged)
    assert merged == framing.union(purged, full) == framing.union(merged, full) == framing.union(full, merged)
    assert [framing.content(item) for item in framing.read(merged).items if item.kind == "body"] == [other]
    pieces = chunks.split(body, 5)
    assert framing.union(pieces.listing, mark) == mark


def test_a_purge_here_is_not_undone_by_a_history_from_before_it(tmp_path) -> None:
    repo = Repo.init(tmp_path / "r", "--bare")
    store = NoteStore(open_repository(str(repo.path)))
    body = framing.body(b"a transcript")
    store.append("ab" * 20, [body], message="m")
    before = store.tip()
    digest = sha256(b"a transcript").hex()
    store.rewrite(lambda _, note: framing.purged(digest), ["ab" * 20], message="purged", orphan=True, counted=True)
    after = store.tip()
    assert store.merge(before, message="m").moved is False and store.tip() == after
    other = NoteStore(store.repository, "refs/notes/other")
    repo.git("update-ref", "refs/notes/other", before)
    other.append("cd" * 20, [framing.body(b"new there")], message="m")
    other.merge(after, message="m")
    assert repo.git("rev-list", "--parents", "-1", "refs/notes/other").split()[1:] == [after]
    assert other.read("ab" * 20) == framing.purged(digest) and other.read("cd" * 20) == framing.body(b"new there")
    assert reachable(other.repository, repo, "refs/notes/other") == {b"new there"}
    store.merge(other.tip(), message="m")
    assert store.tip() == other.tip()


def reachable(repository: Repository, repo: Repo, ref: str) -> set[bytes]:
    found = set()
    for line in repo.git("rev-list", "--objects", ref).splitlines():
        kind, data = repository.raw(line.split()[0])
        if kind == "blob":
            found |= {framing.content(item) for item in framing.read(data).items if item.kind == "body"}
    return found
