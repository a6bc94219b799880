"""What Codex's tools do to files."""

import json
from pathlib import Path

import pytest

from gittraj.agents import codex
from gittraj.model.entry import walk
from gittraj.model.operation import Delete, Move, Patch, Write

FIXTURES = Path(__file__).parent / "fixtures" / "codex"
PATCH = "*** Begin Patch\n*** Add File: n.txt\n+new\n*** Update File: a.txt\n@@\n-a\n+b\n*** Delete File: c.txt\n*** End Patch"


def call(name, given, **more):
    return {"type": "tool-call", "name": name, "input": given, "call-id": "c", "cwd": "/w", **more}


def result(output="", failed=False, **more):
    return {"type": "tool-result", "output": output, "is-error": failed, "call-id": "c", **more}


def observed(path, ident):
    entries = list(walk(codex.read(str(FIXTURES / path)).entries))
    (made,) = [e for e in entries if e["type"] == "tool-call" and e.get("call-id") == ident]
    results = [e for e in entries if e["type"] == "tool-result" and e.get("call-id") == ident]
    return codex.operations(made, results[0] if results else None)


def kinds(operations):
    return [(type(each.operation), each.state, each.evidence, each.cwd) for each in operations]


def test_recorded_changes_are_preferred_to_the_patch():
    operations = observed("tools.jsonl", "call_3")
    assert [type(each.operation) for each in operations] == [Patch, Write, Delete, Patch]
    assert operations[0].operation == Patch("/src/demo/a.txt", "@@ -1,2 +1,2 @@\n one\n-two\n+TWO\n", "unified")
    assert (operations[1].after, operations[1].evidence) == ("new\n", "state")
    assert operations[3].operation.move_to == "/src/demo/e.txt"
    assert {each.state for each in operations} == {"applied"}


def test_a_refused_patch_is_observed_as_failed():
    assert {each.state for each in observed("tools.jsonl", "call_4")} == {"failed"}


def test_a_declined_patch_is_observed_as_denied():
    assert [each.state for each in observed("before-2026.jsonl", "call_2")] == ["denied"]


def test_a_patch_in_the_shell_has_the_recorded_change():
    (only,) = observed("tools.jsonl", "call_5")
    assert (only.operation.path, only.operation.dialect) == ("/src/demo/sub/f.txt", "unified")


def test_a_script_has_the_recorded_changes_of_its_nested_calls():
    (only,) = observed("codemode.jsonl", "call_a")
    assert only.operation.hunks == '@@ -1 +1 @@\n-say "two"\n+say “TWO”\n'


def test_a_script_in_flight_is_read_from_its_text():
    entries = codex.read(str(FIXTURES / "codemode.jsonl")).entries
    (made,) = [e for e in entries if e.get("call-id") == "call_a" and e["type"] == "tool-call"]
    (only,) = codex.operations(made, None)
    assert (only.state, only.operation) == ("open", Patch("a.txt", '@@\n-say "two"\n+say “TWO”', "codex"))


def test_a_script_that_completed_without_changes_changed_nothing():
    given = "await tools.apply_patch(" + json.dumps(PATCH) + ")"
    assert codex.operations(call("exec", given), result("Script completed\nOutput:\n{}")) == []


@pytest.mark.parametrize(
    "quoted",
    ["`" + PATCH + "`", "String.raw`" + PATCH + "`", json.dumps(PATCH), "'" + PATCH.replace("\n", "\\n") + "'"],
)
def test_patches_are_found_in_every_kind_of_javascript_string(quoted):
    operations = codex.operations(
        call("exec", f"// it's a patch\nconst p = {quoted};\nawait tools.apply_patch(p)"), None
    )
    assert [type(each.operation) for each in operations] == [Write, Patch, Delete]


@pytest.mark.parametrize(
    ("name", "given", "cwd"),
    [
        ("apply_patch", PATCH, "/w"),
        ("apply_patch", {"input": PATCH}, "/w"),
        ("shell", {"command": ["apply_patch", PATCH]}, "/w"),
        ("shell", {"command": ["bash", "-lc", f"apply_patch <<'EOF'\n{PATCH}\nEOF"]}, "/w"),
        ("shell_command", {"command": f'cd "in side" && applypatch <<"X"\n{PATCH}\nX\n'}, "/w/in side"),
        ("exec_command", {"cmd": f"cd sub && apply_patch <<EOF\n{PATCH}\nEOF\n"}, "/w/sub"),
    ],
)
def test_patches_without_recorded_changes_are_read_from_the_call(name, given, cwd):
    made = call(name, given)
    done = codex.operations(made, result("Success. Updated the following files:\nM a.txt\n"))
    assert kinds(done) == [
        (Write, "applied", "fuzzy", cwd),
        (Patch, "applied", "fuzzy", cwd),
        (Delete, "applied", "fuzzy", cwd),
    ]
    assert done[1].operation == Patch("a.txt", "@@\n-a\n+b", "codex")
    assert {each.state for each in codex.operations(made, None)} == {"open"}
    assert {each.state for each in codex.operations(made, result("no", failed=True))} == {"failed"}


def test_a_move_without_chunks_is_a_move():
    text = "*** Begin Patch\n*** Update File: a.txt\n*** Move to: b.txt\n*** End Patch"
    assert codex.operations(call("apply_patch", text), None)[0].operation == Move("a.txt", "b.txt")


def test_other_tools_and_broken_patches_touch_no_files():
    for given in (
        {"cmd": "cat a.txt"},
        {"cmd": "echo apply_patch"},
        {"cmd": "apply_patch <<EOF\nno patch\nEOF"},
        "x",
        None,
        [1],
    ):
        assert codex.operations(call("exec_command", given), result()) == []
    assert codex.operations(call("apply_patch", "*** Begin Patch\nrubbish\n*** End Patch"), result()) == []
    assert codex.operations({"type": "user", "content": "x"}, None) == []


def test_an_event_stands_for_a_call_whose_result_never_came():
    data = {"call-id": "c", "changes": [{"path": "/w/a", "type": "add", "content": "x\n"}, {"path": 7}, "odd"]}
    (only,) = codex.operations({"type": "system-event", "event-type": "file-change", "data": data}, None)
    assert (only.operation, only.state, only.call_id) == (Write("/w/a", "x\n"), "applied", "c")


def test_edit_content_names_the_strings_that_hold_edits():
    entries = codex.read(str(FIXTURES / "tools.jsonl")).entries
    paths = {e["call-id"]: codex.edit_content(e) for e in entries if e["type"] == "tool-call" and "call-id" in e}
    assert paths["call_3"] == [("input",)]
    assert paths["call_5"] == [("input", "cmd")]
    assert paths["call_1"] == []
    results = {e["call-id"]: codex.edit_content(e) for e in entries if e["type"] == "tool-result"}
    assert results["call_3"] == [
        ("changes", 0, "unified_diff"),
        ("changes", 1, "content"),
        ("changes", 3, "unified_diff"),
    ]
    assert results["call_1"] == []
