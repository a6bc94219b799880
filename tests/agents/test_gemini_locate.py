"""Where Gemini CLI keeps its chats, and how they are recognised."""

import hashlib
import json
import time
from pathlib import Path

import pytest

from gittraj.agents import gemini

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.fixture
def home(tmp_path):
    (tmp_path / "home").mkdir()
    return (tmp_path / "home").resolve()


@pytest.fixture
def worktree(home):
    (home / "work" / "tree" / "sub").mkdir(parents=True)
    return str(home / "work" / "tree")


def chat(home, folder, name, session, marker=""):
    place = home / ".gemini" / "tmp" / folder / "chats"
    place.mkdir(parents=True, exist_ok=True)
    if marker:
        (place.parent / ".project_root").write_text(marker)
    (place / name).write_text(json.dumps({"sessionId": session, "projectHash": "0"}) + "\n")
    return place / name


def locate(worktree, home, **env):
    return {each.session: each.near for each in gemini.locate(worktree, {"HOME": str(home), **env})}


def test_chats_of_the_worktree_its_folders_and_what_lies_above_are_found(home, worktree):
    for number, cwd in enumerate([worktree, worktree + "/sub", str(home / "work"), str(home), "/", worktree + "2"]):
        chat(home, f"slug-{number}", "session-2026-03-01T10-00-x.jsonl", str(number), cwd)
    assert locate(worktree, home) == {"0": "same", "1": "inside", "2": "parent"}


def test_folders_named_by_a_hash_are_found_for_the_worktree_and_its_folders(home, worktree):
    for number, cwd in enumerate([worktree, worktree + "/sub", str(home / "work"), "/else"]):
        chat(home, hashlib.sha256(cwd.encode()).hexdigest(), "session-2026-01-01T10-00-x.json", str(number))
    assert locate(worktree, home) == {"0": "same", "1": "inside", "2": "parent"}


def test_gemini_cli_home_replaces_the_home(home, worktree, tmp_path):
    chat(tmp_path / "other", "slug", "session-2026-03-01T10-00-x.jsonl", "other", worktree)
    assert locate(worktree, home, GEMINI_CLI_HOME=str(tmp_path / "other")) == {"other": "same"}
    assert locate(worktree, home) == {}


def test_a_migrated_chat_is_found_once_and_other_files_not_at_all(home, worktree):
    chat(home, "slug", "session-2026-03-01T10-00-x.json", "old", worktree)
    new = chat(home, "slug", "session-2026-03-01T10-00-x.jsonl", "new")
    (new.parent / "logs.json").write_text("{}")
    (new.parent / "parent-id").mkdir()
    (new.parent / "parent-id" / "sub.jsonl").write_text("{}")
    (found,) = gemini.locate(worktree, {"HOME": str(home)})
    assert (found.session, found.path, found.agent) == ("new", str(new), "gemini-cli")
    assert found.size == new.stat().st_size


def test_an_absent_store_and_odd_files_give_nothing(home, worktree):
    assert locate(worktree, home) == {}
    (home / ".gemini" / "tmp").mkdir(parents=True)
    (home / ".gemini" / "tmp" / "file").write_bytes(b"\xff")
    (home / ".gemini" / "tmp" / "bin").mkdir()
    assert locate(worktree, home) == {}


def test_a_hundred_projects_cost_milliseconds(home, worktree):
    for number in range(100):
        chat(home, f"slug-{number}", "session-2026-03-01T10-00-x.jsonl", "x", f"/else/{number}")
    spent = []
    for _ in range(5):
        before = time.process_time()
        gemini.locate(worktree, {"HOME": str(home)})
        spent.append(time.process_time() - before)
    assert min(spent) < 0.03  # 3 ms here; the margin is for slow disks


def test_the_environment_tells_that_gemini_runs():
    assert gemini.running({}) is None
    assert gemini.running({"GEMINI_CLI": "1"}) == ""
    assert gemini.running({"GEMINI_CLI": "1", "GEMINI_SESSION_ID": "s"}) == "s"
    assert gemini.running({"GEMINI_API_KEY": "k"}) is None


def test_chats_are_recognised_by_their_bytes_and_nothing_else_is():
    for path in sorted((FIXTURES / "gemini").rglob("*.json*")):
        assert gemini.sniff(path.read_bytes()[:65536], "any")
    for path in sorted((FIXTURES / "codex").rglob("*.jsonl")):
        assert not gemini.sniff(path.read_bytes()[:65536], str(path))
    for head in (b"", b"{", b"\xff", b'{"sessionId":"x","type":"user"}\n'):
        assert not gemini.sniff(head, "session-x.jsonl")


@pytest.mark.shared
def test_the_real_sessions_of_other_agents_are_not_taken_for_geminis(shared):
    for path in sorted((shared / "sessions").rglob("*.*")):
        if path.is_file() and path.suffix in (".json", ".jsonl"):
            with path.open("rb") as file:
                assert gemini.sniff(file.read(65536), str(path)) == (path.parent.name == "gemini-cli")
