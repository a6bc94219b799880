"""The kept walk is only a shortcut, too: whatever happens to its file, regions and sessions are those of a fresh one."""

import json
import os
import shutil
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
    """A repository with forty traced commits in four sessions."""
    lasting.repo = prepare(tmp_path_factory.mktemp("many"), COMMITS, 4)
    lasting.git("symbolic-ref", "HEAD", "refs/heads/main")
    lasting.git("traj", "index")
    return lasting


def database(shop: Workshop) -> Path:
    return shop.repo / ".git" / "gittraj" / "walk.db"


def answers(shop: Workshop) -> list[Any]:
    shop.repo.joinpath(".git/gittraj/results.db").unlink(missing_ok=True)
    asked = (["regions"], ["regions", FILE], ["regions", f"{FILE}:10-20"], ["sessions"])
    return [json.loads(shop.out("traj", *words, "--json")) for words in asked]


@pytest.fixture(scope="module")
def right(many: Workshop) -> list[Any]:
    found = answers(many)
    database(many).unlink()
    assert answers(many) == found
    return found


def test_the_index_command_leaves_nothing_to_be_walked(many: Workshop, right: list[Any]) -> None:
    database(many).unlink()
    many.git("traj", "index", "--rebuild")
    before = database(many).read_bytes()
    assert answers(many) == right
    assert database(many).read_bytes() == before


@pytest.mark.parametrize("back", [1, 7])
def test_commits_that_come_are_added_and_commits_that_go_are_taken_back(
    many: Workshop, right: list[Any], back: int
) -> None:
    tip = many.out("rev-parse", "HEAD")
    many.git("update-ref", "HEAD", f"HEAD~{back}")
    earlier = answers(many)
    database(many).unlink()
    assert answers(many) == earlier != right
    many.git("update-ref", "HEAD", tip)
    assert answers(many) == right


def spoiled(kind: str, path: Path) -> None:
    data = path.read_bytes()
    if kind == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif kind == "no database":
        path.write_bytes(b"not a database" * 1000)
    elif kind == "a directory":
        path.unlink()
        path.mkdir()
    elif kind.isdigit():  # a few bytes, at places that follow from the number
        places = range(int(kind) * 97 + 100, len(data), 3001)
        path.write_bytes(bytes(byte ^ 0x55 if at in places else byte for at, byte in enumerate(data)))
    else:  # a sound database that tells something else than was written
        connection = sqlite3.connect(path)
        connection.execute(kind)
        connection.commit()
        connection.close()


@pytest.mark.parametrize(
    "kind",
    ["cut", "no database", "a directory", "1", "2", "DELETE FROM steps WHERE place % 2", "UPDATE kept SET data = x'93'",
     "UPDATE meta SET value = '0 0.0' WHERE name = 'version'"],
)  # fmt: skip
def test_a_walk_that_is_not_what_was_written_gives_the_same_answers(
    many: Workshop, right: list[Any], kind: str
) -> None:
    answers(many)
    spoiled(kind, database(many))
    assert answers(many) == right
    if kind == "a directory":  # nothing of ours: it is left alone
        database(many).rmdir()
    assert answers(many) == right


def test_rows_that_do_not_fit_are_not_used_though_the_seal_fits(many: Workshop, right: list[Any]) -> None:
    from gittraj.store import index_file

    for change in (
        "DELETE FROM steps WHERE place % 2",
        "UPDATE kept SET data = x'93'",
        "UPDATE steps SET data = x'93'",
    ):
        answers(many)
        spoiled(change, database(many))
        index_file.seal(str(database(many)))
        assert answers(many) == right


def test_where_it_cannot_be_written_answers_are_the_same(many: Workshop, right: list[Any]) -> None:
    database(many).unlink()
    lock = many.repo / ".git/gittraj/locks/walk"
    lock.unlink()
    lock.mkdir()
    try:
        assert answers(many) == right and not database(many).exists()
    finally:
        shutil.rmtree(lock)


@pytest.mark.parametrize("delay", [0.0, 0.3, 0.6, 0.9])
def test_a_walk_killed_at_any_moment_leaves_nothing_that_could_mislead(
    many: Workshop, right: list[Any], delay: float
) -> None:
    database(many).unlink(missing_ok=True)
    process = subprocess.Popen(
        ["git", "traj", "regions"],
        cwd=many.repo, env={**os.environ, **many.env}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    time.sleep(delay)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert answers(many) == right


def test_several_that_walk_at_once_agree(many: Workshop, right: list[Any]) -> None:
    database(many).unlink(missing_ok=True)
    tip = many.out("rev-parse", "HEAD")
    asked = (["regions", "--json"], ["regions", "--json"], ["index"], ["regions", "--json", FILE])
    running = [
        subprocess.Popen(
            ["git", "traj", *words],
            cwd=many.repo, env={**os.environ, **many.env}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for words in asked
    ]  # fmt: skip
    outputs = [each.communicate() for each in running]
    assert [each.returncode for each in running] == [0] * 4, outputs
    assert json.loads(outputs[0][0]) == json.loads(outputs[1][0]) == right[0]
    assert json.loads(outputs[3][0]) == right[1]
    assert many.out("rev-parse", "HEAD") == tip and answers(many) == right
