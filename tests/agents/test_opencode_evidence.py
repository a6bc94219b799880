from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittraj.agents import opencode
from gittraj.agents.opencode.evidence import exact_patch, exact_replace
from gittraj.codec.digest import git_blob_id
from gittraj.model.operation import Delete, Observed, Patch, Replace, Write
from tests.agents import opencode_sessions as make

A = make.DIRECTORY + "/a.py"


def edit(old: str, new: str, before: str | None, after: str | None, at: int, **more: Any) -> dict[str, Any]:
    given = {"filePath": A, "oldString": old, "newString": new, **more}
    diff = {"file": A, "before": before, "after": after} if before is not None else {"file": A, "patch": "@@ -1 +1 @@"}
    return make.tool(
        "edit", f"call_{at:020}", at, at + 1, given, "done", metadata={"diff": "Index: a", "filediff": diff}
    )


def pairs_of(path: Path, *parts: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Calls with their results."""
    reading = opencode.read(str(make.export(path / "a.json", [make.user(1, 0), make.assistant(2, 5, list(parts), 90)])))
    calls = [entry for entry in reading.entries if entry["type"] == "tool-call"]
    results = {entry["call-id"]: entry for entry in reading.entries if entry["type"] == "tool-result"}
    return [(call, results[call["call-id"]]) for call in calls]


def test_recorded_states_become_blob_ids_and_only_the_first_text_is_kept(tmp_path: Path) -> None:
    first, second = pairs_of(
        tmp_path, edit("1", "2", "x = 1\n", "x = 2\n", 10), edit("2", "3", "x = 2\n", "x = 3\n", 20)
    )
    assert first[1]["pre-blob"] == git_blob_id(b"x = 1\n")
    assert first[1]["post-blob"] == git_blob_id(b"x = 2\n")
    assert (first[1]["pre-bytes"], first[1]["post-bytes"]) == (6, 6)
    assert first[1]["pre-state"] == "x = 1\n"
    assert "post-state" not in first[1]
    assert {"pre-state", "post-state", "metadata"}.isdisjoint(second[1])
    assert second[1]["pre-blob"] == first[1]["post-blob"]


def test_a_write_before_an_edit_is_the_state_it_starts_from(tmp_path: Path) -> None:
    write = make.tool("write", "call_w", 10, 11, {"filePath": A, "content": "x = 1\n"})
    assert "pre-state" not in pairs_of(tmp_path, write, edit("1", "2", "x = 1\n", "x = 2\n", 20))[1][1]


def test_somebody_elses_change_between_two_edits_is_kept_as_text(tmp_path: Path) -> None:
    found = pairs_of(
        tmp_path, edit("1", "2", "x = 1\n", "x = 2\n", 10), edit("2", "3", "# me\nx = 2\n", "# me\nx = 3\n", 20)
    )
    assert found[1][1]["pre-state"] == "# me\nx = 2\n"


def test_what_a_formatter_or_loose_matching_made_of_an_edit_is_kept_as_text(tmp_path: Path) -> None:
    call, result = pairs_of(tmp_path, edit(" x=1", " x=2", "if a:\n    x=1\n x=1\n", "if a:\n    x = 2\n", 10))[0]
    assert result["post-state"] == "if a:\n    x = 2\n"
    assert opencode.operations(call, result) == [
        Observed(Replace(A, " x=1", " x=2", matching="opencode"), call["call-id"], "applied",
                 before="if a:\n    x=1\n x=1\n", after="if a:\n    x = 2\n", evidence="state")
    ]  # fmt: skip


def test_an_edit_whose_recorded_states_follow_from_it_is_exact(tmp_path: Path) -> None:
    call, result = pairs_of(tmp_path, edit("1", "2", "x = 1\n", "x = 2\n", 10))[0]
    operation = Replace(A, "1", "2", matching="exact")
    assert opencode.operations(call, result) == [
        Observed(operation, call["call-id"], "applied", before="x = 1\n", evidence="diff")
    ]


def test_newer_metadata_has_only_a_display_diff_and_the_edit_counts_as_loosely_matched(tmp_path: Path) -> None:
    call, result = pairs_of(tmp_path, edit("1", "2", None, None, 10))[0]
    assert result["display-diff"] == "Index: a"
    assert "pre-blob" not in result
    assert opencode.operations(call, result)[0].evidence == "fuzzy"
    assert opencode.edit_content(call) == [("input", "oldString"), ("input", "newString")]
    assert opencode.edit_content(result) == [("display-diff",)]


PATCH = """*** Begin Patch
*** Update File: a.py
@@
 x = 1
-y = 2
+y = 3
*** Add File: new.py
+print()
*** Delete File: old.py
*** Update File: b.py
*** Move to: c.py
@@
-b
+c
*** End Patch"""


def test_a_patch_has_one_operation_and_one_piece_of_evidence_per_file(tmp_path: Path) -> None:
    files = [
        {"filePath": A, "type": "update", "before": "x = 1\ny = 2\n", "after": "x = 1\ny = 3\n", "diff": "d"},
        {"filePath": make.DIRECTORY + "/new.py", "type": "add", "before": "", "after": "print()\n"},
        {"filePath": make.DIRECTORY + "/old.py", "type": "delete", "before": "old\n", "after": ""},
        {
            "filePath": make.DIRECTORY + "/b.py",
            "type": "move",
            "movePath": make.DIRECTORY + "/c.py",
            "before": "b\n",
            "after": "c!\n",
        },
    ]
    part = make.tool("apply_patch", "call_p", 10, 11, {"patchText": PATCH}, metadata={"diff": "d", "files": files})
    call, result = pairs_of(tmp_path, part)[0]
    kept = result["files"]
    assert [item["kind"] for item in kept] == ["update", "add", "delete", "move"]
    assert [("pre-state" in item, "post-state" in item) for item in kept] == [
        (True, False), (False, False), (True, False), (True, True),
    ]  # fmt: skip
    assert kept[3]["move-to"].endswith("/c.py")
    observed = opencode.operations(call, result)
    assert [type(item.operation) for item in observed] == [Patch, Write, Delete, Patch]
    assert observed[0].before == "x = 1\ny = 2\n"
    assert observed[3].after == "c!\n"
    assert [item.evidence for item in observed] == ["diff", "diff", "diff", "state"]
    assert opencode.edit_content(call) == [("input", "patchText")]
    assert ("files", 3, "post-state") in opencode.edit_content(result)


def test_several_edits_of_one_call_are_a_sequence(tmp_path: Path) -> None:
    edits = [{"oldString": "1", "newString": "2"}, {"oldString": "2", "newString": "3", "replaceAll": True}]
    metadata = {
        "results": [
            {"filediff": {"file": A, "before": "1\n", "after": "2\n"}},
            {"filediff": {"file": A, "before": "2\n", "after": "3\n"}},
        ]
    }
    call, result = pairs_of(
        tmp_path, make.tool("multiedit", "call_m", 10, 11, {"filePath": A, "edits": edits}, metadata=metadata)
    )[0]
    observed = opencode.operations(call, result)
    assert [item.operation for item in observed] == [Replace(A, "1", "2"), Replace(A, "2", "3", all=True)]
    assert ["pre-state" in item for item in result["files"]] == [True, False]
    assert opencode.edit_content(call)[:2] == [("input", "edits", 0, "oldString"), ("input", "edits", 0, "newString")]


@pytest.mark.parametrize(
    ("result", "state"),
    [
        (None, "open"),
        ({"is-error": False}, "applied"),
        ({"is-error": True, "output": "not found"}, "failed"),
        ({"is-error": True, "output": "The user rejected permission to use this tool"}, "denied"),
    ],
)
def test_the_outcome_of_a_call_is_told_by_its_result(result: dict[str, Any] | None, state: str) -> None:
    call = {"type": "tool-call", "name": "write", "input": {"filePath": "a", "content": "b"}, "call-id": "c"}
    assert opencode.operations(call, result) == [Observed(Write("a", "b"), "c", state)]


def test_an_empty_text_to_find_means_the_whole_file() -> None:
    call = {
        "type": "tool-call",
        "name": "edit",
        "input": {"filePath": "a", "oldString": "", "newString": "b"},
        "call-id": "c",
    }
    assert opencode.operations(call, None)[0].operation == Write("a", "b")


def test_other_tools_touch_no_files_and_a_patch_that_is_none_changed_nothing() -> None:
    call = {"type": "tool-call", "name": "bash", "input": {"command": "rm a"}, "call-id": "c"}
    assert opencode.operations(call, None) == []
    assert opencode.operations({**call, "name": "apply_patch", "input": {"patchText": "oops"}}, None) == []
    assert opencode.edit_content({**call, "name": "bash"}) == []


def test_replacing_all_is_left_open_where_javascript_would_expand_dollars() -> None:
    assert exact_replace("a a", "a", "b", True) == "b b"
    assert exact_replace("a a", "a", "$&", True) is None
    assert exact_replace("a", "a", "$&", False) == "$&"
    assert exact_replace("a a", "a", "b", False) is None


LINES = st.lists(st.sampled_from(["a", "b", "c", "d = 1", "  e", "f"]), min_size=1, max_size=12)


@given(before=LINES, at=st.integers(0, 11), new=LINES)
def test_a_chunk_with_all_lines_above_as_context_replaces_the_line_it_names(
    before: list[str], at: int, new: list[str]
) -> None:
    at %= len(before)
    body = "\n".join(["@@", *(f" {line}" for line in before[:at]), f"-{before[at]}", *(f"+{line}" for line in new)])
    expected = [*before[:at], *new, *before[at + 1 :]]
    assert exact_patch("\n".join(before) + "\n", body) == "\n".join(expected) + "\n"


def test_a_patch_that_only_nearly_matches_is_left_to_the_replay() -> None:
    assert exact_patch("  a\n", "@@\n-a\n+b") is None
    assert exact_patch("a\nb\n", "@@ zzz\n-b\n+c") is None
    assert exact_patch("a\nb\na\n", "@@ b\n-a\n+c\n*** End of File") == "a\nb\nc\n"
    assert exact_patch("a", "@@\n+b") == "a\nb\n"


def test_what_language_servers_say_again_after_each_edit_is_kept_once(tmp_path: Path) -> None:
    said = {"/a.py": [{"message": "undefined name"}], "/b.py": [{"message": "unused import"}]}
    parts = [
        make.tool(
            "write",
            f"call_{at:020}",
            at,
            at + 1,
            {"filePath": A, "content": "x"},
            metadata={"diagnostics": diagnostics},
        )
        for at, diagnostics in ((10, said), (20, said), (30, {**said, "/a.py": [{"message": "fixed"}]}))
    ]
    kept = [result.get("metadata", {}).get("diagnostics") for _, result in pairs_of(tmp_path, *parts)]
    assert kept == [said, None, {"/a.py": [{"message": "fixed"}]}]
