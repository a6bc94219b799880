import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.agents import cursor
from gittraj.codec.cbor import encode
from gittraj.errors import AgentError
from gittraj.model.entry import TYPES, count
from gittraj.model.operation import Delete, Observed, Patch, Replace, Write
from gittraj.model.session import Position

FIXTURE = Path(__file__).parent / "fixtures/cursor/3f1c.jsonl"


def transcript(path: Path, *lines: Any) -> str:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


def say(role: str, *blocks: Any, **more: Any) -> dict[str, Any]:
    return {"role": role, "message": {"content": list(blocks)}, **more}


def test_the_transcript_in_the_fixtures_becomes_the_entries_its_reader_would_list() -> None:
    reading = cursor.read(str(FIXTURE))
    told = [
        (entry["type"], entry.get("content") or entry.get("name") or entry.get("event-type"))
        for entry in reading.entries
    ]
    assert told == [
        ("user", "<user_query>\nRound the amounts\n</user_query>"),
        ("assistant", "I will change money.py."),
        ("tool-call", "StrReplace"),
        ("tool-call", "Shell"),
        ("reasoning", "The tests pass."),
        ("assistant", "Done."),
        ("system-event", "turn-end"),
    ]
    assert [entry["call-id"] for entry in reading.entries if entry["type"] == "tool-call"] == ["1:1", "1:2"]
    assert (reading.head.agent, reading.head.session_id) == ("cursor", "3f1c")
    assert (reading.unknown, reading.torn) == (0, 0)
    assert not any("timestamp" in entry for entry in reading.entries)


@pytest.mark.parametrize("cut", range(5))
def test_reading_in_two_steps_gives_what_one_reading_gives(cut: int) -> None:
    lines = FIXTURE.read_bytes().splitlines(keepends=True)
    whole = cursor.read(str(FIXTURE))
    boundary = len(b"".join(lines[:cut]))
    first = cursor.read(str(FIXTURE), until=boundary)
    second = cursor.read(str(FIXTURE), first.next)
    assert first.entries + second.entries == whole.entries
    assert first.ends + second.ends == whole.ends
    assert first.next.offset == boundary
    assert second.next == whole.next


def test_a_torn_last_line_is_left_for_the_next_reading(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    data = FIXTURE.read_bytes()
    path.write_bytes(data[:-20])
    first = cursor.read(str(path))
    assert first.torn > 0
    path.write_bytes(data)
    assert first.entries + cursor.read(str(path), first.next).entries == cursor.read(str(FIXTURE)).entries


def test_newer_lines_with_ids_results_models_and_times_are_read(tmp_path: Path) -> None:
    path = transcript(
        tmp_path / "a.jsonl",
        say(
            "user",
            {"type": "text", "text": "see"},
            {"type": "image", "source": "data:"},
            timestamp="2026-11-21T01:46:40Z",
        ),
        {
            "role": "assistant",
            "message": {
                "model": "composer-2",
                "content": [{"type": "tool_use", "id": "toolu_1", "name": "Write", "input": {}}],
            },
        },
        say("user", {"type": "tool_result", "tool_use_id": "toolu_1", "content": "denied", "is_error": True}),
        {"role": "assistant", "message": {"content": "plain"}},
    )
    entries = cursor.read(path).entries
    assert [entry["type"] for entry in entries] == ["user", "tool-call", "tool-result", "assistant"]
    assert [block["type"] for block in entries[0]["content"]] == ["text", "image"]
    assert entries[0]["timestamp"] == "2026-11-21T01:46:40Z"
    assert (entries[1]["call-id"], entries[2]["call-id"], entries[2]["is-error"]) == ("toolu_1", "toolu_1", True)
    assert cursor.read(path).head.model == "composer-2"


def test_what_is_not_understood_is_kept_and_counted(tmp_path: Path) -> None:
    odd = [{"role": "oracle"}, [1], "text", say("assistant", {"type": "hologram"}), say("assistant", "bare")]
    path = Path(transcript(tmp_path / "a.jsonl", *odd))
    path.write_bytes(path.read_bytes() + b'{"role": broken}\n')
    reading = cursor.read(str(path))
    assert reading.unknown == 6
    assert [entry["data"]["raw"] for entry in reading.entries] == [
        {"role": "oracle"}, [1], "text", {"type": "hologram"}, "bare", '{"role": broken}',
    ]  # fmt: skip


@pytest.mark.parametrize(
    "data", [b"[" * 100000 + b"\n", b"\xff\x00\n", b'{"a":' * 10000 + b"\n"], ids=["deep", "binary", "deep map"]
)
def test_hostile_lines_are_kept_as_text(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(data)
    reading = cursor.read(str(path))
    assert reading.unknown == 1
    encode(reading.entries)


def test_a_missing_or_wholly_torn_file_is_our_own_error(tmp_path: Path) -> None:
    with pytest.raises(AgentError):
        cursor.read(str(tmp_path / "none"))
    (tmp_path / "a.jsonl").write_bytes(b'{"role"')
    with pytest.raises(AgentError):
        cursor.read(str(tmp_path / "a.jsonl"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
    | st.sampled_from(["user", "assistant", "text", "tool_use", "tool_result", "thinking", "Write", "ApplyPatch"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.text(max_size=4) | st.sampled_from(["role", "message", "content", "type", "text", "name", "input", "id", "model", "timestamp"]),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip
BLOCK = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "tool_use", "tool_result", "thinking"]) | JSON},
    optional=dict.fromkeys(("text", "name", "input", "id", "thinking", "content", "signature"), JSON),
)
LINE = JSON | st.fixed_dictionaries(
    {
        "role": st.sampled_from(["user", "assistant"]),
        "message": st.fixed_dictionaries({"content": st.lists(BLOCK | JSON, max_size=4) | JSON}),
    }
)


@settings(max_examples=200, deadline=None)
@given(lines=st.lists(LINE, min_size=1, max_size=4))
def test_lines_of_any_shape_become_entries_that_a_record_can_hold(
    lines: list[Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = transcript(tmp_path_factory.getbasetemp() / "fuzzed.jsonl", *lines)
    reading = cursor.read(path)
    encode(reading.entries)
    ids = [entry["id"] for entry in reading.entries]
    assert len(ids) == len(set(ids))
    assert len(reading.entries) >= sum(line is not None for line in lines)
    for entry in reading.entries:
        assert entry["type"] in TYPES
        if entry["type"] == "tool-call":
            assert all(item.state == "unknown" for item in cursor.operations(entry, None))
            assert all(len(keys) in (1, 2) for keys in cursor.edit_content(entry))


PATCH = "*** Begin Patch\n*** Add File: a\n+x\n*** Update File: b\n@@\n-1\n+2\n*** Delete File: c\n*** End Patch"


@pytest.mark.parametrize(
    ("name", "given_input", "expected", "content"),
    [
        ("Write", {"path": "a", "contents": "x"}, [Write("a", "x")], [("input", "contents")]),
        ("StrReplace", {"path": "a", "old_string": "1", "new_string": "2", "replace_all": True}, [Replace("a", "1", "2", all=True)],
         [("input", "old_string"), ("input", "new_string")]),
        ("Delete", {"path": "a"}, [Delete("a")], []),
        ("ApplyPatch", {"patch": PATCH}, [Write("a", "x\n"), Patch("b", "@@\n-1\n+2", "codex"), Delete("c")], [("input", "patch")]),
        ("ApplyPatch", PATCH, [Write("a", "x\n"), Patch("b", "@@\n-1\n+2", "codex"), Delete("c")], [("input",)]),
        ("ApplyPatch", "oops", [], [("input",)]),
        ("Shell", {"command": "rm a"}, [], []),
    ],
)  # fmt: skip
def test_a_call_means_its_file_operations_and_names_its_edit_content(
    name: str, given_input: Any, expected: list[Any], content: list[Any]
) -> None:
    call = {"type": "tool-call", "name": name, "input": given_input, "call-id": "1:0"}
    assert cursor.operations(call, None) == [Observed(operation, "1:0", "unknown") for operation in expected]
    assert cursor.edit_content(call) == content
    failed = {"type": "tool-result", "is-error": True}
    assert {item.state for item in cursor.operations(call, failed)} <= {"failed"}
    assert cursor.edit_content(failed) == []


def store(home: Path, project: str, session: str, nested: bool = True, workspace: str = "") -> Path:
    folder = home / ".cursor/projects" / project / "agent-transcripts"
    path = folder / session / f"{session}.jsonl" if nested else folder / f"{session}.jsonl"
    path.parent.mkdir(parents=True)
    path.write_bytes(FIXTURE.read_bytes())
    if workspace:
        (folder.parent / ".workspace-trusted").write_text(json.dumps({"trustedAt": "x", "workspacePath": workspace}))
    return path


def test_transcripts_are_found_from_the_worktree_in_both_layouts(tmp_path: Path) -> None:
    worktree = tmp_path / "work" / "my_repo.git"
    (worktree / "sub").mkdir(parents=True)
    plain = str(worktree)[1:].replace("/", "-")
    store(tmp_path, plain, "one")
    store(tmp_path, plain.replace("_", "-").replace(".", "-") + "-sub", "two", nested=False)
    store(tmp_path, plain + "-two", "three")
    store(tmp_path, str(tmp_path / "work")[1:].replace("/", "-"), "four")
    store(tmp_path, str(tmp_path)[1:].replace("/", "-"), "home")
    found = cursor.locate(str(worktree), {"HOME": str(tmp_path)})
    assert {item.session: item.near for item in found} == {"one": "same", "two": "inside", "four": "parent"}
    assert all(item.size == FIXTURE.stat().st_size for item in found)
    assert all(cursor.read(item.path).head.session_id == item.session for item in found)


def test_the_workspace_that_cursor_noted_decides(tmp_path: Path) -> None:
    worktree = tmp_path / "a-b"
    worktree.mkdir()
    name = str(worktree)[1:].replace("/", "-")
    store(tmp_path, name, "other", workspace=str(tmp_path / "a" / "b"))
    assert cursor.locate(str(worktree), {"HOME": str(tmp_path)}) == []
    store(tmp_path, "renamed", "mine", workspace=str(worktree / "c"))
    assert [(item.session, item.near) for item in cursor.locate(str(worktree), {"HOME": str(tmp_path)})] == [
        ("mine", "inside")
    ]


def test_without_a_store_nothing_is_found(tmp_path: Path) -> None:
    assert cursor.locate(str(tmp_path), {"HOME": str(tmp_path)}) == []
    assert cursor.locate(str(tmp_path), {}) == []


def test_cursors_shells_are_recognised_without_the_session() -> None:
    assert cursor.running({"CURSOR_TRACE_ID": "t"}) == ""
    assert cursor.running({"CURSOR_AGENT": "1"}) == ""
    assert cursor.running({"TERM": "x"}) is None


def test_a_transcript_is_recognised_from_its_bytes() -> None:
    assert cursor.sniff(FIXTURE.read_bytes(), "x")
    assert not cursor.sniff(b'{"type":"user","message":{"role":"user","content":"x"}}', "x")
    assert not cursor.sniff(b"\xff\xfe", "x")
    assert not cursor.sniff(b"", "folder")


@pytest.mark.shared
def test_published_transcripts_lose_nothing(shared: Path) -> None:
    paths = sorted((shared / "sessions/cursor").glob("*.jsonl"))
    assert len(paths) == 2
    for path in paths:
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        blocks = [(line["role"], block["type"]) for line in lines for block in line["message"]["content"]]
        reading = cursor.read(str(path))
        assert reading.unknown == 0
        assert cursor.sniff(path.read_bytes()[:65536], str(path))
        numbers = count(reading.entries)
        assert numbers["user"] == sum(line["role"] == "user" for line in lines)
        assert numbers["assistant"] == blocks.count(("assistant", "text"))
        assert numbers["tool-call"] == blocks.count(("assistant", "tool_use"))
        middle = reading.ends[len(reading.ends) // 2]
        first = cursor.read(str(path), Position(), until=middle)
        assert first.entries + cursor.read(str(path), first.next).entries == reading.entries
