"""What Gemini's tools do to files."""

from pathlib import Path

import pytest

from gittraj.agents import gemini
from gittraj.model.operation import Replace, Write

CHAT = Path(__file__).parent / "fixtures/gemini/home/tmp/demo/chats/session-2026-03-01T11-00-aaaaaaaa.jsonl"


@pytest.fixture(scope="module")
def entries():
    return gemini.read(str(CHAT)).entries


def pair(entries, ident):
    found = {e["type"]: e for e in entries if e.get("call-id") == ident}
    return found["tool-call"], found["tool-result"]


def test_an_exact_replace_carries_the_states_before_and_after(entries):
    (only,) = gemini.operations(*pair(entries, "rep_1"))
    assert only.operation == Replace("/src/demo/a.txt", "two", "TWO", matching="exact")
    assert (only.before, only.after, only.evidence, only.state) == ("one\ntwo\n", "one\nTWO\n", "state", "applied")


def test_a_loose_replace_carries_the_recorded_state_after(entries):
    (only,) = gemini.operations(*pair(entries, "rep_2"))
    assert (only.operation.matching, only.after, only.before) == ("gemini", "1\n\nTWO\n", None)


def test_refused_and_cancelled_calls_are_not_applied(entries):
    assert [each.state for each in gemini.operations(*pair(entries, "rep_3"))] == ["failed"]
    assert [each.state for each in gemini.operations(*pair(entries, "rep_4"))] == ["denied"]


def test_a_new_file_has_its_states(entries):
    (only,) = gemini.operations(*pair(entries, "wr_1"))
    assert (only.operation, only.before, only.after) == (Write("/src/demo/n.txt", "new\n"), "", "new\n")


def test_without_recorded_states_a_replace_is_fuzzy_and_a_write_is_an_operation():
    result = {"type": "tool-result", "is-error": False, "output": "ok", "status": "success"}
    replace = {
        "type": "tool-call",
        "name": "replace",
        "input": {"file_path": "a", "old_string": "x", "new_string": "y", "expected_replacements": 2},
    }
    (only,) = gemini.operations(replace, result)
    assert (only.operation, only.evidence) == (Replace("a", "x", "y", all=True, matching="gemini"), "fuzzy")
    write = {"type": "tool-call", "name": "write_file", "input": {"file_path": "a", "content": "x"}}
    assert gemini.operations(write, result)[0].evidence == "operation"
    assert gemini.operations(write, None)[0].state == "open"


def test_an_empty_old_string_creates_the_file():
    call = {"type": "tool-call", "name": "replace", "input": {"file_path": "a", "old_string": "", "new_string": "y"}}
    assert gemini.operations(call, None)[0].operation == Write("a", "y", create=True)


def test_other_tools_touch_no_files(entries):
    assert gemini.operations(*pair(entries, "read_1")) == []
    assert gemini.operations({"type": "tool-call", "name": "replace", "input": "odd"}, None) == []
    assert gemini.operations({"type": "user", "content": "x"}, None) == []


def test_edit_content_names_the_strings_that_hold_edits(entries):
    call, result = pair(entries, "rep_2")
    assert gemini.edit_content(call) == [("input", "old_string"), ("input", "new_string")]
    assert gemini.edit_content(result) == [("post-state",)]
    assert gemini.edit_content(pair(entries, "rep_1")[1]) == [("pre-state",)]
    assert gemini.edit_content(pair(entries, "wr_1")[0]) == [("input", "content")]
    assert gemini.edit_content(pair(entries, "read_1")[0]) == []
