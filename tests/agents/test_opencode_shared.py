"""Real sessions, counted independently of the reader."""

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from gittraj.agents import opencode
from gittraj.model.entry import count, walk

pytestmark = pytest.mark.shared


def documents(data: str) -> list[Any]:
    """The JSON documents of a file, one after the other."""
    found, at, decode = [], 0, json.JSONDecoder().raw_decode
    end = len(data.rstrip())
    while at < end:
        while data[at].isspace():
            at += 1
        value, at = decode(data, at)
        found.append(value)
    return found


def counted(parts: list[dict[str, Any]], roles: dict[str, str]) -> Counter[str]:
    """Entries that the parts should give: `roles` by message id."""
    numbers: Counter[str] = Counter()
    for part in parts:
        if part.get("type") == "tool":
            numbers["tool-call"] += 1
            numbers["tool-result"] += part["state"]["status"] in ("completed", "error")
        elif part.get("type") == "reasoning":
            numbers["reasoning"] += 1
        elif part.get("type") == "text" and roles[part["messageID"]] == "assistant":
            numbers["assistant"] += 1
    numbers["user"] = sum(role == "user" for role in roles.values())
    return numbers


def same(entries: list[dict[str, Any]], numbers: Counter[str]) -> None:
    got = count(entries)
    assert {kind: got[kind] for kind in got if kind != "system-event"} == {
        kind: numbers[kind] for kind in got if kind != "system-event"
    }


@pytest.mark.parametrize("name", ["draft__opencode-claude-opus-4-5", "draft__opencode-gpt-5-2"])
def test_published_sessions_lose_nothing(shared: Path, name: str) -> None:
    path = shared / "sessions/opencode" / f"{name}.jsonl"
    found = [item for item in documents(path.read_text()) if isinstance(item, dict)]
    parts = [item for item in found if "messageID" in item]
    messages = [item for item in found if "role" in item]
    reading = opencode.read(str(path))
    same(reading.entries, counted(parts, {item["id"]: item["role"] for item in messages}))
    assert reading.unknown == 0
    spent = [entry["token-usage"] for entry in walk(reading.entries) if "token-usage" in entry]
    answers = [item for item in messages if item["role"] == "assistant"]
    assert len(spent) == len(answers)
    assert sum(item["output"] for item in spent) == sum(item["tokens"]["output"] for item in answers)
    assert sum(item["cost"] for item in spent) == pytest.approx(sum(item["cost"] for item in answers))
    assert opencode.sniff(path.read_bytes()[:65536], str(path))


RUNS = ["bugfix", "human-mix", "patch-bugfix", "patch-human-mix", "refactor"]


@pytest.mark.parametrize("run", RUNS)
def test_a_run_is_the_same_from_its_database_and_its_export_and_holds_every_call(
    shared: Path, run: str, tmp_path: Path
) -> None:
    root = shared / "real" / f"opencode-{run}"
    store = tmp_path / "opencode"
    store.mkdir()
    for file in (root / "home/.local/share/opencode").glob("opencode.db*"):
        shutil.copyfile(file, store / file.name)
    manifest = json.loads((root / "manifest.json").read_text())
    for session in manifest["sessions"]:
        exported = root / "derived" / f"{session['id']}.export.json"
        reading = opencode.read(str(exported))
        assert opencode.read(str(store / "opencode.db"), session=session["id"]).entries == reading.entries
        assert reading.unknown == 0
        source = json.loads(exported.read_text())
        parts = [part for message in source["messages"] for part in message["parts"]]
        same(reading.entries, counted(parts, {item["info"]["id"]: item["info"]["role"] for item in source["messages"]}))
        expected = [call["call_id"] for step in session["steps"] for call in step.get("calls", [])]
        assert [entry["call-id"] for entry in reading.entries if entry["type"] == "tool-call"] == expected
        results = {entry["call-id"]: entry for entry in reading.entries if entry["type"] == "tool-result"}
        assert sorted(results) == sorted(expected)
        assert reading.head.cwd == manifest["repo"]["dir_during_run"]


@pytest.mark.parametrize("run", RUNS)
def test_the_sessions_of_a_run_are_found_from_its_worktree(shared: Path, run: str, tmp_path: Path) -> None:
    root = shared / "real" / f"opencode-{run}"
    shutil.copytree(
        root / "home/.local/share/opencode",
        tmp_path / ".local/share/opencode",
        ignore=shutil.ignore_patterns("snapshot"),
    )
    manifest = json.loads((root / "manifest.json").read_text())
    found = opencode.locate(manifest["repo"]["dir_during_run"], {"HOME": str(tmp_path)})
    assert {item.session for item in found} == {session["id"] for session in manifest["sessions"]}
    assert {item.near for item in found} == {"same"}
