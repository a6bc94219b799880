"""The merge of two notes trees: commutative, associative, idempotent, never fewer items, any fan-out, and its cost."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.codec import framing
from gittraj.errors import StoreError
from gittraj.store import notes_diff
from gittraj.store.notes import NoteStore
from gittraj.store.repository import Repository, open_repository
from tests.support.clones import item, united
from tests.support.repo_builder import Repo

# few first digits, so that notes meet in one directory; the names of items are few, so that sides share some
KEYS = st.sampled_from([f"{head}{number:038x}" for head in ("ab", "ac", "00") for number in range(4)])
NOTES = st.dictionaries(KEYS, st.sets(st.sampled_from("abcde"), min_size=1), max_size=8)
DEPTHS = st.lists(st.integers(0, 3), min_size=1, max_size=4)


def tree_of(repo: Repo, notes: dict[str, set[str]], depths: list[int]) -> str:
    """A notes tree as some other writer may have made it: each note at a depth of its own."""
    root: dict = {}
    for number, (key, names) in enumerate(sorted(notes.items())):
        depth = depths[number % len(depths)]
        level = root
        for part in range(depth):
            level = level.setdefault(key[2 * part : 2 * part + 2], {})
        data = framing.write(sorted(item(name) for name in names))
        level[key[2 * depth :]] = repo.git("hash-object", "-w", "--stdin", data=data)
    return write_tree(repo, root)


def write_tree(repo: Repo, level: dict) -> str:
    lines = [
        f"040000 tree {write_tree(repo, below)}\t{name}\n"
        if isinstance(below, dict)
        else f"100644 blob {below}\t{name}\n"
        for name, below in level.items()
    ]
    return repo.git("mktree", data="".join(lines).encode())


def content(store: NoteStore, tree: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for key, _, blobs in notes_diff.pairs(store.repository.tree_bytes, "", tree, store.width):
        for blob in blobs:
            parts = framing.read(store.repository.blob(blob))
            assert not parts.damage
            found.setdefault(key, set()).update(framing.content(one).decode() for one in parts.items)
    return found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Repo, NoteStore]:
    repo = Repo.init(tmp_path_factory.mktemp("merge"), "--bare")
    return repo, NoteStore(open_repository(str(repo.path)))


@settings(max_examples=30, deadline=None)
@given(a=NOTES, b=NOTES, c=NOTES, depths=st.tuples(DEPTHS, DEPTHS, DEPTHS))
def test_a_merge_is_a_union_whatever_the_order_and_the_fan_out(place, a, b, c, depths) -> None:
    repo, store = place
    one, two, three = (tree_of(repo, notes, depth) for notes, depth in zip((a, b, c), depths, strict=True))

    def merge(left: str, right: str) -> str:
        return store._united(left, right)[0]

    both = merge(one, two)
    assert content(store, both) == united(a, b) == content(store, merge(two, one))
    assert content(store, merge(both, three)) == united(a, b, c) == content(store, merge(one, merge(two, three)))
    assert merge(both, both) == both == merge(both, one) == merge(both, two)
    assert content(store, merge("", one)) == a == content(store, merge(one, ""))


@settings(max_examples=20, deadline=None)
@given(a=NOTES, b=NOTES)
def test_sides_that_git_wrote_meet_in_one_tree(place, a, b) -> None:
    repo, store = place
    one, two = tree_of(repo, a, [0]), tree_of(repo, b, [0])  # so few lie flat in git too
    assert store._united(one, two)[0] == store._united(two, one)[0]


@settings(max_examples=20, deadline=None)
@given(a=NOTES, b=NOTES, depths=st.tuples(DEPTHS, DEPTHS))
def test_the_difference_of_two_trees_is_that_of_their_notes(place, a, b, depths) -> None:
    repo, store = place
    one, two = (tree_of(repo, notes, depth) for notes, depth in zip((a, b), depths, strict=True))
    found = {pair.key for pair in notes_diff.pairs(store.repository.tree_bytes, one, two, store.width)}
    assert found == {key for key in a.keys() | b.keys() if a.get(key) != b.get(key)}


def test_a_note_for_one_commit_on_both_sides_keeps_what_is_damaged_too(place) -> None:
    repo, store = place
    blobs = [repo.git("hash-object", "-w", "--stdin", data=data) for data in (b"\x43abc", b"\xff junk", b"")]
    trees = [repo.git("mktree", data=f"100644 blob {blob}\t{'ab' * 20}\n".encode()) for blob in blobs]
    merged = store._united(store._united(trees[0], trees[1])[0], trees[2])[0]
    (pair,) = notes_diff.pairs(store.repository.tree_bytes, "", merged, store.width)
    note = store.repository.blob(pair.right[0])
    assert framing.read(note).items[0].raw == b"\x43abc" and b"\xff junk" in note and framing.read(note).damage


def test_a_tree_that_unfolds_without_end_is_refused(place, monkeypatch: pytest.MonkeyPatch) -> None:
    repo, store = place
    monkeypatch.setattr(notes_diff, "LEVELS", 2000)
    blob = repo.git("hash-object", "-w", "--stdin", data=b"\x43abc")
    tree = repo.git("mktree", data=f"100644 blob {blob}\tab\n".encode())
    for _ in range(19):
        tree = repo.git("mktree", data="".join(f"040000 tree {tree}\t{n:02x}\n" for n in range(256)).encode())
    with pytest.raises(StoreError, match="directories"):
        store._united("", tree)


class Counted:
    """How many objects were read and written."""

    def __init__(self, repository: Repository, patch: pytest.MonkeyPatch) -> None:
        self.read = self.written = 0
        raw, write = Repository.raw, Repository.write

        def counted_raw(this: Repository, oid: str):
            self.read += 1
            return raw(this, oid)

        def counted_write(this: Repository, kind: str, data: bytes):
            self.written += 1
            return write(this, kind, data)

        patch.setattr(Repository, "raw", counted_raw)
        patch.setattr(Repository, "write", counted_write)

    def reset(self) -> None:
        self.read = self.written = 0


@pytest.mark.parametrize(("count", "depth"), [(100, 1), (100_000, 2)])
def test_reading_and_adding_one_note_costs_a_few_objects_however_many_there_are(
    tmp_path: Path, count: int, depth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = Repo.init(tmp_path / "r", "--bare")
    notes = repo.fast_import_notes("refs/notes/traj", count, depth=depth)
    store = NoteStore(open_repository(str(repo.path)))
    counted = Counted(store.repository, monkeypatch)
    some = min(notes)
    assert store.read(some) == notes[some]
    assert counted.read <= 3 + depth  # commit, a tree a level, the blob
    counted.reset()
    assert store.append("ab" * 20, [item("x")], message="m")
    # a few hundred notes are laid out anew where git would split or join a level; many never are
    assert count < 1000 or (counted.read <= 4 + 2 * depth and counted.written <= 3 + depth)
    counted.reset()
    assert store.append("ab" * 20, [item("y")], message="m")
    assert counted.written <= 3 + depth and counted.read <= 8 + 2 * depth


def test_a_merge_of_few_notes_opens_few_trees_of_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = Repo.init(tmp_path / "r", "--bare")
    repo.fast_import_notes("refs/notes/traj", 3_000, depth=1)
    repo.git("update-ref", "refs/notes/other", "refs/notes/traj")
    store = NoteStore(open_repository(str(repo.path)))
    other = NoteStore(store.repository, "refs/notes/other")
    store.append("ab" * 20, [item("x")], message="m")
    other.append("cd" * 20, [item("y")], message="m")
    counted = Counted(store.repository, monkeypatch)
    assert store.merge(other.tip(), message="m").received == 1
    assert counted.read <= 20 and counted.written <= 3
    assert store.has("ab" * 20) and store.has("cd" * 20)
