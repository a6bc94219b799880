"""Where Codex keeps its rollouts, and how they are recognised."""

import json
import time
from pathlib import Path

import pytest

from gittraj.agents import codex

FIXTURES = Path(__file__).parent / "fixtures"
IDS = [f"01950f00-0000-7000-8000-{number:012d}" for number in range(1000)]


@pytest.fixture
def home(tmp_path):
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def worktree(tmp_path):
    path = tmp_path / "home" / "work" / 'tree "ö"'
    path.mkdir(parents=True)
    return str(path.resolve())


def rollout(base, number, cwd, day="2026/03/01", **more):
    folder = base / "sessions" / day
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"rollout-{day.replace('/', '-')}T10-00-{number % 60:02d}-{IDS[number]}.jsonl"
    meta = {"id": IDS[number], "cwd": cwd, **more, "base_instructions": {"text": "x" * 20000}}
    path.write_text(
        json.dumps({"timestamp": "t", "type": "session_meta", "payload": meta}, separators=(",", ":")) + "\n"
    )
    return path


def locate(worktree, home, **env):
    return {each.session: each.near for each in codex.locate(worktree, {"HOME": str(home), **env})}


def test_sessions_of_the_worktree_its_folders_and_what_lies_above_are_found(home, worktree):
    base = home / ".codex"
    for number, cwd in enumerate(
        [worktree, worktree + "/sub", str(home / "work"), str(home), "/", worktree + "2", "/else"]
    ):
        rollout(base, number, cwd)
    assert locate(worktree, home) == {IDS[0]: "same", IDS[1]: "inside", IDS[2]: "parent"}


def test_codex_home_and_the_archive_are_looked_into(home, worktree, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    path = rollout(elsewhere, 1, worktree)
    (elsewhere / "archived_sessions").mkdir()
    path.rename(elsewhere / "archived_sessions" / path.name)
    rollout(elsewhere, 2, worktree)
    assert locate(worktree, home, CODEX_HOME=str(elsewhere)) == {IDS[1]: "same", IDS[2]: "same"}
    assert locate(worktree, home) == {}


def test_a_working_directory_written_with_spaces_and_through_a_link_is_recognised(home, worktree, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(worktree)
    path = rollout(home / ".codex", 1, str(link))
    path.write_text(path.read_text().replace('"cwd":', '"cwd": '))
    assert locate(worktree, home) == {IDS[1]: "same"}


def test_a_sub_agents_rollout_is_left_to_its_parent(home, worktree):
    base = home / ".codex"
    rollout(base, 1, worktree)
    rollout(base, 2, worktree, thread_source="subagent", parent_thread_id=IDS[1])
    rollout(base, 3, worktree, thread_source="subagent", parent_thread_id=IDS[9])  # its parent is not here
    assert set(locate(worktree, home)) == {IDS[1], IDS[3]}


def test_only_the_newest_day_folders_are_looked_into(home, worktree):
    base = home / ".codex"
    rollout(base, 0, worktree, day="2025/01/01")
    for day in range(codex.DAY_FOLDERS):
        rollout(base, day + 1, worktree, day=f"2026/{day // 28 + 1:02d}/{day % 28 + 1:02d}")
    assert set(locate(worktree, home)) == set(IDS[1 : codex.DAY_FOLDERS + 1])


def test_an_absent_store_and_unreadable_files_give_nothing(home, worktree):
    assert locate(worktree, home) == {}
    path = rollout(home / ".codex", 1, worktree)
    path.write_bytes(b'{"payload":{"cwd":"' + b"\\" * 70000)
    (path.parent / "rollout-is-a-folder.jsonl").mkdir()
    (path.parent / "rollout-empty.jsonl").write_bytes(b"")
    assert locate(worktree, home) == {}


def test_hundreds_of_rollouts_cost_milliseconds(home, worktree):
    for number in range(300):
        rollout(home / ".codex", number, "/else", day=f"2026/03/{number % 28 + 1:02d}")
    spent = []
    for _ in range(5):
        before = time.process_time()
        codex.locate(worktree, {"HOME": str(home)})
        spent.append(time.process_time() - before)
    assert min(spent) < 0.03  # 6 ms here; the margin is for slow disks


def test_the_environment_tells_the_running_thread():
    assert codex.running({}) is None
    assert codex.running({"CODEX_THREAD_ID": "a", "CODEX_SESSION_ID": "b"}) == "a"
    assert codex.running({"CODEX_SESSION_ID": "b"}) == "b"
    assert codex.running({"CODEX_SANDBOX": "seatbelt"}) == ""
    assert codex.running({"CODEX_HOME": "/x"}) is None


def test_rollouts_are_recognised_by_their_bytes_and_nothing_else_is():
    for path in sorted((FIXTURES / "codex").rglob("*.jsonl")):
        assert codex.sniff(path.read_bytes()[:65536], "any.jsonl")
    for path in sorted((FIXTURES / "gemini").rglob("*.json*")):
        assert not codex.sniff(path.read_bytes()[:65536], str(path))
    for head in (
        b"",
        b"{",
        b"\xff\xfe",
        b'{"type":"user","message":{}}\n',
        b'{"type":"session","version":3}\n',
        b"\x28\xb5\x2f\xfd",
    ):
        assert not codex.sniff(head, "x.jsonl")


@pytest.mark.shared
def test_the_real_sessions_of_other_agents_are_not_taken_for_codexs(shared):
    for path in sorted((shared / "sessions").rglob("*.*")):
        if path.is_file() and path.suffix in (".json", ".jsonl"):
            with path.open("rb") as file:
                assert codex.sniff(file.read(65536), str(path)) == (path.parent.name == "codex")
