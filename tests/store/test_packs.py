"""Objects written together: held against git, for either back end, and what a union of many notes leaves on the disk."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.codec import framing
from gittraj.codec.digest import git_object_id
from gittraj.errors import StoreError
from gittraj.store import notes_tree, packs
from gittraj.store.notes import NoteStore
from gittraj.store.repository import Repository, open_repository
from gittraj.store.trees import Node, parse, serialise
from tests.support.ids import WIDTH
from tests.support.repo_builder import Repo

SIZES = [0, 1, 15, 16, 17, 2047, 2048, 2049, 300_000]  # where the length of an object's head changes


def key(name: str) -> str:
    """An id that belongs to no commit here."""
    return hashlib.sha256(name.encode()).hexdigest()[:WIDTH]


def loose(repo: Repo) -> int:
    return int(repo.git("count-objects").split()[0])


def in_packs(repo: Repo) -> int:
    text = repo.git("count-objects", "-v")
    return int(next(line for line in text.splitlines() if line.startswith("in-pack:")).split()[1])


@pytest.mark.parametrize("back_end", ["", "git"])
@pytest.mark.parametrize("count", [len(SIZES), packs.FEWEST + len(SIZES)])
def test_git_finds_every_object_that_was_written_together(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, back_end: str, count: int
) -> None:
    monkeypatch.setenv("GITTRAJ_STORE", back_end)
    opened = open_repository(str(repo.path))
    blobs = [bytes([65 + number % 26]) * size for number, size in enumerate(SIZES)]
    blobs += [b"%d\n" % number for number in range(count - len(blobs))]
    before = loose(repo), in_packs(repo)
    with opened.gathered():
        ids = [opened.write("blob", data) for data in (*blobs, blobs[-1])]  # one of them twice
        tree = opened.write("tree", serialise([Node(b"%d" % at, b"100644", oid) for at, oid in enumerate(ids)]))
        assert opened.blob(ids[3]) == blobs[3] and opened.has_object(ids[3])
        assert (loose(repo), in_packs(repo)) == before
    assert ids == [git_object_id("blob", data, opened.object_format) for data in (*blobs, blobs[-1])]
    for oid, data in zip(ids, blobs, strict=False):
        assert repo.raw("cat-file", "blob", oid) == data == opened.blob(oid)
    assert opened.tree_bytes(tree) == repo.raw("cat-file", "tree", tree)
    assert repo.git("fsck", "--strict", "--no-dangling") == ""
    written = count + 1
    expected = (before[0], before[1] + written) if written >= packs.FEWEST else (before[0] + written, before[1])
    assert (loose(repo), in_packs(repo)) == expected


def test_nothing_is_written_where_the_work_was_given_up(repo: Repo, opened: Repository) -> None:
    before = loose(repo)
    with pytest.raises(ZeroDivisionError), opened.gathered():
        oid = opened.write("blob", b"given up")
        raise ZeroDivisionError
    assert loose(repo) == before and not opened.has_object(oid)
    assert opened.has_object(opened.write("blob", b"and then as before"))


def test_what_waits_is_written_before_it_fills_the_memory(
    repo: Repo, opened: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gittraj.store.repository.GATHERED", 1000)
    before = loose(repo)
    with opened.gathered():
        first = opened.write("blob", b"a" * 600)
        assert loose(repo) == before
        opened.write("blob", b"b" * 600)
        assert loose(repo) == before + 2 and opened.blob(first) == b"a" * 600


def test_a_repository_that_cannot_be_written_is_our_error(
    repo: Repo, opened: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packs, "pack", lambda objects, object_format: b"no pack")
    store = NoteStore(opened)
    with pytest.raises(StoreError, match="git index-pack"):
        store.append_all({key(str(n)): [framing.body(b"%d" % n)] for n in range(120)}, message="m")
    assert store.tip() == ""


def test_in_a_receive_hook_nothing_goes_where_a_refused_push_is_thrown_away(repo: Repo, tmp_path: Path) -> None:
    waiting = tmp_path / "waiting"
    waiting.mkdir()
    env = {"PATH": "/usr/bin:/bin", "GIT_OBJECT_DIRECTORY": str(waiting)}
    opened = open_repository(str(repo.path), env)
    if opened.object_format == "sha256":
        pytest.skip("the git program writes where git tells it to")
    before = loose(repo)
    with opened.gathered():
        for number in range(packs.FEWEST):
            opened.write("blob", b"%d" % number)
    assert loose(repo) == before + packs.FEWEST and not list(waiting.rglob("*.pack"))


def test_a_union_of_many_notes_writes_one_pack_and_is_what_git_makes(repo: Repo, opened: Repository) -> None:
    items = {
        side: {key(f"{side}{n}"): [framing.body(b"%d" % n)] for n in range(300)} for side in ("base", "one", "two")
    }
    NoteStore(opened, "refs/notes/base").append_all(items["base"], message="m")
    for side in ("one", "two", "git"):
        repo.git("update-ref", f"refs/notes/{side}", "refs/notes/base")
    for side in ("one", "two"):
        NoteStore(opened, f"refs/notes/{side}").append_all(items[side], message="m")
    repo.git("update-ref", "refs/notes/git", "refs/notes/one")
    before = loose(repo)
    assert (
        NoteStore(opened, "refs/notes/one").merge(repo.git("rev-parse", "refs/notes/two"), message="m").received == 300
    )
    assert loose(repo) == before + 1  # the notes commit
    repo.git("notes", "--ref=git", "merge", "-q", "-s", "union", "refs/notes/two")
    assert repo.git("rev-parse", "refs/notes/one^{tree}") == repo.git("rev-parse", "refs/notes/git^{tree}")
    assert repo.git("fsck", "--strict", "--no-dangling") == ""


NAMES = st.sampled_from([b"aa", b"ab", b"aB", b"cd", b"f", b"gg", b"abc"])
MODES = st.sampled_from([b"100644", b"100644", b"100644", b"100755", b"40000", b"120000"])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(NAMES, MODES, st.integers(0, 3)), max_size=4))
def test_a_level_taken_as_plain_holds_what_a_look_at_each_entry_finds(entries: list[tuple[bytes, bytes, int]]) -> None:
    data = b"".join(b"%b %b\0%b" % (mode, name, bytes([number]) * 20) for name, mode, number in entries)
    level = notes_tree.Level(parse(data), 2)
    notes = notes_tree.plain(data, 20, 2)
    names = [name for name, _, _ in entries]
    usual = all(mode == b"100644" and name in (b"aa", b"ab", b"cd") for name, mode, _ in entries)
    assert (notes is not None) == (usual and len(set(names)) == len(names))
    if notes is not None:
        found = {name: [node.id for node in nodes] for name, nodes in level.notes.items()}
        assert found == {name: [raw.hex()] for name, raw in notes.items()}
        assert not (level.unread or level.doubles or level.others)
        same = notes_tree.Level.leaf(notes, 2)
        assert (same.notes, same.crowded, same.weight) == (level.notes, level.crowded, level.weight)
