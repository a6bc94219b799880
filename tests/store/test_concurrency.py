"""Many writers at once, and writers that die: the notes ref stays whole and nobody's note is lost."""

import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gittraj.errors import RefRaceError, StoreError
from gittraj.store import refs
from gittraj.store.notes import NoteStore
from gittraj.store.refs import lock_age
from gittraj.store.repository import Repository, open_repository
from tests.support.ids import REFTABLE, WIDTH, in_files, numbered, repeated
from tests.support.repo_builder import Repo

WRITER = """
import sys
from gittraj.store.notes import NoteStore
from gittraj.store.repository import open_repository
store = NoteStore(open_repository(sys.argv[1]))
print("ready", flush=True)
for number in range(int(sys.argv[3])):
    store.append(f"{int(sys.argv[2]):020x}{number:0{store.width - 20}x}", [b"\\x43" + bytes(3)], message="m")
    print(number, flush=True)
"""
ITEM = b"\x43abc"


def writer(path: Path, number: int, count: int) -> "subprocess.Popen[str]":
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(number), str(count)], stdout=subprocess.PIPE, env=env, text=True
    )


def test_eight_processes_in_eight_worktrees_lose_nothing(repo: Repo, tmp_path: Path) -> None:
    trees = [repo.worktree(tmp_path / f"w{number}", f"w{number}") for number in range(8)]
    writers = [writer(tree.path, number, 20) for number, tree in enumerate(trees)]
    theirs = 0
    while any(
        each.poll() is None for each in writers
    ):  # git packs refs, and another tool writes notes by git's plumbing
        # (not by `git notes add`, which overwrites the ref without looking whether it moved, and so loses notes of anybody)
        tip = repo.git("rev-parse", "refs/notes/traj", check=False)
        repo.git("pack-refs", "--all", "--prune", check=False)  # a reftable may be locked by one of the writers
        if len(tip) == WIDTH:
            new = repo.git("commit-tree", "-p", tip, "-m", "theirs", f"{tip}^{{tree}}")
            done = repo.raw("update-ref", "--stdin", data=f"update refs/notes/traj {new} {tip}\n".encode(), check=False)
            theirs += done == b"" and repo.git("rev-parse", "refs/notes/traj") == new
    assert [each.wait() for each in writers] == [0] * 8
    for each in writers:
        assert each.stdout is not None
        each.stdout.close()
    assert len(dict(NoteStore(open_repository(str(repo.path))).list())) == 160
    assert int(repo.git("rev-list", "--count", "refs/notes/traj")) >= 160 + theirs
    assert repo.git("fsck", "--strict", "--no-dangling") == ""


def test_a_writer_killed_at_any_moment_leaves_a_whole_ref_and_holds_nobody_up(repo: Repo) -> None:
    chance = random.Random(3)
    acknowledged = 0
    for round_ in range(8):
        process = writer(repo.path, round_, 1000)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0, 0.06))
        os.kill(process.pid, signal.SIGKILL)
        acknowledged += len(process.stdout.read().splitlines())
        process.wait()
        process.stdout.close()
        began = time.monotonic()
        store = NoteStore(open_repository(str(repo.path)))
        store.append(numbered(round_ + 100), [ITEM], message="after the death")
        assert time.monotonic() - began < 20  # not the QUEUE_TIMEOUT of thirty
    assert len(list(store.list())) >= acknowledged + 8
    assert repo.git("fsck", "--strict", "--no-dangling") == ""
    assert not list((repo.path / ".git" / "refs" / "notes").glob("*.lock"))


@in_files
def test_the_lock_file_of_a_dead_writer_of_ours_is_removed(repo: Repo, opened: Repository) -> None:
    store = NoteStore(opened)
    store.append(repeated("ab"), [ITEM], message="m")
    lock = repo.path / ".git/refs/notes/traj.lock"
    lock.write_text("")
    Path(store.ref.queue).write_text("99999\n")  # what a writer leaves that was killed while it wrote
    began = time.monotonic()
    assert store.append(repeated("cd"), [ITEM], message="m")
    assert time.monotonic() - began < 20 and not lock.exists()


def test_a_lock_file_that_is_not_ours_is_never_removed(
    repo: Repo, opened: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gittraj.store.notes.ATTEMPTS", 3)
    store = NoteStore(opened)
    store.append(repeated("ab"), [ITEM], message="m")
    lock = repo.path / ".git" / ("reftable/tables.list.lock" if REFTABLE else "refs/notes/traj.lock")
    lock.write_text("")
    with pytest.raises(RefRaceError) as caught:
        store.append(repeated("cd"), [ITEM], message="m")
    assert lock.exists() and str(lock) in (caught.value.hint or "") and lock_age(str(lock)) is not None
    lock.unlink()
    assert store.append(repeated("cd"), [ITEM], message="m")


def test_a_ref_that_moves_between_reading_and_writing_is_read_again(
    repo: Repo, opened: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = NoteStore(opened)
    rival = NoteStore(open_repository(str(repo.path)), "refs/notes/rival")
    rival.ref.name = store.ref.name  # the same ref through another queue, as a foreign tool would write it
    real, calls = refs.Ref.move, []

    def move(self: refs.Ref, old: str, new: str, reason: str) -> bool:
        calls.append(old)
        if len(calls) == 1:
            rival.append(repeated("ee"), [ITEM], message="faster")
        return real(self, old, new, reason)

    monkeypatch.setattr(refs.Ref, "move", move)
    assert store.append(repeated("ab"), [ITEM], message="m")
    assert {key for key, _ in store.list()} == {repeated("ab"), repeated("ee")}
    assert repo.git("rev-list", "--count", "refs/notes/traj") == "2"


def test_a_full_disk_leaves_the_ref_where_it_was_and_no_lock(repo: Repo, opened: Repository) -> None:
    store = NoteStore(opened)
    store.append(repeated("ab"), [ITEM], message="m")
    tip = store.tip()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for limit in (20, 90, 120, 150):  # in the blob, in a tree, in the commit
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
        try:
            with pytest.raises(StoreError):
                store.append(repeated("cd"), [b"\x58\xff" + os.urandom(255)], message="m" * 500)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert store.tip() == tip and not (repo.path / ".git/refs/notes/traj.lock").exists()
    assert store.append(repeated("cd"), [ITEM], message="m") and repo.git("fsck", "--strict", "--no-dangling") == ""


@in_files
def test_a_ref_that_cannot_be_written_is_our_error_at_once(repo: Repo, opened: Repository) -> None:
    (repo.path / ".git/refs/notes").write_text("a file where the folder should be")
    with pytest.raises(StoreError):
        NoteStore(opened).append(repeated("ab"), [ITEM], message="m")
    (repo.path / ".git/refs/notes").unlink()
    blob = repo.git("hash-object", "-w", "--stdin", data=b"x")
    (repo.path / ".git/refs/notes").mkdir()
    (repo.path / ".git/refs/notes/traj").write_text(blob + "\n")
    with pytest.raises(StoreError, match="not a commit"):
        NoteStore(opened).read(repeated("ab"))
    (repo.path / ".git/refs/notes/traj").write_text("junk")
    with pytest.raises(StoreError):
        NoteStore(opened).append(repeated("ab"), [ITEM], message="m")
