"""What newer versions write, and copies that other tools changed: nothing in them is lost, and what is known is not called unknown."""

import json
from pathlib import Path
from typing import Any

import pytest

from gittraj.agents import claude, codex, cursor, gemini, opencode, pi, registry
from gittraj.codec.digest import sha256_hex
from gittraj.errors import AgentError
from gittraj.model.entry import Entry, count, walk
from gittraj.model.session import Reading
from tests.agents import reading_laws as laws


def write(path: Path, *lines: Any) -> str:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


def events(reading: Reading, kind: str) -> list[dict[str, Any]]:
    return [entry["data"] for entry in walk(reading.entries) if entry.get("event-type") == kind]


def of(entries: list[Entry], kind: str) -> list[Entry]:
    return [entry for entry in walk(entries) if entry["type"] == kind]


def line(kind: str, content: Any, **more: Any) -> dict[str, Any]:
    """A line of Claude Code's."""
    return {"type": kind, "sessionId": "s", "message": {"role": kind, "content": content}, **more}


def attached(uuid: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"type": "attachment", "uuid": uuid, "sessionId": "s", "attachment": {"type": kind, **more}}


def test_claude_calls_and_results_without_ids_are_calls_and_results(tmp_path: Path) -> None:
    call = {"type": "tool_use", "name": "Bash", "input": {"command": "ls"}}
    result = {"type": "tool_result", "content": "a.txt"}
    path = write(tmp_path / "s.jsonl", line("assistant", [call], uuid="u1"), line("user", [result], uuid="u2"))
    reading = registry.recognise(path).read(path)
    numbers = count(reading.entries)
    assert (numbers["tool-call"], numbers["tool-result"], reading.unknown) == (1, 1, 0)
    assert "call-id" not in reading.entries[0]
    laws.check_shape(reading)
    laws.check_operations(claude, reading)


def test_claude_lines_of_newer_versions_are_known(tmp_path: Path) -> None:
    path = write(
        tmp_path / "s.jsonl",
        line("user", "Hi", uuid="u1"),
        {"type": "started", "key": "v2:k", "agentId": "a1"},
        {"type": "result", "key": "v2:k", "agentId": "a1", "result": {"summary": "done"}},
        {"type": "relocated", "sessionId": "s", "relocatedCwd": "/src/other"},
        {"type": "frame-link", "sessionId": "s", "path": "/src/p.html", "frameUrl": "https://example.org/p"},
        {"type": "bridge-session", "sessionId": "s", "bridgeSessionId": "b"},
        {"type": "atis-latch", "sessionId": "s", "atis": "x"},
        {"type": "content-replacement", "sessionId": "s", "replacements": [{"kind": "tool-result"}]},
        {"type": "attribution-snapshot", "sessionId": "s", "messageId": "m"},
        {"type": "speculation-accept", "timeSavedMs": 5},
        line("assistant", [{"type": "fallback", "from": "m-1", "to": "m-2"}], uuid="u2"),
    )
    reading = claude.read(path)
    assert reading.unknown == 0
    assert [data["agentId"] for data in events(reading, "meta") if "agentId" in data] == ["a1", "a1"]
    assert {"kind": "fallback", "from": "m-1", "to": "m-2", "type": "fallback"} in events(reading, "meta")


def test_what_a_hook_adds_is_kept_once(tmp_path: Path) -> None:
    told = "Always run the tests before you commit. " * 10
    stdout = json.dumps({"hookSpecificOutput": {"hookEventName": "SessionStart", "additionalContext": told}})
    path = write(
        tmp_path / "s.jsonl",
        attached("h1", "hook_success", stdout=stdout, hookName="SessionStart"),
        attached("h2", "hook_additional_context", content=[told], hookName="SessionStart"),
        attached("h3", "hook_additional_context", content=["Another text."], hookName="SessionStart"),
    )
    success, repeated, other = events(claude.read(path), "hook")
    assert success["stdout"] == stdout
    assert ("content" not in repeated) and repeated["content-in"] == "stdout"
    assert other["content"] == ["Another text."]
    laws.check_parts(claude, path, [len(Path(path).read_bytes().split(b"\n")[0]) + 1])


def test_names_of_tools_and_plans_are_kept_once(tmp_path: Path) -> None:
    plan = "# Plan\n\nRound half a cent to the even neighbour.\n"
    path = write(
        tmp_path / "s.jsonl",
        line("user", f"Implement the following plan:\n\n{plan}", uuid="u1", planContent=plan),
        line("user", "Something else", uuid="u2", planContent=plan),
        attached("t1", "deferred_tools_delta", addedNames=["A", "B"], addedLines=["A", "B"]),
        attached("t2", "deferred_tools_delta", addedNames=["A"], addedLines=["A: a tool"]),
    )
    reading = claude.read(path)
    first, second = of(reading.entries, "user")
    assert "native-line" not in first
    assert second["native-line"] == {"planContent": plan}
    same, differing = events(reading, "meta")
    assert "addedLines" not in same
    assert differing["addedLines"] == ["A: a tool"]


def test_descriptions_of_skills_and_agents_become_names_and_a_digest(tmp_path: Path) -> None:
    skills = "\n".join(f"- skill-{number}: " + "what it is for, at length. " * 5 for number in range(9))
    agents = [f"- agent-{number}: " + "when to ask it. " * 9 for number in range(3)]
    path = write(
        tmp_path / "s.jsonl",
        attached("a1", "skill_listing", content=skills, skillCount=9),
        attached("a2", "skill_listing", content="- short: kept", skillCount=1),
        attached("a3", "agent_listing_delta", addedTypes=["agent-0"], addedLines=agents),
    )
    long, short, lines = events(claude.read(path), "meta")
    assert long["names"] == [f"skill-{number}" for number in range(9)]
    assert long["content"] == {"bytes": len(skills), "sha-256": sha256_hex(skills.encode())}
    assert short["content"] == "- short: kept"
    assert (lines["addedTypes"], lines["addedLines"]["bytes"]) == (["agent-0"], len("\n".join(agents)))


def test_a_snapshot_of_files_tells_what_is_new_in_it(tmp_path: Path) -> None:
    def snapshot(number: int, **files: str | None) -> dict[str, Any]:
        backups = {path: {"backupFileName": name} for path, name in files.items()}
        return {"type": "file-history-snapshot", "messageId": f"m{number}", "snapshot": {"trackedFileBackups": backups}}

    first, second = snapshot(1, a="h@v1", b=None), snapshot(2, a="h@v2", b=None, c="k@v1")
    path = write(tmp_path / "s.jsonl", first, second, snapshot(3, a="h@v2", b=None, c="k@v1"))
    told = [(data["messageId"], data.get("files")) for data in events(claude.read(path), "file-snapshot")]
    assert told == [("m1", {"a": "h@v1", "b": None}), ("m2", {"a": "h@v2", "c": "k@v1"}), ("m3", None)]
    laws.check_parts(claude, path, [len(json.dumps(first)) + 1])


def test_a_claude_session_is_known_by_its_messages_alone(tmp_path: Path) -> None:
    path = write(tmp_path / "copy.jsonl", line("user", "Hi", uuid="u1", timestamp="2026-02-01T10:00:00Z"))
    assert registry.recognise(path).NAME == "claude-code"
    qwen = {"type": "user", "sessionId": "s", "message": {"role": "user", "parts": [{"text": "Hi"}]}}
    with pytest.raises(AgentError):
        registry.recognise(write(tmp_path / "qwen.jsonl", qwen))


def item(kind: str, **payload: Any) -> dict[str, Any]:
    return {"timestamp": "2026-08-03T10:48:56.000Z", "type": kind, "payload": payload}


def test_codex_events_of_newer_versions_are_known(tmp_path: Path) -> None:
    path = write(
        tmp_path / "rollout-x.jsonl",
        item("session_meta", id="t1", cwd="/src/demo"),
        item("event_msg", type="guardian_assessment", status="approved", action={"type": "command"}),
        item("event_msg", type="collab_agent_spawn_end", call_id="c1", new_thread_id="t2", prompt="look"),
        item("event_msg", type="collab_waiting_end", call_id="c1", agent_statuses=[]),
        item("event_msg", type="thread_goal_updated", goal={"objective": "ship"}),
        item("event_msg", type="undo_completed", success=True),
        item("event_msg", type="image_generation_end", call_id="c2", result="iVBOR" * 200),
        item("response_item", type="agent_message", author="/root", recipient="/root/a", content=[]),
    )
    reading = codex.read(path)
    assert reading.unknown == 0
    assert [data["kind"] for data in events(reading, "sub-agent")] == [
        "collab_agent_spawn_end", "collab_waiting_end", "agent_message",
    ]  # fmt: skip
    (picture,) = [data for data in events(reading, "meta") if data["kind"] == "image_generation_end"]
    assert picture["result"]["bytes"] == 1000


def test_a_failed_call_of_a_dynamic_tool_is_an_error(tmp_path: Path) -> None:
    path = write(
        tmp_path / "rollout-x.jsonl",
        item("session_meta", id="t1", cwd="/src/demo"),
        item("response_item", type="function_call", name="lookup", arguments="{}", call_id="c1"),
        item("event_msg", type="dynamic_tool_call_response", call_id="c1", tool="lookup", success=False),
        item("response_item", type="function_call_output", call_id="c1", output="no such thing"),
    )
    (result,) = of(codex.read(path).entries, "tool-result")
    assert result["is-error"] is True


def test_codex_messages_and_calls_that_lack_a_type_or_an_id(tmp_path: Path) -> None:
    path = write(
        tmp_path / "rollout-x.jsonl",
        item("session_meta", id="t1", cwd="/src/demo"),
        item("response_item", role="user", content=[{"type": "input_text", "text": "Hi"}]),
        item("response_item", type="function_call", id="f1", name="shell", arguments="{}"),
        item("response_item", type="function_call_output", call_id="f1", output="ok"),
    )
    reading = codex.read(path)
    assert reading.unknown == 0
    assert [entry["content"] for entry in of(reading.entries, "user")] == ["Hi"]
    assert of(reading.entries, "tool-call")[0]["call-id"] == "f1"


@pytest.mark.parametrize("indent", [2, None])
def test_a_gemini_chat_whose_keys_were_sorted_is_known(tmp_path: Path, indent: int | None) -> None:
    call = {"id": "c1", "name": "run_shell_command", "args": {"command": "ls"}, "status": "success",
            "result": [{"functionResponse": {"id": "c1", "response": {"output": "a.txt"}}}]}  # fmt: skip
    messages = [
        {"content": "List the files.", "id": "m1", "timestamp": "2026-03-18T00:00:50.465Z", "type": "user"},
        {"content": "I list them.", "id": "m2", "timestamp": "2026-03-18T00:00:53.302Z", "type": "gemini", "toolCalls": [call]},
        {"content": "x" * 70_000, "id": "m3", "timestamp": "2026-03-18T00:00:54.302Z", "type": "user"},
    ]  # fmt: skip
    chat = {"kind": "main", "messages": messages, "projectHash": "ab", "sessionId": "s1", "startTime": "2026-03-18T00:00:50.465Z"}  # fmt: skip
    path = tmp_path / "full.jsonl"
    path.write_text(json.dumps(chat, indent=indent))
    reading = registry.recognise(str(path)).read(str(path))
    numbers = count(reading.entries)
    assert (reading.head.agent, reading.head.session_id) == ("gemini-cli", "s1")
    assert (numbers["user"], numbers["assistant"], numbers["tool-call"], numbers["tool-result"]) == (2, 1, 1, 1)
    assert gemini.read(str(path)).unknown == 0


def test_pi_calls_and_results_without_ids_are_calls_and_results(tmp_path: Path) -> None:
    def message(number: int, **told: Any) -> dict[str, Any]:
        return {"type": "message", "id": f"m{number}", "timestamp": "2026-03-01T08:00:00Z", "message": told}

    path = write(
        tmp_path / "s.jsonl",
        {"type": "session", "version": 3, "id": "s1", "cwd": "/src", "timestamp": "2026-03-01T08:00:00Z"},
        message(1, role="assistant", content=[{"type": "toolCall", "name": "bash", "arguments": {"command": "ls"}}]),
        message(2, role="toolResult", toolName="bash", content=[{"type": "text", "text": "a"}], isError=False),
    )
    reading = pi.read(path)
    numbers = count(reading.entries)
    assert (numbers["tool-call"], numbers["tool-result"], reading.unknown) == (1, 1, 0)
    laws.check_operations(pi, reading)


def test_a_cursor_transcript_that_has_times_is_known(tmp_path: Path) -> None:
    said = {
        "role": "user",
        "timestamp": "2026-03-19T11:05:00Z",
        "message": {"content": [{"type": "text", "text": "Hi"}]},
    }
    path = write(tmp_path / "a.jsonl", said)
    assert registry.recognise(path).NAME == "cursor"
    assert cursor.read(path).entries[0]["timestamp"] == said["timestamp"]


def test_an_export_of_opencode_whose_ids_a_redactor_took_is_known(tmp_path: Path) -> None:
    place = {"id": "REDACTED", "sessionID": "REDACTED"}
    parts = [{**place, "messageID": "REDACTED", "type": "text", "text": "Hi"}]
    message = {"info": {**place, "role": "user", "time": {"created": 1773002963860}}, "parts": parts}
    path = tmp_path / "full.jsonl"
    path.write_text(
        json.dumps({"info": {"id": "REDACTED", "version": "1.2.21"}, "messages": [message, message]}, indent=2)
    )
    assert registry.recognise(str(path)).NAME == "opencode"
    assert [entry["content"] for entry in of(opencode.read(str(path)).entries, "user")] == ["Hi", "Hi"]


@pytest.mark.parametrize(
    ("agent", "name", "given"),
    [
        (cursor, "Write", {"path": "a", "contents": ["x"]}),
        (cursor, "StrReplace", {"path": "a", "old_string": None, "new_string": {"x": "y"}}),
        (opencode, "edit", {"filePath": "a", "oldString": 1, "newString": ["y"]}),
        (opencode, "multiedit", {"filePath": "a", "edits": [{"oldString": {}}, None]}),
        (opencode, "apply_patch", {"patchText": {"x": "y"}}),
    ],
)
def test_content_of_an_edit_that_is_no_text_is_none(agent: Any, name: str, given: dict[str, Any]) -> None:
    call = {"type": "tool-call", "name": name, "input": given, "call-id": "c1"}
    assert agent.edit_content(call) == []
    agent.operations(call, None)
