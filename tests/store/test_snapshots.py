"""The reader of many commits: what it keeps, and what it takes for an object without reading it."""

import os
from pathlib import Path

import pytest

from gittraj.store import snapshots as module
from gittraj.store.git import Git
from gittraj.store.program import Program
from gittraj.store.repository import open_repository
from gittraj.store.snapshots import Snapshots
from tests.support.repo_builder import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo.init(tmp_path / "r")


def test_only_bytes_of_the_same_id_are_taken_for_a_blob(repo: Repo) -> None:
    repo.commit("one", {"a": "a\n"})
    oid = repo.git("rev-parse", "HEAD:a").strip()
    snapshots = Snapshots(open_repository(str(repo.path)))
    snapshots.take(oid, b"b\n")
    assert snapshots.blob(oid) == b"a\n"
    gone = "61780798228d17af2d34fce4cfbdf35556832472"  # of b"b\n", which is not in the repository
    assert snapshots.blob(gone) is None
    snapshots.take(gone, b"b\n")
    assert snapshots.blob(gone) == b"b\n"


def test_a_blob_is_asked_for_by_its_full_id_alone(repo: Repo) -> None:
    repo.commit("one", {"a": "a\n"})
    oid = repo.git("rev-parse", "HEAD:a").strip()
    snapshots = Snapshots(open_repository(str(repo.path)))
    assert snapshots.blob("HEAD:a") is None and snapshots.blob(oid[:12]) is None and snapshots.blob(oid.upper()) is None


def test_what_git_itself_serves_is_taken_by_its_id_only_for_sha_256(repo: Repo, tmp_path: Path) -> None:
    repo.commit("one", {"a": "a\n"})
    plain = Program(Git(str(repo.path / ".git"), str(repo.path), os.environ))
    assert plain.blob_id(b"a\n") == ""  # no sha1dc here, and others may be made to have the same
    longer = Repo.init(tmp_path / "l", "--object-format=sha256")
    longer.commit("one", {"a": "a\n"})
    git = Program(Git(str(longer.path / ".git"), str(longer.path), os.environ))
    assert git.blob_id(b"a\n") == longer.git("rev-parse", "HEAD:a").strip()


def test_what_is_kept_is_bounded(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BYTES", 10)
    monkeypatch.setattr(module, "_TREES", 2)
    for number in range(6):
        repo.commit(str(number), {f"d{number}/f": f"{number}\n" * 2})
    store = open_repository(str(repo.path))
    snapshots = Snapshots(store)
    read = snapshots.reader(store.commit(repo.git("rev-parse", "HEAD").strip()).tree)
    for _ in range(2):
        assert [read(f"d{number}/f") for number in range(6)] == [(f"{n}\n".encode() * 2, 0o100644) for n in range(6)]
    assert len(snapshots._blobs) <= 2 and len(snapshots._trees) <= 2
