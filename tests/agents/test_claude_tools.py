from typing import Any

import pytest

from gittraj.agents import claude
from gittraj.model.entry import walk
from gittraj.model.operation import Observed, Replace, Write
from tests.agents.test_claude_reader import LEDGER, by_call

MONEY = "/home/dana/ledger/money.py"


@pytest.fixture(scope="module")
def entries() -> Any:
    return claude.read(str(LEDGER)).entries


def observed(entries: Any, call: str) -> list[Observed]:
    result = next((e for e in walk(entries) if e["type"] == "tool-result" and e["call-id"] == call), None)
    return claude.operations(by_call(entries, "tool-call", call), result)


def test_an_edit_is_one_exact_replacement_with_the_state_before_it(entries: Any) -> None:
    (edit,) = observed(entries, "toolu_edit1")
    assert edit.operation == Replace(MONEY, "int(text)", "round(float(text) * 100)")
    assert (edit.state, edit.call_id, edit.evidence) == ("applied", "toolu_edit1", "diff")
    assert edit.before is not None and edit.before.count("int(text)") == 1


def test_an_edit_of_all_occurrences_says_so(entries: Any) -> None:
    (edit,) = observed(entries, "toolu_edit2")
    assert edit.operation == Replace(MONEY, "rows", "lines", all=True)
    assert edit.before is None


def test_a_write_records_the_whole_file(entries: Any) -> None:
    (write,) = observed(entries, "toolu_write")
    assert write.operation == Write("/home/dana/ledger/notes.md", "# Notes\n\nRound, do not cut.\n")
    assert (write.after, write.evidence) == ("# Notes\n\nRound, do not cut.\n", "state")


def test_several_edits_of_one_call_are_a_sequence(entries: Any) -> None:
    first, second = observed(entries, "toolu_multi")
    assert first.operation == Replace(MONEY, "def cents", "def to_cents", batch="sequence")
    assert second.operation == Replace(MONEY, "lines", "rows", all=True, batch="sequence")
    assert {first.call_id, second.call_id} == {"toolu_multi"}


def test_what_a_person_made_of_an_edit_is_what_was_applied(entries: Any) -> None:
    (edit,) = observed(entries, "toolu_user")
    assert edit.operation == Replace(MONEY, "# by the agent", "# agent and Dana")


def test_a_notebook_is_the_recorded_one_or_cannot_be_known(entries: Any) -> None:
    (whole,) = observed(entries, "toolu_nb")
    assert whole.operation == Write("/home/dana/ledger/a.ipynb", '{"cells":[{"source":"print(1)"}]}')
    (bare,) = claude.operations(by_call(entries, "tool-call", "toolu_nb"), {"type": "tool-result", "is-error": False})
    assert bare.evidence == "none"


def test_failed_denied_and_open_calls_are_told_apart(entries: Any) -> None:
    (failed,) = observed(entries, "toolu_edit4")
    assert failed.state == "failed"
    call = by_call(entries, "tool-call", "toolu_edit4")
    assert [each.state for each in claude.operations(call, None)] == ["open"]
    denied = {
        "type": "tool-result",
        "is-error": True,
        "output": "The user doesn't want to proceed with this tool use. …",
    }
    assert [each.state for each in claude.operations(call, denied)] == ["denied"]


def test_an_edit_of_nothing_creates_the_file() -> None:
    call = {"type": "tool-call", "name": "Edit", "input": {"file_path": "/a", "old_string": "", "new_string": "x"}}
    assert [each.operation for each in claude.operations(call, None)] == [Write("/a", "x")]


@pytest.mark.parametrize("name", ["Bash", "Read", "Grep", "Task", "mcp__files__write"])
def test_other_tools_touch_no_file_that_we_know_of(name: str) -> None:
    call = {"type": "tool-call", "name": name, "input": {"file_path": "/a", "content": "x", "command": "rm -rf /"}}
    assert claude.operations(call, None) == []
    assert claude.edit_content(call) == []


def test_edits_of_sub_agents_are_operations_too(entries: Any) -> None:
    (edit,) = observed(entries, "toolu_sub_edit")
    assert edit.operation == Replace("/home/dana/ledger/report.py", "total(rows)", "total(lines)")


def test_the_content_of_edits_is_named_and_paths_are_not(entries: Any) -> None:
    paths = {
        call: claude.edit_content(by_call(entries, "tool-call", call))
        for call in ("toolu_edit1", "toolu_write", "toolu_multi")
    }
    assert paths["toolu_edit1"] == [("input", "old_string"), ("input", "new_string")]
    assert paths["toolu_write"] == [("input", "content")]
    assert ("input", "edits", 1, "new_string") in paths["toolu_multi"]
    assert claude.edit_content(by_call(entries, "tool-result", "toolu_edit1")) == [("pre-state",)]


def test_replaying_the_operations_gives_the_recorded_states(entries: Any) -> None:
    state = ""
    for call in ("toolu_edit1", "toolu_edit2", "toolu_edit3", "toolu_multi", "toolu_user"):
        for each in observed(entries, call):
            assert isinstance(each.operation, Replace)
            state = each.before if each.before is not None else state
            assert each.operation.old in state
            state = state.replace(each.operation.old, each.operation.new, -1 if each.operation.all else 1)
    assert state.startswith("def to_cents(text):\n    return round(float(text) * 100)") and state.endswith(
        "# agent and Dana\n"
    )
