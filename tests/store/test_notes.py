"""Notes against real git: what git writes we read, what we write git reads, byte for byte."""

import os
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.codec import framing
from gittraj.errors import StoreError
from gittraj.store.notes import NoteStore
from gittraj.store.repository import Repository, open_repository
from tests.support.ids import WIDTH, numbered, repeated
from tests.support.repo_builder import Repo

ITEM = b"\x43abc"  # a CBOR byte string
OTHER = b"\x44\n\0\n\n"


def fan_out(repo: Repo, ref: str = "refs/notes/traj") -> set[int]:
    """The depths at which notes lie."""
    return {line.count("/") for line in repo.git("ls-tree", "-r", "--name-only", ref).splitlines()}


def test_a_note_is_read_back_byte_for_byte(repo: Repo, opened: Repository) -> None:
    head = repo.git("rev-parse", "HEAD")
    store = NoteStore(opened)
    assert store.read(head) is None and list(store.list()) == [] and store.tip() == ""
    assert store.append(head, [ITEM, OTHER], message="Trace of a session")
    note = store.read(head)
    assert note is not None and sorted(item.raw for item in framing.read(note).items) == sorted([ITEM, OTHER])
    assert repo.raw("notes", "--ref=traj", "show", head) == note
    assert (
        repo.git("log", "-1", "--format=%an <%ae> %s", "refs/notes/traj")
        == "Dana Example <dana@example.org> Trace of a session"
    )


def test_the_same_items_again_move_nothing(repo: Repo, opened: Repository) -> None:
    head = repo.git("rev-parse", "HEAD")
    store = NoteStore(opened)
    store.append(head, [ITEM], message="m")
    tip = store.tip()
    assert store.append(head, [ITEM], message="m") is False
    assert store.tip() == tip
    assert store.append(head, [OTHER], message="m") is True
    assert {item.raw for item in framing.read(store.read(head) or b"").items} == {ITEM, OTHER}


def test_notes_of_many_commits_are_one_notes_commit_and_lose_nothing(repo: Repo, opened: Repository) -> None:
    first, second = repo.git("rev-parse", "HEAD"), repo.commit("Second", {"a.txt": "two\n"})
    store = NoteStore(opened)
    store.append(first, [ITEM], message="before")
    assert store.append_all({first: [OTHER], second: [ITEM, OTHER], repeated("00"): [ITEM]}, message="all")
    for commit in (first, second):
        note = store.read(commit)
        assert note is not None and sorted(item.raw for item in framing.read(note).items) == sorted([ITEM, OTHER])
    assert repo.git("rev-list", "--count", "refs/notes/traj") == "2"
    assert store.append_all({first: [ITEM], second: [OTHER]}, message="again") is False
    assert store.append_all({}, message="none") is False and repo.git("rev-list", "--count", "refs/notes/traj") == "2"


@given(blobs=st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=4))
@settings(max_examples=25, deadline=None)
def test_any_bytes_survive(blobs: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> None:
    repo = Repo.init(tmp_path_factory.mktemp("repo"))
    store = NoteStore(open_repository(str(repo.path)))
    for number, blob in enumerate(blobs):
        key = numbered(number)
        store.replace(key, blob + b"\0\n\n")
        assert store.read(key) == blob + b"\0\n\n" == repo.raw("notes", "--ref=traj", "show", key)


def test_git_lists_shows_and_checks_what_we_write(repo: Repo, opened: Repository) -> None:
    store = NoteStore(opened)
    ids = [repo.commit(f"c{number}") for number in range(5)]
    for commit in ids:
        store.append(commit, [ITEM], message="m")
    listed = dict(reversed(line.split()) for line in repo.git("notes", "--ref=traj", "list").splitlines())
    assert listed == dict(store.list()) and set(listed) == set(ids)
    assert "Notes (traj)" in repo.git("log", "-1", "--notes=traj")
    assert repo.git("fsck", "--strict", "--no-dangling") == ""


def test_what_git_adds_with_a_blob_is_read(repo: Repo, opened: Repository) -> None:
    head = repo.git("rev-parse", "HEAD")
    blob = repo.git("hash-object", "-w", "--stdin", data=ITEM + OTHER)
    repo.git("notes", "--ref=traj", "add", "-C", blob, head)
    store = NoteStore(opened)
    assert store.read(head) == ITEM + OTHER
    assert list(store.list()) == [(head, blob)]


def test_removing_takes_one_note_and_leaves_the_rest(repo: Repo, opened: Repository) -> None:
    first, second = repo.git("rev-parse", "HEAD"), repo.commit("Second")
    store = NoteStore(opened)
    store.append(first, [ITEM], message="m")
    store.append(second, [ITEM], message="m")
    assert store.remove(first) is True and store.remove(first) is False
    assert [commit for commit, _ in store.list()] == [second]
    assert store.remove(second) is True
    assert list(store.list()) == [] and repo.git("notes", "--ref=traj", "list") == ""
    assert store.append(first, [ITEM], message="m") and store.read(first) == ITEM


def test_an_id_that_is_none_is_refused(opened: Repository) -> None:
    for bad in ("", "HEAD", repeated("zz"), "ab" * (20 if WIDTH == 64 else 32), "../" * 13 + "a"):
        with pytest.raises(StoreError):
            NoteStore(opened).append(bad, [ITEM], message="m")


@pytest.mark.parametrize(("count", "depth"), [(20, 0), (300, 1), (70_000, 2)])
def test_a_note_added_lies_where_git_would_put_it(tmp_path: Path, count: int, depth: int) -> None:
    repo = Repo.init(tmp_path / "r")
    first, second = repo.commit("c"), repo.commit("d")
    notes = repo.fast_import_notes("refs/notes/git", count, depth=depth)
    repo.git("update-ref", "refs/notes/traj", "refs/notes/git")
    blob = repo.git("hash-object", "-w", "--stdin", data=ITEM)
    store = NoteStore(open_repository(str(repo.path)))
    for commit in (first, second):
        repo.git("notes", "--ref=git", "add", "-C", blob, commit)
        store.append(commit, [ITEM], message="m")
        assert repo.git("rev-parse", "refs/notes/traj^{tree}") == repo.git("rev-parse", "refs/notes/git^{tree}")
    assert fan_out(repo) == {depth}
    some = random.Random(1).sample(sorted(notes), 5)
    assert [store.read(key) for key in some] == [notes[key] for key in some]
    repo.git("notes", "--ref=git", "remove", first)
    store.remove(first)
    assert repo.git("rev-parse", "refs/notes/traj^{tree}") == repo.git("rev-parse", "refs/notes/git^{tree}")
    store.remove(some[0])
    listed = dict(store.list())
    assert set(listed) == set(notes) - {some[0]} | {second}


def test_the_tree_is_gits_after_any_order_of_additions_and_removals(tmp_path: Path) -> None:
    """The same random walk, by git and by us, meets in the same tree at every step, across the change of fan-out."""
    repo = Repo.init(tmp_path / "r")
    repo.raw(
        "fast-import", "--quiet", f"--export-marks={tmp_path / 'marks'}",
        data=b"".join(b"commit refs/heads/x\nmark :%d\ncommitter D <d@e> %d +0000\ndata 0\n\n" % (n + 1, n) for n in range(220)),
    )  # fmt: skip
    ids = [line.split()[1] for line in (tmp_path / "marks").read_text().splitlines()]
    blob = repo.git("hash-object", "-w", "--stdin", data=ITEM)
    seed, *ids = ids
    repo.git("notes", "--ref=git", "add", "-C", blob, seed)
    store = NoteStore(open_repository(str(repo.path)))
    store.replace(seed, ITEM)
    chance = random.Random(7)
    present: set[str] = set()
    depths = set()
    for step in range(10):
        chosen = sorted(set(chance.sample(ids, 50)) - present if step < 5 else chance.sample(sorted(present), 25))
        if step < 5:
            repo.raw(
                "notes", "--ref=git", "copy", "--stdin", data="".join(f"{seed} {key}\n" for key in chosen).encode()
            )
            present |= set(chosen)
        else:
            repo.raw("notes", "--ref=git", "remove", "--stdin", data="\n".join(chosen).encode() + b"\n")
            present -= set(chosen)
        for key in chosen:
            store.replace(key, ITEM) if step < 5 else store.remove(key)
        depths |= fan_out(repo)
        assert repo.git("rev-parse", "refs/notes/git^{tree}") == repo.git("rev-parse", "refs/notes/traj^{tree}"), step
    assert depths == {0, 1}


def test_what_is_no_note_in_the_tree_stays(repo: Repo, opened: Repository) -> None:
    head = repo.git("rev-parse", "HEAD")
    blob = repo.git("hash-object", "-w", "--stdin", data=b"readme")
    inner = repo.git("mktree", data=f"100644 blob {blob}\tfoo\n".encode())
    tree = repo.git(
        "mktree", data=f"100644 blob {blob}\tREADME\n040000 tree {inner}\tab\n040000 tree {inner}\tdir\n".encode()
    )
    repo.git("update-ref", "refs/notes/traj", repo.git("commit-tree", "-m", "x", tree))
    store = NoteStore(opened)
    assert list(store.list()) == []
    store.append(head, [ITEM], message="m")
    assert repo.git("ls-tree", "-r", "--name-only", "refs/notes/traj").splitlines() == sorted(
        ["README", "ab/foo", "dir/foo", head]
    )


def test_a_mixed_fan_out_is_read_whole_and_written_as_one(repo: Repo, opened: Repository) -> None:
    head = repo.git("rev-parse", "HEAD")
    one = repo.git("hash-object", "-w", "--stdin", data=ITEM)
    two = repo.git("hash-object", "-w", "--stdin", data=OTHER)
    below = repo.git("mktree", data=f"100644 blob {two}\t{head[2:]}\n".encode())
    tree = repo.git("mktree", data=f"100644 blob {one}\t{head}\n040000 tree {below}\t{head[:2]}\n".encode())
    repo.git("update-ref", "refs/notes/traj", repo.git("commit-tree", "-m", "x", tree))
    store = NoteStore(opened)
    assert {item.raw for item in framing.read(store.read(head) or b"").items} == {ITEM, OTHER}
    assert {blob for _, blob in store.list()} == {one, two}
    store.append(other := repo.commit("more"), [ITEM], message="m")
    assert {item.raw for item in framing.read(store.read(head) or b"").items} == {ITEM, OTHER}
    assert sorted(commit for commit, _ in store.list()) == sorted([head, other])


def test_the_annotated_commit_need_not_be_present_and_bare_repositories_work(tmp_path: Path) -> None:
    repo = Repo.init(tmp_path / "r.git", "--bare")
    store = NoteStore(open_repository(str(repo.path)))
    assert store.append(repeated("ab"), [ITEM], message="m") and store.read(repeated("AB")) == ITEM


def test_without_an_identity_the_note_is_written_all_the_same(
    repo: Repo, hermetic_seal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (hermetic_seal / ".gitconfig").write_text("")
    head = repo.git("rev-parse", "HEAD")
    NoteStore(open_repository(str(repo.path))).append(head, [ITEM], message="m")
    assert "no user.name is set" in repo.git("log", "-1", "--format=%an", "refs/notes/traj")
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'user.name'='Eve <\n>' 'user.email'='eve@example.org'")
    NoteStore(open_repository(str(repo.path))).append(head, [OTHER], message="m")
    assert (
        repo.git("log", "-1", "--format=%an|%ae|%cd", "--date=raw", "refs/notes/traj")
        == "Eve|eve@example.org|1700000000 +0000"
    )
    assert repo.git("fsck", "--strict", "--no-dangling") == ""


def test_notes_are_shared_by_worktrees(repo: Repo, tmp_path: Path) -> None:
    other = repo.worktree(tmp_path / "other", "other")
    head = repo.git("rev-parse", "HEAD")
    NoteStore(open_repository(str(other.path))).append(head, [ITEM], message="m")
    assert NoteStore(open_repository(str(repo.path))).read(head) == ITEM
    assert os.path.isdir(repo.path / ".git" / "gittraj")
