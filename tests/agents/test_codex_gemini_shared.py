"""Codex and Gemini readers against the real sessions: nothing that the source has may be missing, nothing there twice."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.agents import codex, gemini
from gittraj.model.entry import count, walk
from tests.agents.growing_file_laws import assert_same, assert_well_formed, boundaries, in_parts, usage

pytestmark = pytest.mark.shared
KINDS = ("user", "assistant", "tool-call", "tool-result", "reasoning")


def counted(reading):
    numbers = count(reading.entries)
    return {kind: numbers[kind] for kind in KINDS}


def rollouts(shared):
    found = sorted((shared / "sessions/codex").glob("*.jsonl")) + sorted(
        (shared / "real").glob("codex*/home/**/rollout-*.jsonl")
    )
    assert len(found) >= 7
    return found


def chats(shared):
    found = sorted((shared / "sessions/gemini-cli").glob("*.json*")) + sorted(
        (shared / "real").glob("gemini*/home/**/session-*.jsonl")
    )
    assert len(found) >= 6
    return found


def items_of_a_rollout(path):
    """Counted without the reader: what the payloads' own types say."""
    numbers = Counter()
    for line in path.read_text().splitlines():
        record = json.loads(line)
        if record["type"] == "response_item":
            item = record["payload"]
            kind = item["role"] if item["type"] == "message" else item["type"]
            numbers[kind] += 1
    return {
        "user": numbers["user"],
        "assistant": numbers["assistant"],
        "tool-call": numbers["function_call"] + numbers["custom_tool_call"],
        "tool-result": numbers["function_call_output"] + numbers["custom_tool_call_output"],
        "reasoning": numbers["reasoning"],
    }


def requests_of_a_rollout(path):
    """Usage summed over requests: by response id where records have one, else the last cumulative total."""
    records, total = {}, {}
    for line in path.read_text().splitlines():
        record = json.loads(line)
        payload = record["payload"]
        if record["type"] == "token_usage_record":
            records[payload["response_id"]] = payload["usage"]
        elif payload.get("type") == "token_count" and payload["info"]:
            total = payload["info"]["total_token_usage"]
    if not records:
        return total["input_tokens"], total["output_tokens"]
    return tuple(sum(each[key] for each in records.values()) for key in ("input_tokens", "output_tokens"))


def items_of_a_chat(path):
    """Counted without the reader: every message and call by id, in its fullest state."""
    said, calls, results, thoughts, tokens = {}, set(), set(), {}, {}
    text = path.read_text()
    try:
        records = json.loads(text)["messages"]
    except (ValueError, KeyError):
        records = []
        for line in text.splitlines():
            record = json.loads(line)
            records += (
                record.get("$set", {}).get("messages", []) if "$set" in record else [record] if "id" in record else []
            )
    for message in records:
        content = message["content"]
        if not isinstance(content, str):
            content = "".join(part.get("text", "") for part in content if not part.get("thought"))
        if content and message["type"] in ("user", "gemini"):
            said[message["id"]] = message["type"]
        for call in message.get("toolCalls", []):
            calls.add(call["id"])
            if call["status"] in ("success", "error", "cancelled"):
                results.add(call["id"])
        if message.get("thoughts"):
            thoughts[message["id"]] = len(message["thoughts"])
        if message.get("tokens"):
            tokens[message["id"]] = message["tokens"]["total"]
    numbers = Counter(said.values())
    return {
        "user": numbers["user"],
        "assistant": numbers["gemini"],
        "tool-call": len(calls),
        "tool-result": len(results),
        "reasoning": sum(thoughts.values()),
    }, sum(tokens.values())


def test_every_rollout_gives_as_many_entries_as_it_has_items(shared):
    for path in rollouts(shared):
        reading = codex.read(str(path))
        assert counted(reading) == items_of_a_rollout(path), path
        assert (reading.unknown, reading.torn) == (0, 0), path
        assert_well_formed(reading)
        total = usage(reading.entries)
        assert (total["input"], total["output"]) == requests_of_a_rollout(path), path


def test_every_chat_gives_as_many_entries_as_it_has_messages(shared):
    for path in chats(shared):
        reading = gemini.read(str(path))
        numbers, tokens = items_of_a_chat(path)
        assert counted(reading) == numbers, path
        assert (reading.unknown, reading.torn) == (0, 0), path
        assert_well_formed(reading)
        assert usage(reading.entries)["total"] == tokens, path


def sessions(shared, pattern):
    for manifest in sorted((shared / "real").glob(f"{pattern}/manifest.json")):
        for session in json.loads(manifest.read_text())["sessions"]:
            for name in session["files"]:
                yield session, Path(manifest.parent, "home", name)


@pytest.mark.parametrize(("agent", "pattern"), [(codex, "codex*"), (gemini, "gemini*")])
def test_each_call_of_the_true_story_is_there_once_with_its_outcome(shared, agent, pattern):
    for session, path in sessions(shared, pattern):
        reading = agent.read(str(path))
        calls = [call for step in session["steps"] for call in step["calls"]]
        made = [e for e in walk(reading.entries) if e["type"] == "tool-call"]
        results = {e["call-id"]: e for e in walk(reading.entries) if e["type"] == "tool-result"}
        assert reading.head.session_id == session["id"]
        assert [e["name"] for e in made] == [call["tool"] for call in calls]
        for call, entry in zip(calls, made, strict=True):
            if call["call_id"]:
                assert entry["call-id"] == call["call_id"]
            result = results[entry["call-id"]]
            if call["expect"] == "ok":
                assert result["is-error"] is False and result.get("exit-code", 0) == 0, call
            elif call["expect"] == "nonzero exit":
                assert result["exit-code"] != 0, call
            touched = {
                o.operation.path.split("/ledger/", 1)[-1]
                for o in agent.operations(entry, result)
                if o.state == "applied"
            }
            if call["via"] == "tool" and call["expect"] == "ok":
                assert touched and touched <= set(call["touches"]), call
            elif call["via"] == "tool" and call["op"] != "sloppy":
                assert not touched and result["is-error"], call


def test_prompts_of_the_true_story_are_the_users_messages(shared):
    for agent, pattern in ((codex, "codex*"), (gemini, "gemini*")):
        for session, path in sessions(shared, pattern):
            said = [e["content"] for e in agent.read(str(path)).entries if e["type"] == "user" and not e.get("is-meta")]
            assert [each if isinstance(each, str) else each[0]["text"] for each in said] == session["prompts"]


@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_real_sessions_read_in_parts_equal_one_reading(shared, data):
    agent, path = data.draw(
        st.sampled_from(
            [(codex, path) for path in rollouts(shared)] + [(gemini, p) for p in chats(shared) if "real" in str(p)]
        )
    )
    cuts = data.draw(st.lists(st.sampled_from(boundaries(path)), max_size=6))
    assert_same(agent.read(str(path)), in_parts(agent.read, path, cuts))
