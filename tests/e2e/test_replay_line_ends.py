"""Replay where git converts files between worktree and commit, and of transcripts that tell no results."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_replay import lines, status, verdict
from tests.support.workshop import Workshop


@pytest.fixture
def shop(tmp_path: Path, hermetic_seal: Path) -> Workshop:
    return Workshop(tmp_path, hermetic_seal).start()


def again(shop: Workshop, path: str, content: str) -> Path:
    """A file that is committed with LF and lies in the worktree as git checks it out."""
    (shop.repo / path).write_text(content)
    shop.git("add", "-A")
    shop.git("commit", "-qm", f"{path} by a person")
    (shop.repo / path).unlink()
    shop.git("checkout", "--", path)
    return shop.repo / path


def test_an_edit_of_a_file_that_git_checks_out_with_cr_lf_is_judged_by_what_git_stores(shop: Workshop) -> None:
    (shop.repo / ".gitattributes").write_text("*.txt text=auto\n*.bat eol=crlf\n")
    target = again(shop, "run.bat", "one\ntwo\nthree\n")
    assert target.read_bytes() == b"one\r\ntwo\r\nthree\r\n"
    claude = shop.claude()
    claude.say("Go")
    claude.tool("Bash", {"command": "ls"}, "run.bat")
    call = claude._call("Edit", {"file_path": str(target), "old_string": "two\n", "new_string": "zwei\ndrei\n"})
    target.write_bytes(b"one\r\nzwei\r\ndrei\r\nthree\r\n")
    told = {
        "filePath": str(target),
        "oldString": "two\n",
        "newString": "zwei\ndrei\n",
        "originalFile": "one\ntwo\nthree\n",
    }
    claude._result(call, "updated", {**told, "structuredPatch": [], "userModified": False, "replaceAll": False})
    call = claude._call("Write", {"file_path": str(shop.repo / "n.txt"), "content": "a\r\nb\r\n"})
    (shop.repo / "n.txt").write_bytes(b"a\r\nb\r\n")
    claude._result(call, "created", {"type": "create", "filePath": str(shop.repo / "n.txt"), "content": "a\r\nb\r\n"})
    claude.run("git add -A && git commit -qm Both")
    found = verdict(shop)
    assert found["status"] == "reproducible" and status(found) == {"n.txt": "match", "run.bat": "match"}
    assert lines(found, "run.bat") == {"agent": (2, 1)} and lines(found, "n.txt") == {"agent": (2, 0)}


def test_autocrlf_changes_nothing_for_what_a_person_changed(shop: Workshop) -> None:
    shop.git("config", "core.autocrlf", "true")
    target = again(shop, "w.txt", "one\ntwo\nthree\n")
    claude = shop.claude()
    claude.say("Go")
    claude.edit("money.py", "x / 2", "x // 2")
    target.write_bytes(b"one\r\nTWO\r\nthree\r\n")
    claude.run("git add -A && git commit -qm Both")
    found = verdict(shop)
    assert found["status"] == "partial" and status(found) == {"money.py": "match", "w.txt": "untraced"}


def test_line_ends_are_told_apart_where_nothing_says_that_git_converts_them(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Go")
    claude.write("n.txt", "a\nb\n")
    (shop.repo / "n.txt").write_bytes(b"a\r\nb\r\n")
    claude.run("git add -A && git commit -qm Other")
    found = verdict(shop)
    assert found["status"] != "reproducible" and status(found) == {"n.txt": "mismatch"}


def test_what_a_filter_stores_cannot_be_told(shop: Workshop) -> None:
    (shop.repo / ".gitattributes").write_text("*.dat filter=upper\n")
    shop.git("config", "filter.upper.clean", "tr a-z A-Z")
    claude = shop.claude()
    claude.say("Go")
    claude.write("big.dat", "some data\n")
    claude.run("git add -A && git commit -qm Data")
    file = next(each for each in verdict(shop)["files"] if each["path"] == "big.dat")
    assert (file["status"], file["reason"]) == ("unverifiable", "the filter upper changes what git stores of it")
    assert shop.json("verify", check=False)["commits"][0]["status"] == "verified"


def cursor(shop: Workshop, *steps: dict[str, Any]) -> Path:
    """A transcript as Cursor keeps it: no times, no results, no directory."""
    folder = shop.home / ".cursor" / "projects" / "x" / "agent-transcripts"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "3f1c0000.jsonl"
    question = {"role": "user", "message": {"content": [{"type": "text", "text": "<user_query>\nGo\n</user_query>"}]}}
    calls = [{"role": "assistant", "message": {"content": [{"type": "tool_use", **step}]}} for step in steps]
    path.write_text("".join(json.dumps(line) + "\n" for line in (question, *calls)))
    return path


def test_edits_of_a_transcript_without_results_are_replayed(shop: Workshop) -> None:
    money, notes = str(shop.repo / "money.py"), str(shop.repo / "notes.txt")
    trace = cursor(
        shop,
        {"name": "Write", "input": {"path": notes, "contents": "one\ntwo\n"}},
        {"name": "StrReplace", "input": {"path": money, "old_string": "not there", "new_string": "nor this"}},
        {"name": "StrReplace", "input": {"path": money, "old_string": "x / 2", "new_string": "x // 2"}},
        {"name": "Shell", "input": {"command": "git add -A && git commit -qm Halve"}},
        {"name": "Write", "input": {"path": notes, "contents": "after the commit\n"}},
    )
    (shop.repo / "money.py").write_text("def half(x):\n    return x // 2\n")
    (shop.repo / "notes.txt").write_text("one\ntwo\n")
    shop.git("add", "-A")
    shop.git("commit", "-qm", "Halve")
    found = verdict(shop, "HEAD", "--trace", str(trace))
    assert found["status"] == "reproducible" and status(found) == {"money.py": "match", "notes.txt": "match"}
    shop.git("traj", "attach", "--session", str(trace))
    found = verdict(shop)
    assert found["status"] == "reproducible" and lines(found, "money.py") == {"agent": (1, 1)}
    (shop.repo / "money.py").write_text("def half(x):\n    return x // 2 + 0\n")
    shop.git("commit", "-qam", "Halve", "--amend")
    changed = verdict(shop, "HEAD", "--trace", str(trace))
    assert changed["status"] == "partial" and status(changed) == {"money.py": "mismatch", "notes.txt": "match"}


def test_a_command_whose_end_nobody_recorded_explains_no_line(shop: Workshop) -> None:
    trace = cursor(
        shop,
        {"name": "Write", "input": {"path": str(shop.repo / "a.txt"), "contents": "a\n"}},
        {"name": "Shell", "input": {"command": "rm money.py"}},
    )
    (shop.repo / "a.txt").write_text("a\n")
    os.remove(shop.repo / "money.py")
    shop.git("add", "-A")
    shop.git("commit", "-qm", "Both")
    found = verdict(shop, "HEAD", "--trace", str(trace))
    assert found["status"] == "partial" and lines(found, "money.py") == {"unexplained": (0, 2)}
    assert next(each for each in found["files"] if each["path"] == "money.py")["cause"] == "shell"
