from pathlib import Path
from typing import Any

import pytest

from gittraj.agents import opencode
from gittraj.model.entry import count, walk
from gittraj.model.session import Reading
from tests.agents import opencode_sessions as make

FIXTURES = Path(__file__).parent / "fixtures" / "opencode"


@pytest.fixture
def read_back(tmp_path: Path) -> Any:
    def back(*pairs: make.Pair, **info: Any) -> Reading:
        return opencode.read(str(make.export(tmp_path / "session.json", list(pairs), make.session(**info))))

    return back


def of_type(reading: Reading, kind: str) -> list[dict[str, Any]]:
    return [entry for entry in walk(reading.entries) if kind in (entry["type"], entry.get("event-type"))]


def test_the_export_in_the_fixtures_becomes_the_entries_its_reader_would_list() -> None:
    reading = opencode.read(str(FIXTURES / "rounding.export.json"))
    told = [
        (entry["type"], entry.get("event-type") or entry.get("name") or entry.get("content"))
        for entry in reading.entries
    ]
    assert told == [
        ("system-event", "session-start"),
        ("user", '"Round the amounts"'),
        ("system-event", "settings"),
        ("system-event", "file-snapshot"),
        ("reasoning", "The helper is in money.py."),
        ("assistant", "I will look."),
        ("tool-call", "read"),
        ("tool-result", None),
        ("tool-call", "edit"),
        ("tool-result", None),
        ("system-event", "file-snapshot"),
        ("assistant", "Done."),
    ]
    assert reading.head.cwd == make.DIRECTORY
    assert (reading.head.session_id, reading.head.model, reading.head.provider) == (make.SESSION, "m-1", "acme")
    assert reading.head.agent_version == "1.18.33"
    assert reading.head.started == "2026-11-21T01:46:40.000Z"
    assert reading.next.entry == len(reading.entries) == len(reading.ends)
    assert reading.unknown == 0


def test_a_prompt_keeps_the_quotes_that_opencode_stores_around_it(read_back: Any) -> None:
    assert of_type(read_back(make.user(1, 0, '"say \\"hi\\""')), "user")[0]["content"] == '"say \\"hi\\""'


def test_a_prompt_of_several_parts_is_one_entry_with_blocks_and_synthetic_ones_are_marked(read_back: Any) -> None:
    parts = [
        {"id": "prt_1", "type": "text", "text": "look at this"},
        {"id": "prt_2", "type": "text", "text": "Called the Read tool", "synthetic": True},
        {"id": "prt_3", "type": "file", "mime": "text/plain", "filename": "a.py", "url": "file:///a.py"},
    ]
    entries = of_type(read_back(make.user(1, 0, parts=parts)), "user")
    assert len(entries) == 1
    assert [block["type"] for block in entries[0]["content"]] == ["text", "text", "file"]
    assert entries[0]["content"][1]["synthetic"] is True


def test_tokens_and_cost_of_a_message_stand_on_one_of_its_entries(read_back: Any) -> None:
    answer = make.assistant(2, 10, [make.text("one", 11, 12), make.text("two", 13, 14), make.step("step-finish")], 20)
    calls = make.assistant(
        3, 30, [make.text("now", 31, 32), make.tool("bash", "call_1", 33, 34, {}), make.step("step-finish")], 40
    )
    bare = make.assistant(4, 50, [make.tool("bash", "call_2", 51, 52, {})], 60)
    reading = read_back(make.user(1, 0), answer, calls, bare)
    bearers = [entry for entry in walk(reading.entries) if "token-usage" in entry]
    assert [(entry["type"], entry.get("event-type")) for entry in bearers] == [
        ("assistant", None), ("system-event", "file-snapshot"), ("system-event", "usage"),
    ]  # fmt: skip
    assert bearers[0]["content"] == "two"
    assert all(
        entry["token-usage"]
        == {"input": 100, "output": 20, "reasoning": 5, "cached": 7, "cache-write": 3, "cost": 0.25}
        for entry in bearers
    )


def test_the_steps_are_summed_only_where_the_message_has_no_tokens(read_back: Any) -> None:
    steps = [make.step("step-finish", tokens={"input": 10, "output": 2}, cost=0.5) for _ in range(2)]
    reading = read_back(make.user(1, 0), make.assistant(2, 10, steps, 20, tokens=None, cost=0))
    usage = [entry["token-usage"] for entry in walk(reading.entries) if "token-usage" in entry]
    assert usage == [{"input": 20, "output": 4, "cost": 1.0}]


def test_a_provider_error_without_any_part_is_an_empty_answer_with_the_error(read_back: Any) -> None:
    error = {"name": "APIError", "data": {"message": "overloaded"}}
    entries = of_type(read_back(make.user(1, 0), make.assistant(2, 10, [], 20, error=error)), "assistant")
    assert [(entry["content"], entry["error"]) for entry in entries] == [("", error)]


def test_an_abort_after_some_content_is_an_interruption(read_back: Any) -> None:
    error = {"name": "MessageAbortedError", "data": {}}
    reading = read_back(make.user(1, 0), make.assistant(2, 10, [make.text("so", 11, 12)], 20, error=error))
    assert [entry["data"]["name"] for entry in of_type(reading, "interrupted")] == ["MessageAbortedError"]


def test_a_failed_tool_and_a_failed_command_are_told_apart(read_back: Any) -> None:
    parts = [
        make.failed("edit", "call_a", 11, 12, {"filePath": "a"}, "Could not find oldString"),
        make.tool("bash", "call_b", 13, 14, {"command": "false"}, "", metadata={"exit": 1, "output": ""}),
    ]
    results = of_type(read_back(make.user(1, 0), make.assistant(2, 10, parts, 20)), "tool-result")
    assert [(entry["is-error"], entry["status"], entry.get("exit-code")) for entry in results] == [
        (True, "error", None), (False, "completed", 1),
    ]  # fmt: skip
    assert results[0]["output"] == "Could not find oldString"


def test_what_the_metadata_repeats_is_not_stored_again(read_back: Any) -> None:
    shown = "<file>\n00001| import os\n00002| print(os.name)\n</file>"
    parts = [
        make.tool("read", "call_a", 11, 12, {"filePath": "/a"}, shown, metadata={"preview": "import os\nprint(os.name)"}),
        make.tool("bash", "call_b", 13, 14, {"command": "ls", "description": "List all"}, "a.py and b.py",
                  metadata={"output": "a.py and b.py", "description": "List all", "exit": 0, "truncated": False}),
        make.tool("bash", "call_c", 15, 16, {}, "short", metadata={"output": "quite another text", "outputPath": "/tmp/o"}),
    ]  # fmt: skip
    results = of_type(read_back(make.user(1, 0), make.assistant(2, 10, parts, 20)), "tool-result")
    assert [entry.get("metadata") for entry in results] == [
        None, None, {"output": "quite another text", "outputPath": "/tmp/o"},
    ]  # fmt: skip


def test_snapshots_and_patches_are_file_snapshots_with_their_tree_ids(read_back: Any) -> None:
    parts = [make.step("step-start", "11" * 20), make.step("step-finish", "22" * 20, reason="stop"),
             {"type": "patch", "hash": "11" * 20, "files": ["/a.py"]}]  # fmt: skip
    data = [
        entry["data"]
        for entry in of_type(read_back(make.user(1, 0), make.assistant(2, 10, parts, 20)), "file-snapshot")
    ]
    assert data == [
        {"step": "step-start", "snapshot": "11" * 20},
        {"step": "step-finish", "snapshot": "22" * 20, "reason": "stop"},
        {"step": "patch", "hash": "11" * 20, "files": ["/a.py"]},
    ]


def test_compaction_retry_and_another_model_are_events(read_back: Any) -> None:
    parts = [{"id": "prt_c", "type": "compaction", "auto": True}]
    retry = {"type": "retry", "attempt": 1, "error": {"name": "APIError"}, "time": {"created": make.T0 + 21}}
    reading = read_back(
        make.user(1, 0),
        make.assistant(2, 10, [make.text("a", 11, 12)], 19),
        make.user(3, 20, parts=parts),
        make.assistant(4, 20, [retry, make.text("summary", 22, 23)], 24, modelID="m-2", summary=True),
    )
    assert [entry["data"] for entry in of_type(reading, "compaction")] == [{"type": "compaction", "auto": True}]
    assert [entry["data"]["attempt"] for entry in of_type(reading, "error")] == [1]
    assert [(entry["data"]["from"], entry["data"]["to"]) for entry in of_type(reading, "model-change")] == [
        ("m-1", "m-2")
    ]
    assert reading.head.models == ("m-1", "m-2")
    assert count(reading.entries)["user"] == 2


def test_what_is_not_understood_is_kept_and_counted(read_back: Any) -> None:
    strange = {"id": "prt_x", "type": "hologram", "beam": [1, 2]}
    reading = read_back(
        make.user(1, 0), make.assistant(2, 10, [dict(strange)], 20), ({"id": "msg_0003", "role": "oracle"}, [])
    )
    kept = [entry["data"]["raw"] for entry in of_type(reading, "unknown")]
    assert reading.unknown == 2
    assert sorted(item.get("role", item.get("type")) for item in kept) == ["hologram", "oracle"]
    assert [item["beam"] for item in kept if "beam" in item] == [[1, 2]]


def test_encrypted_reasoning_is_kept_once(read_back: Any) -> None:
    part = {
        **make.thought("hm", 11, 12),
        "metadata": {"openai": {"itemId": "rs_1", "reasoningEncryptedContent": "gAAA"}},
    }
    entry = of_type(read_back(make.user(1, 0), make.assistant(2, 10, [part], 20)), "reasoning")[0]
    assert entry["encrypted"] == "gAAA"
    assert entry["native"] == {"metadata": {"openai": {"itemId": "rs_1"}}}


def test_short_call_ids_that_are_used_again_still_link_one_call_to_one_result(read_back: Any) -> None:
    first = make.assistant(2, 10, [make.tool("bash", "call_0", 11, 12, {})], 13)
    second = make.assistant(3, 20, [make.tool("bash", "call_0", 21, 22, {})], 23)
    reading = read_back(make.user(1, 0), first, second)
    calls = [entry["call-id"] for entry in of_type(reading, "tool-call")]
    assert calls[0] == "call_0"
    assert len(set(calls)) == 2
    assert calls == [entry["call-id"] for entry in of_type(reading, "tool-result")]


def test_results_stand_where_they_ended_when_calls_run_side_by_side(read_back: Any) -> None:
    parts = [make.tool("bash", "call_slow", 11, 30, {}), make.tool("bash", "call_fast", 12, 15, {})]
    reading = read_back(make.user(1, 0), make.assistant(2, 10, parts, 40))
    told = [(entry["type"], entry["call-id"]) for entry in reading.entries if "call-id" in entry]
    assert told == [
        ("tool-call", "call_slow"), ("tool-call", "call_fast"), ("tool-result", "call_fast"), ("tool-result", "call_slow"),
    ]  # fmt: skip


def test_entry_ids_are_unique(read_back: Any) -> None:
    reading = opencode.read(str(FIXTURES / "rounding.export.json"))
    ids = [entry["id"] for entry in walk(reading.entries)]
    assert len(ids) == len(set(ids))
