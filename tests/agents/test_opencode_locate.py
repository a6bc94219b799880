import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from gittraj.agents import opencode
from tests.agents import opencode_sessions as make
from tests.agents.test_opencode_stores import CHILD, conversation, family, v2


def env(home: Path, **more: str) -> dict[str, str]:
    return {"HOME": str(home), **more}


def data_of(home: Path) -> Path:
    return home / ".local/share/opencode"


def test_sessions_are_found_by_their_directory_and_sub_agents_belong_to_theirs(tmp_path: Path) -> None:
    sessions = family()
    for name, directory in (("ses_in", "/sub"), ("ses_other", "-two"), ("ses_above", "/..")):
        place = os.path.normpath(make.DIRECTORY + directory) if directory != "-two" else make.DIRECTORY + directory
        sessions[name] = (make.session(name, directory=place), [])
    sessions["ses_home"] = (make.session("ses_home", directory=str(tmp_path)), [])
    path = make.database(data_of(tmp_path) / "opencode.db", sessions)
    found = {item.session: item for item in opencode.locate(make.DIRECTORY, env(tmp_path))}
    assert {name: item.near for name, item in found.items()} == {
        make.SESSION: "same",
        "ses_in": "inside",
        "ses_above": "parent",
    }
    assert {item.path for item in found.values()} == {str(path)}
    assert opencode.read(found[make.SESSION].path, session=make.SESSION).head.session_id == make.SESSION


def test_a_home_that_is_above_the_worktree_is_not_its_parent_and_above_it_nothing_counts(tmp_path: Path) -> None:
    worktree = str(tmp_path / "a" / "b")
    sessions = {name: (make.session(name, directory=str(place)), []) for name, place in (
        ("ses_home", tmp_path), ("ses_a", tmp_path / "a"), ("ses_root", Path("/")),
    )}  # fmt: skip
    make.database(data_of(tmp_path) / "opencode.db", sessions)
    assert [item.session for item in opencode.locate(worktree, env(tmp_path))] == ["ses_a"]


def test_the_size_grows_when_a_part_or_a_sub_agent_goes_on(tmp_path: Path) -> None:
    path = make.database(data_of(tmp_path) / "opencode.db", family())
    before = opencode.locate(make.DIRECTORY, env(tmp_path))[0].size
    for name in (make.SESSION, CHILD):
        with sqlite3.connect(path) as db:
            db.execute("UPDATE part SET time_updated = time_updated + 100000 WHERE session_id = ?", (name,))
        db.close()
        after = opencode.locate(make.DIRECTORY, env(tmp_path))[0].size
        assert after > before
        before = after


def test_the_environment_moves_the_data_folder_and_the_database(tmp_path: Path) -> None:
    one = {make.SESSION: (make.session(), conversation())}
    make.database(tmp_path / "xdg/opencode/opencode-dev.db", one)
    make.database(tmp_path / "mine.db", one)
    assert opencode.locate(make.DIRECTORY, env(tmp_path)) == []
    moved = opencode.locate(make.DIRECTORY, env(tmp_path, XDG_DATA_HOME=str(tmp_path / "xdg")))
    assert [Path(item.path).name for item in moved] == ["opencode-dev.db"]
    named = opencode.locate(make.DIRECTORY, env(tmp_path, OPENCODE_DB=str(tmp_path / "mine.db")))
    assert [Path(item.path).name for item in named] == ["mine.db"]
    assert opencode.locate(make.DIRECTORY, env(tmp_path, OPENCODE_DB=":memory:")) == []


def test_sessions_of_version_two_are_found(tmp_path: Path) -> None:
    data_of(tmp_path).mkdir(parents=True)
    v2(data_of(tmp_path) / "opencode.db", [("msg_1", "user", {"text": "hi"})])
    assert [(item.session, item.size) for item in opencode.locate(make.DIRECTORY, env(tmp_path))] == [
        (make.SESSION, make.T0 + 100)
    ]


def test_sessions_of_the_storage_folder_are_found_where_there_is_no_database(tmp_path: Path) -> None:
    make.folder(data_of(tmp_path), family())
    found = opencode.locate(make.DIRECTORY, env(tmp_path))
    assert [(item.session, item.near) for item in found] == [(make.SESSION, "same")]
    assert opencode.read(found[0].path).head.session_id == make.SESSION
    os.utime(data_of(tmp_path) / "storage/part/msg_0002/prt_0002a.json", (2**32, 2**32))
    assert opencode.locate(make.DIRECTORY, env(tmp_path))[0].size > found[0].size


@pytest.mark.parametrize(
    "data", [b"", b"junk", b"SQLite format 3\x00" + b"\xff" * 9000], ids=["empty", "junk", "damaged"]
)
def test_an_unreadable_store_holds_nothing(tmp_path: Path, data: bytes) -> None:
    data_of(tmp_path).mkdir(parents=True)
    (data_of(tmp_path) / "opencode.db").write_bytes(data)
    (data_of(tmp_path) / "opencode.db-wal").write_bytes(data)
    assert opencode.locate(make.DIRECTORY, env(tmp_path)) == []
    assert opencode.locate(make.DIRECTORY, {}) == []


def test_a_database_that_nobody_touched_for_years_is_not_opened(tmp_path: Path) -> None:
    path = make.database(data_of(tmp_path) / "opencode.db", family())
    os.utime(path, (10**9, 10**9))
    assert opencode.locate(make.DIRECTORY, env(tmp_path)) == []


def test_looking_writes_nothing(tmp_path: Path) -> None:
    make.database(data_of(tmp_path) / "opencode.db", family())
    before = sorted(os.listdir(data_of(tmp_path)))
    assert opencode.locate(make.DIRECTORY, env(tmp_path))
    assert sorted(os.listdir(data_of(tmp_path))) == before


def test_the_shell_of_opencode_is_recognised_without_its_session() -> None:
    assert opencode.running({"OPENCODE": "1"}) == ""
    assert opencode.running({"AGENT": "1"}) is None


def test_each_kind_of_store_is_recognised_from_its_bytes(tmp_path: Path) -> None:
    pairs = conversation()
    one = {make.SESSION: (make.session(), pairs)}
    for path in (
        make.export(tmp_path / "a.json", pairs), make.joined(tmp_path / "b.jsonl", pairs),
        make.database(tmp_path / "c" / "renamed.db", one),
    ):  # fmt: skip
        assert opencode.sniff(path.read_bytes()[:65536], str(path)), path
    data = make.folder(tmp_path / "data", one)
    assert opencode.sniff(b"", str(data))
    assert opencode.sniff(b"", str(data / "storage"))
    path = next(data.glob("storage/session/*/*.json"))
    assert opencode.sniff(path.read_bytes(), str(path))


@pytest.mark.parametrize(
    "head",
    [
        b"{}",
        b"\xff\xfe",
        b'{"type":"session","version":3}',
        b'{"role":"user","message":{"content":[]}}',
        b"SQLite format 3\x00cookies",
    ],
)
def test_other_files_are_not_taken_for_opencodes(head: bytes, tmp_path: Path) -> None:
    assert not opencode.sniff(head, str(tmp_path / "x.jsonl"))
    assert not opencode.sniff(b"", str(tmp_path))


def test_importing_the_light_part_loads_neither_sqlite_nor_json() -> None:
    code = "import sys; before = set(sys.modules); import gittraj.agents.opencode, gittraj.agents.cursor; print(*sorted(set(sys.modules) - before))"
    loaded = subprocess.run(
        [sys.executable, "-S", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=dict(os.environ, PYTHONPATH="."),
    )
    assert set(loaded.stdout.split()) <= {
        "gittraj",
        "gittraj.agents",
        "gittraj.agents.opencode",
        "gittraj.agents.cursor",
    }
