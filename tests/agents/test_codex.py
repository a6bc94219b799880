"""Rollouts of Codex CLI: what becomes of their lines, in one reading and in several."""

import json
import os
import shutil
import sys
import types
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.agents import codex
from gittraj.errors import AgentError
from gittraj.model.entry import count, walk
from gittraj.model.session import Position
from tests.agents.growing_file_laws import assert_same, assert_well_formed, boundaries, in_parts, usage

FIXTURES = Path(__file__).parent / "fixtures" / "codex"
FILES = sorted(FIXTURES.rglob("*.jsonl"))
TOOLS, CODE_MODE, OLD = (FIXTURES / name for name in ("tools.jsonl", "codemode.jsonl", "before-2026.jsonl"))
DAY = FIXTURES / "home" / "sessions" / "2025" / "02" / "16"
PARENT = DAY / "rollout-2025-02-16T09-00-00-01950f00-0000-7000-8000-00000000aaaa.jsonl"
CHILD = "01950f00-1000-7000-8000-00000000bbbb"


def read(path):
    return codex.read(str(path))


def only(reading, kind, **values):
    found = [e for e in walk(reading.entries) if e["type"] == kind or e.get("event-type") == kind]
    return [e for e in found if all(e.get(key.replace("_", "-")) == value for key, value in values.items())]


def result(reading, call):
    (entry,) = only(reading, "tool-result", call_id=call)
    return entry


def test_every_fixture_gives_well_formed_entries():
    for path in FILES:
        assert_well_formed(read(path))


def test_the_head_tells_who_where_and_from_which_commit():
    head = read(TOOLS).head
    assert (head.agent, head.format, head.agent_version) == ("codex", "codex-jsonl", "0.169.0")
    assert head.session_id == "01950f00-0000-7000-8000-00000000aaaa"
    assert (head.model, head.models) == ("gpt-5.6-sol", ("gpt-5.5", "gpt-5.6-sol"))
    assert (head.provider, head.branch, head.commit) == ("openai", "main", "1" * 40)
    assert head.started == "2026-03-01T10:00:00.000Z"


def test_events_that_repeat_messages_make_no_entries():
    reading = read(TOOLS)
    assert count(reading.entries) == {
        "user": 3, "assistant": 3, "tool-call": 7, "tool-result": 5, "reasoning": 1, "system-event": 25,
    }  # fmt: skip
    assert [e["content"] for e in only(reading, "user") if not e.get("is-meta")] == ["Please fix a.txt.", "Go on."]


def test_an_event_that_no_message_repeats_is_kept_when_the_turn_ends():
    kept = [e["data"] for e in only(read(TOOLS), "meta") if e["data"].get("kind") == "agent_message"]
    assert kept == [{"kind": "agent_message", "text": "Only an event says this."}]


def test_reasoning_keeps_its_summary_and_what_the_provider_protects():
    (entry,) = only(read(TOOLS), "reasoning")
    assert (entry["content"], entry["encrypted"]) == ("I must look first.\n\nThen edit.", "gAAAopaque")


def test_a_message_without_content_is_an_empty_assistant_entry():
    assert only(read(TOOLS), "assistant")[-1]["content"] == ""


def test_developer_messages_are_meta_events():
    data = [e["data"] for e in only(read(TOOLS), "meta") if "role" in e["data"]]
    assert [each["role"] for each in data] == ["developer", "developer"]


def test_error_flags_come_from_exit_codes_and_from_codexs_own_words():
    reading = read(TOOLS)
    flags = {e["call-id"]: (e["is-error"], e.get("exit-code")) for e in only(reading, "tool-result")}
    assert flags == {
        "call_1": (False, 0), "call_2": (True, 1), "call_3": (False, 0), "call_4": (True, None), "call_5": (False, None),
    }  # fmt: skip


def test_exact_changes_wait_for_the_result_of_their_call():
    changes = result(read(TOOLS), "call_3")["changes"]
    assert [(each["type"], os.path.basename(each["path"])) for each in changes] == [
        ("update", "a.txt"), ("add", "b.txt"), ("delete", "c.txt"), ("update", "d.txt"),
    ]  # fmt: skip
    assert changes[2]["pre-blob"] == "286c5f5776916d7d7d5849988ca9d83e722cf9c2"  # git hash-object of "gone\n"
    assert "content" not in changes[2]
    assert changes[3]["move_path"] == "/src/demo/e.txt"


def test_evidence_without_a_result_becomes_an_event_when_the_turn_ends():
    (command,) = only(read(TOOLS), "command")
    assert command["data"] == {"call-id": "call_6", "exit-code": 0, "output": "made\n"}


def test_a_command_that_ends_after_its_result_is_an_event_of_its_own():
    (command,) = only(read(CODE_MODE), "command")
    assert (command["data"]["id"], command["data"]["output"]) == ("call_gone", "late\n")


def test_calls_inside_a_script_hang_on_the_scripts_result():
    entry = result(read(CODE_MODE), "call_a")
    assert [each["nested-id"][:9] for each in entry["changes"]] == ["exec-1111"]
    (nested,) = entry["nested"]
    assert (nested["command"], nested["exit-code"], nested["cwd"]) == ("git commit -am x", 0, "/src/demo")
    assert "output" not in nested  # the script printed it


def test_a_failed_script_is_an_error():
    assert result(read(CODE_MODE), "call_b")["is-error"] is True


def test_outputs_packed_as_json_are_unpacked():
    entry = result(read(OLD), "call_1")
    assert (entry["output"], entry["exit-code"], entry["is-error"]) == ("a.txt\n", 2, True)


def test_usage_is_counted_once_per_request():
    assert usage(read(TOOLS).entries) == {"input": 350, "output": 60, "cached": 50, "reasoning": 5, "total": 410}
    assert usage(read(OLD).entries) == {"input": 30, "output": 9, "cached": 0, "reasoning": 0, "total": 39}


def test_settings_are_kept_only_when_they_change():
    events = only(read(TOOLS), "settings")
    assert [e["data"] for e in events][2:] == [
        {"source": "turn_context", "model_provider_id": "openai"},
        {"source": "session_meta", "cli_version": "0.170.0"},
        {"source": "turn_context", "cwd": "/src/demo/sub", "model": "gpt-5.6-sol"},
    ]
    (change,) = only(read(TOOLS), "model-change")
    assert change["data"] == {"from": "gpt-5.5", "to": "gpt-5.6-sol"}


def test_base_instructions_are_kept_once():
    text = json.dumps(read(PARENT).entries)
    assert (
        text.count("You are Codex, an agent for tests.") <= 2
    )  # once for each of the two sessions, which are this short


def test_a_compaction_is_told_once():
    (event,) = only(read(TOOLS), "compaction")
    assert event["data"]["message"] == "Summary of the story."
    assert event["data"]["replacement"] == [{"type": "compaction", "encrypted_content": "gBBB"}]


def test_what_is_not_understood_is_kept_and_counted():
    reading = read(TOOLS)
    raw = [e["data"]["raw"] for e in only(reading, "unknown")]
    assert reading.unknown == 4
    assert [each.get("type") if isinstance(each, dict) else each for each in raw] == [
        "event_msg", "novelty", "this is not JSON", [1, 2, 3],
    ]  # fmt: skip


def test_a_sub_agents_entries_hang_below_the_call_that_spawned_it():
    reading = read(PARENT)
    spawned = result(reading, "call_s")
    assert spawned["sub-agent"] == CHILD
    assert [e["type"] for e in spawned["children"] if e["type"] != "system-event"] == [
        "user", "tool-call", "tool-result", "assistant",
    ]  # fmt: skip
    assert read(next(DAY.glob(f"*{CHILD}.jsonl"))).head.parent_session == reading.head.session_id
    assert usage(reading.entries)["input"] == 7


def test_what_a_sub_agent_does_later_comes_with_the_next_result_that_deals_with_agents(tmp_path):
    shutil.copytree(FIXTURES / "home", tmp_path / "home")
    parent = tmp_path / PARENT.relative_to(FIXTURES)
    child = next(parent.parent.glob(f"*{CHILD}.jsonl"))
    text = child.read_text()
    lines = text.splitlines(keepends=True)
    child.write_text("".join(lines[:4]))
    stop = boundaries(parent)[5]
    first = codex.read(str(parent), until=stop)
    child.write_text(text)
    second = codex.read(str(parent), first.next)
    assert count(first.entries)["tool-result"] == 1
    (event,) = only(second, "sub-agent")
    assert event["data"] == {"agent_thread_id": CHILD}
    assert count(first.entries + second.entries) | {"system-event": 0} == count(read(PARENT).entries) | {
        "system-event": 0
    }


def test_a_session_that_names_itself_as_its_sub_agent_is_read_once(tmp_path):
    path = tmp_path / PARENT.name
    path.write_text(PARENT.read_text().replace(CHILD, "01950f00-0000-7000-8000-00000000aaaa"))
    assert "children" not in json.dumps(read(path).entries)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name[-24:])
def test_reading_in_two_parts_equals_one_reading_at_every_line(path):
    whole = read(path)
    for cut in boundaries(path):
        assert_same(whole, in_parts(codex.read, path, [cut]))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_reading_in_many_parts_equals_one_reading(data):
    path = data.draw(st.sampled_from(FILES))
    cuts = data.draw(st.lists(st.sampled_from(boundaries(path))))
    assert_same(read(path), in_parts(codex.read, path, cuts))


def test_a_torn_last_line_is_left_for_the_next_reading(tmp_path):
    data = TOOLS.read_bytes()
    path = tmp_path / "rollout.jsonl"
    stop = boundaries(TOOLS)[20]
    for torn in (stop + 1, stop + 40):
        path.write_bytes(data[:torn])
        first = read(path)
        assert (first.next.offset, first.torn) == (stop, torn - stop)
        path.write_bytes(data)
        assert first.entries + codex.read(str(path), first.next).entries == read(path).entries


def test_invalid_utf8_and_deep_nesting_do_not_stop_a_reading(tmp_path):
    path = tmp_path / "rollout.jsonl"
    deep = b'{"type":"response_item","payload":' + b"[" * 10_000 + b"]" * 10_000 + b"}\n"
    middle = b'{"type":"response_item","payload":' + b"[" * 300 + b"]" * 300 + b"}\n"
    message = b'{"type":"response_item","payload":{"type":"message","role":"user","content":"a\xff\xfeb"}}\n'
    path.write_bytes(TOOLS.read_bytes() + deep + middle + message)
    reading = read(path)
    assert reading.unknown == 6
    assert reading.entries[-1]["content"] == "a\ufffd\ufffdb"


def test_rollouts_of_before_the_envelopes_are_read(tmp_path):
    path = tmp_path / "rollout-2025-05-01T10-00-00-01950f00-0000-7000-8000-00000000eeee.jsonl"
    lines = [
        {
            "id": "01950f00-0000-7000-8000-00000000eeee",
            "timestamp": "2025-05-01T10:00:00.000Z",
            "instructions": "Be brief.",
        },
        {"record_type": "state"},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]},
        {"type": "function_call", "name": "shell", "arguments": '{"command":["ls"]}', "call_id": "c"},
        {
            "type": "function_call_output",
            "call_id": "c",
            "output": '{"output":"x","metadata":{"exit_code":0,"duration_seconds":0}}',
        },
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    reading = read(path)
    assert reading.head.session_id.endswith("eeee") and reading.unknown == 0
    assert [e["type"] for e in reading.entries] == ["system-event", "user", "tool-call", "tool-result"]
    assert codex.sniff(path.read_bytes(), str(path))


def test_a_compressed_rollout_needs_zstandard_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "zstandard", None)
    path = tmp_path / "rollout-x.jsonl.zst"
    path.write_bytes(b"\x28\xb5\x2f\xfd")
    with pytest.raises(AgentError) as caught:
        read(path)
    assert "zstd" in caught.value.hint


def test_a_compressed_rollout_is_read_as_its_plain_form(tmp_path, monkeypatch):
    class Decompressor:
        def read_to_iter(self, source, **_):
            assert source.read(4) == b"\x28\xb5\x2f\xfd"
            yield source.read()

    monkeypatch.setitem(
        sys.modules, "zstandard", types.SimpleNamespace(ZstdDecompressor=Decompressor, ZstdError=ValueError)
    )
    path = tmp_path / "rollout-x.jsonl.zst"
    path.write_bytes(b"\x28\xb5\x2f\xfd" + TOOLS.read_bytes())
    assert_same(read(TOOLS), [read(path)])
    assert codex.sniff(path.read_bytes(), str(path))


def test_a_missing_file_and_a_foreign_position_are_agent_errors(tmp_path):
    with pytest.raises(AgentError):
        read(tmp_path / "absent.jsonl")
    with pytest.raises(AgentError):
        codex.read(str(TOOLS), Position(state={"line": "three"}))
