"""Git's own diff and the reader of many commits, held against the git program."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gittraj.store import difference
from gittraj.store.repository import open_repository
from gittraj.store.snapshots import Snapshots
from tests.support.repo_builder import Repo

_LINES = st.lists(st.sampled_from(["", "}", "    }", "def f():", "    return 1", "x", "y = 2"]), max_size=25)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("diff")


@given(_LINES, _LINES, st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_hunks_are_those_of_git(folder: Path, old: list[str], new: list[str], ended: bool) -> None:
    repo = Repo(folder)
    end = "\n" if ended else ""
    before, after = ("\n".join(lines) + end for lines in (old, new))
    repo.write("old", before)
    repo.write("new", after)
    text = repo.git("diff", "--no-index", "--no-color", "old", "new", check=False)
    told = difference.hunks(before.encode(), after.encode())
    added = sum(len(range(hunk[2], hunk[3])) for hunk in told)
    removed = sum(len(range(hunk[0], hunk[1])) for hunk in told)
    body = text.partition("@@")[2]
    assert added == len(re.findall(r"^\+", body, re.M)) and removed == len(re.findall(r"^-", body, re.M))
    result = before.encode().splitlines(keepends=True)
    fresh = after.encode().splitlines(keepends=True)
    for old_start, old_end, new_start, new_end in reversed(told):
        result[old_start:old_end] = fresh[new_start:new_end]
    assert b"".join(result) == after.encode()


def test_renames_and_changes_are_those_of_git(tmp_path: Path) -> None:
    repo = Repo.init(tmp_path / "r")
    body = "".join(f"line {n}\n" for n in range(40))
    repo.commit("one", {"a.txt": body, "dir/b.txt": "b\n", "c": "c\n", "ü/d": "d\n", "f": "file\n"})
    repo.git("mv", "a.txt", "dir/moved.txt")
    repo.write("dir/moved.txt", body.replace("line 3\n", "line three\n"))
    repo.git("rm", "-q", "c", "f")
    second = repo.commit("two", {"dir/new": "new\n", "f/now": "a folder\n", "ü/d": "D\n"})
    store = open_repository(str(repo.path))
    snapshots = Snapshots(store)
    changes = snapshots.changes(store.commit(second))
    assert changes == sorted(store.changes(second), key=lambda change: change.path)
    assert difference.renames(store, second, changes) == {"dir/moved.txt": "a.txt"}
    read = snapshots.reader(store.commit(second).tree)
    assert read("dir/new") == (b"new\n", 0o100644) and read("dir") is None and read("gone/x") is None
    names = snapshots.listing(store.commit(second).tree)
    assert names("dir") == ["b.txt", "moved.txt", "new"] and names("nowhere") is None
    assert sorted(names("") or []) == ["dir/", "f/", "ü/"]


def test_a_root_commit_and_a_missing_blob(tmp_path: Path) -> None:
    repo = Repo.init(tmp_path / "r")
    first = repo.commit("one", {"a": "a\n"})
    store = open_repository(str(repo.path))
    snapshots = Snapshots(store)
    (change,) = snapshots.changes(store.commit(first))
    assert (change.path, change.old, change.old_mode) == ("a", "", 0)
    assert snapshots.blob(change.new) == b"a\n" and snapshots.blob("0" * 40) is None and snapshots.blob("HEAD") is None
    assert difference.renames(store, first, [change]) == {}
