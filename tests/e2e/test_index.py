"""The index is only a shortcut: whatever happens to its file, to its writers or to the notes, the answers are those of a fresh one."""

import json
import os
import signal
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.bench.replay import prepare
from tests.support.workshop import Workshop

FILE = "src/part01.py"
COMMITS = 40


@pytest.fixture(scope="module")
def many(lasting: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """A repository with forty traced commits in four sessions, and its index as first built."""
    lasting.repo = prepare(tmp_path_factory.mktemp("many"), COMMITS, 4)
    lasting.git("traj", "index")
    return lasting


@pytest.fixture
def shop(tmp_path: Path, hermetic_seal: Path) -> Workshop:
    return Workshop(tmp_path, hermetic_seal).start()


def database(shop: Workshop) -> Path:
    return shop.repo / ".git" / "gittraj" / "index.db"


def blame(shop: Workshop) -> Any:
    return json.loads(shop.out("traj", "blame", "--json", FILE, "HEAD"))


def held(shop: Workshop) -> dict[str, tuple[Any, ...]]:
    """All that the index holds, by commit."""
    with sqlite3.connect(database(shop)) as connection:
        found = {row[1]: (row[0], *row[1:]) for row in connection.execute("SELECT id, oid, note, status FROM notes")}
        segments = connection.execute(
            "SELECT id, place, session, seq, data FROM segments ORDER BY id, place"
        ).fetchall()
        files = connection.execute("SELECT id, path, old_path, ranges FROM files ORDER BY id, path").fetchall()
    connection.close()
    return {
        commit: (
            row[1:],
            [each[1:] for each in segments if each[0] == row[0]],
            [each[1:] for each in files if each[0] == row[0]],
        )
        for commit, row in found.items()
    }


def test_the_index_is_made_once_and_says_what_it_holds(many: Workshop) -> None:
    report = many.json("index", "--stats")
    assert {name: report[name] for name in ("notes", "waiting", "segments", "sessions", "current")} == {
        "notes": COMMITS, "waiting": 0, "segments": COMMITS, "sessions": 4, "current": True,
    }  # fmt: skip
    assert report["bytes"] == database(many).stat().st_size and Path(report["path"]) == database(many)
    before = database(many).stat().st_mtime_ns
    assert blame(many)["lines"] and database(many).stat().st_mtime_ns == before
    assert "up to date" in many.out("traj", "index", "--stats")
    assert many.git("traj", "index", "--stats", "--rebuild", check=False).returncode == 2


def spoil(kind: str, path: Path) -> None:
    data = path.read_bytes()
    if kind == "deleted":
        path.unlink()
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif kind == "no database":
        path.write_bytes(b"not a database" * 1000)
    elif kind == "of another program":
        path.unlink()
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE notes(a, b)")
        connection.commit()
        connection.close()
    elif kind == "a directory":
        path.unlink()
        path.mkdir()
    elif kind == "rows removed":  # a sound database that tells less than was written
        connection = sqlite3.connect(path)
        connection.execute("DELETE FROM files WHERE id % 2")
        connection.commit()
        connection.close()
    elif kind == "another version":
        connection = sqlite3.connect(path)
        connection.execute("UPDATE meta SET value = '0 0.0' WHERE name = 'version'")
        connection.commit()
        connection.close()
    else:  # a few bytes, at places that follow from the number
        places = range(int(kind) * 97 + 100, len(data), 3001)
        path.write_bytes(bytes(byte ^ 0x55 if at in places else byte for at, byte in enumerate(data)))


@pytest.mark.parametrize(
    "kind",
    ["deleted", "empty", "cut", "no database", "of another program", "a directory", "rows removed", "another version", "1", "2"],
)  # fmt: skip
def test_a_database_that_is_not_what_was_written_gives_the_same_answers(many: Workshop, kind: str) -> None:
    many.git("traj", "index", "--rebuild")
    answer, content = blame(many), held(many)
    spoil(kind, database(many))
    assert blame(many) == answer
    if kind == "a directory":  # nothing of ours: it is left alone
        database(many).rmdir()
        assert blame(many) == answer
    assert held(many) == content and many.json("index", "--stats")["current"]


def test_without_the_right_to_write_or_the_lock_it_is_worked_out_in_memory(many: Workshop, tmp_path: Path) -> None:
    answer = blame(many)
    folder = database(many).parent
    with sqlite3.connect(database(many), isolation_level=None) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        assert blame(many) == answer
        connection.execute("ROLLBACK")
    connection.close()
    kept = tmp_path / "kept"
    folder.rename(kept)
    folder.write_text("a file where the folder should be")
    assert blame(many) == answer
    done = many.git("traj", "index", check=False)
    assert done.returncode == 1 and "Traceback" not in done.stderr and done.stderr.startswith("git-traj: ")
    folder.unlink()
    kept.rename(folder)
    assert blame(many) == answer


@pytest.mark.parametrize("delay", [0.0, 0.25, 0.5, 0.75])
def test_an_indexer_killed_at_any_moment_leaves_nothing_that_could_mislead(many: Workshop, delay: float) -> None:
    answer, content = blame(many), held(many)
    around = {**os.environ, **many.env}
    process = subprocess.Popen(
        ["git", "traj", "index", "--rebuild"],
        cwd=many.repo, env=around, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    time.sleep(delay)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert blame(many) == answer and held(many) == content


def test_several_indexers_at_once_and_readers_beside_them_agree(many: Workshop) -> None:
    answer, content = blame(many), held(many)
    around = {**os.environ, **many.env}
    database(many).unlink()
    commands = [["index"], ["index", "--rebuild"], ["blame", "--json", FILE, "HEAD"], ["index"]]
    running = [
        subprocess.Popen(["git", "traj", *words], cwd=many.repo, env=around, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for words in commands
    ]  # fmt: skip
    outputs = [each.communicate() for each in running]
    assert [each.returncode for each in running] == [0] * 4, outputs
    assert json.loads(outputs[2][0]) == answer and held(many) == content


def test_notes_that_go_and_come_back_end_in_the_index_of_a_fresh_build(many: Workshop) -> None:
    content = held(many)
    tip = many.out("rev-parse", "refs/notes/traj")
    commits = many.out("rev-list", "HEAD").split()
    for gone in (commits[:1], commits[12:14], commits[3:30]):
        many.git("notes", "--ref=traj", "remove", *gone)
        many.git("traj", "index")
        now = held(many)
        assert now.keys() == content.keys() - set(gone)
        many.git("traj", "index", "--rebuild")
        assert held(many) == now
        many.git("update-ref", "refs/notes/traj", tip)
        many.git("traj", "index")
        assert held(many) == content
    many.git("update-ref", "-d", "refs/notes/traj")
    assert {line["traced"] for line in blame(many)["lines"]} == {False}
    many.git("update-ref", "refs/notes/traj", tip)
    assert blame(many)["lines"] and {line["traced"] for line in blame(many)["lines"]} == {True, False}


def test_an_earlier_part_of_a_session_that_arrives_late_changes_what_came_behind_it(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Two files")
    claude.write("a.txt", "a\n")
    claude.write("b.txt", "b\n")
    claude.run("git add a.txt && git commit -qm A")
    claude.say("And the other")
    claude.run("git add b.txt && git commit -qm B")

    def told() -> tuple[str, Any]:
        line = shop.json("blame", "b.txt")["lines"][0]
        return line["class"], line["turn_index"]

    assert told() == ("agent", 1)
    tip = shop.out("rev-parse", "refs/notes/traj")
    shop.git("notes", "--ref=traj", "remove", "HEAD~1")
    assert told() == ("unexplained", None)
    shop.git("update-ref", "refs/notes/traj", tip)
    assert told() == ("agent", 1)


def test_a_note_before_its_commit_waits(many: Workshop, tmp_path: Path) -> None:
    many.git("init", "-q", str(tmp_path / "late"))
    late = tmp_path / "late"
    many.git("fetch", "-q", str(many.repo), "refs/notes/traj:refs/notes/traj", cwd=late)
    many.git("traj", "index", cwd=late)
    assert json.loads(many.out("traj", "index", "--stats", "--json", cwd=late))["waiting"] == COMMITS
    many.git("fetch", "-q", str(many.repo), "main:other", cwd=late)
    found = json.loads(many.out("traj", "blame", "--json", FILE, "other", cwd=late))
    assert found["lines"] == blame(many)["lines"]
    assert json.loads(many.out("traj", "index", "--stats", "--json", cwd=late))["waiting"] == 0
