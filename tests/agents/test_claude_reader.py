import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.agents import claude
from gittraj.codec.digest import git_blob_id
from gittraj.errors import AgentError
from gittraj.model.entry import Entry, count, walk
from gittraj.model.session import Position
from tests.agents import reading_laws as laws

FIXTURES = Path(__file__).parent / "fixtures" / "claude"
LEDGER, FILES, CHAINS = (
    FIXTURES / f"5b1d3c9e-0000-4000-8000-00000000{each}.jsonl" for each in ("aaaa", "bbbb", "cccc")
)
ALL = sorted(FIXTURES.glob("*.jsonl"))


def by_call(entries: list[Entry], kind: str, call: str) -> Entry:
    return next(entry for entry in walk(entries) if entry["type"] == kind and entry.get("call-id") == call)


def write(tmp_path: Path, *lines: Any, name: str = "s.jsonl", end: str = "\n") -> str:
    path = tmp_path / name
    path.write_text("\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines) + end)
    return str(path)


def said(number: int, content: Any, **more: Any) -> dict[str, Any]:
    """An assistant line; `content` one block or a list of them."""
    message = {"id": f"msg_{number}", "model": "claude-opus-4-6", "role": "assistant", "content": content}
    message.update(more.pop("message", {}))
    return {"type": "assistant", "uuid": f"u{number}", "parentUuid": None, "sessionId": "s", "message": message, **more}


@pytest.fixture(scope="module")
def ledger() -> Any:
    return claude.read(str(LEDGER))


def test_the_head_tells_who_where_and_which_models(ledger: Any) -> None:
    head = ledger.head
    assert (head.agent, head.session_id, head.format) == ("claude-code", LEDGER.stem, "claude-jsonl")
    assert (head.cwd, head.branch, head.agent_version) == ("/home/dana/ledger", "main", "2.1.49")
    assert head.models == ("claude-opus-4-6", "claude-sonnet-4-5")
    assert (head.model, head.provider, head.started) == ("claude-sonnet-4-5", "anthropic", "2026-02-01T10:00:01.000Z")


def test_each_block_is_an_entry_and_usage_counts_once_per_message(ledger: Any) -> None:
    thinking, text, call = ledger.entries[3:6]
    assert [each["type"] for each in (thinking, text, call)] == ["reasoning", "assistant", "tool-call"]
    assert "encrypted" not in thinking
    assert laws.usage([thinking, text, call]) == {
        "input": 3,
        "output": 31,
        "cached": 100,
        "cache-write": 20,
        "cache-write-1h": 20,
    }
    assert call["stop-reason"] == "tool_use"


def test_reasoning_that_the_provider_keeps_has_its_signature(ledger: Any) -> None:
    kept = [entry for entry in ledger.entries if entry["type"] == "reasoning" and "encrypted" in entry]
    assert [(each["content"], each["encrypted"]) for each in kept] == [("", "b3BhcXVl"), ("", "c2lnbmF0dXJl")]


def test_a_numbered_file_becomes_its_text_and_loses_nothing(ledger: Any) -> None:
    whole, part = (by_call(ledger.entries, "tool-result", call) for call in ("toolu_read", "toolu_read2"))
    assert (
        whole["output"].startswith("def cents(text):\n")
        and whole["first-line"] == 1
        and "system-reminder" in whole["reminder"]
    )
    assert (part["output"], part["first-line"], part["total-lines"]) == ("def total(rows):\n    return sum(rows)", 5, 7)
    assert part["reminder-of"] == "toolu_read"


@pytest.mark.parametrize("form", ["%6d→", "%d→", "%d\t"])
def test_every_form_of_line_numbers_is_understood(tmp_path: Path, form: str) -> None:
    text = "one\ntwo\n"
    shown = "\n".join(form % number + line for number, line in enumerate(text.split("\n"), 1))
    file = {"filePath": "/f", "content": text, "numLines": 3, "startLine": 1, "totalLines": 3}
    result = {"type": "tool_result", "tool_use_id": "t", "content": shown}
    line = {"type": "user", "message": {"content": [result]}, "toolUseResult": {"type": "text", "file": file}}
    (entry,) = claude.read(write(tmp_path, line)).entries
    assert entry["output"] == text and "native" not in entry
    assert entry.get("number-form", "%6d→") == form


def test_a_file_text_that_is_not_the_numbered_output_is_kept(tmp_path: Path) -> None:
    file = {"filePath": "/f", "content": "one\ntwo, but longer\n", "numLines": 3, "startLine": 1, "totalLines": 3}
    result = {"type": "tool_result", "tool_use_id": "t", "content": "     1→one\n     2→two"}
    line = {"type": "user", "message": {"content": [result]}, "toolUseResult": {"type": "text", "file": file}}
    (entry,) = claude.read(write(tmp_path, line)).entries
    assert entry["output"] == "     1→one\n     2→two"
    assert entry["native"]["file"]["content"] == "one\ntwo, but longer\n"


def test_the_state_before_an_edit_is_kept_only_where_the_session_does_not_give_it(ledger: Any) -> None:
    first, derived, moved = (by_call(ledger.entries, "tool-result", f"toolu_edit{n}") for n in (1, 2, 3))
    assert first["pre-state"] and git_blob_id(first["pre-state"].encode()) == first["pre-blob"]
    assert first["pre-bytes"] == len(first["pre-state"].encode())
    assert "pre-state" not in derived and derived["pre-blob"]
    assert moved["pre-state"].endswith("# by hand\n")
    assert "pre-state" not in by_call(ledger.entries, "tool-result", "toolu_multi")


def test_what_a_person_changed_in_an_edit_is_kept(ledger: Any) -> None:
    result = by_call(ledger.entries, "tool-result", "toolu_user")
    assert result["native"]["newString"] == "# agent and Dana"
    assert ("native", "newString") in claude.edit_content(result)


def test_results_tell_failure_exit_code_and_what_ran_beside_them(ledger: Any) -> None:
    failed = by_call(ledger.entries, "tool-result", "toolu_bash")
    assert (failed["is-error"], failed["exit-code"], failed["progress-lines"]) == (True, 1, 2)
    assert by_call(ledger.entries, "tool-result", "toolu_read")["hooks"] == ["PostToolUse:Read callback"]
    assert by_call(ledger.entries, "tool-result", "toolu_bash2")["native"] == {
        "returnCodeInterpretation": "No matches found"
    }
    assert all("is-error" in entry for entry in ledger.entries if entry["type"] == "tool-result")


def test_a_sub_agent_in_progress_lines_is_a_child_of_its_call(ledger: Any) -> None:
    children = by_call(ledger.entries, "tool-call", "toolu_task")["children"]
    assert [each["type"] for each in children] == ["user", "tool-call", "tool-result", "tool-call", "tool-result"]
    assert laws.usage(children) == {"input": 11, "output": 15}


def test_sub_agents_in_files_are_found_by_id_companion_and_prompt() -> None:
    reading = claude.read(str(FILES))
    for call, path in (("toolu_A", "one"), ("toolu_B", "two"), ("toolu_C", "three")):
        children = by_call(reading.entries, "tool-call", call)["children"]
        assert children[1]["input"]["file_path"] == f"/home/dana/ledger/{path}.txt"
    assert count(reading.entries)["tool-result"] == 6


def test_a_sub_agents_file_that_nobody_names_is_kept_under_an_event(tmp_path: Path) -> None:
    path = write(tmp_path, {"type": "user", "sessionId": "s", "message": {"content": "Hi"}})
    stray = {"type": "user", "sessionId": "s", "isSidechain": True, "agentId": "zz", "message": {"content": "Who?"}}
    write(tmp_path, stray, name="agent-zz.jsonl")
    event = claude.read(path).entries[-1]
    assert (event["event-type"], event["data"]) == ("sub-agent", {"agentId": "zz"})
    assert [each["content"] for each in event["children"]] == ["Who?"]


def test_side_chains_in_the_sessions_file_are_told_apart_by_their_prompts() -> None:
    reading = claude.read(str(CHAINS))
    left, right = (by_call(reading.entries, "tool-call", f"toolu_T{n}")["children"] for n in (1, 2))
    assert left[-1]["content"] == "One file on the left." and right[-1]["content"] == "Nothing on the right."
    lost = next(entry for entry in reading.entries if entry.get("event-type") == "sub-agent")
    assert [each["content"] for each in lost["children"]] == ["Whose am I?"]


def test_a_sub_agents_own_file_can_be_read_by_itself() -> None:
    reading = claude.read(str(FIXTURES / "agent-cc.jsonl"))
    assert [entry["type"] for entry in reading.entries] == ["user", "tool-call", "tool-result", "assistant"]


def test_compaction_model_change_error_and_interrupt_are_events_or_marked(ledger: Any) -> None:
    events = {entry["event-type"]: entry["data"] for entry in ledger.entries if entry["type"] == "system-event"}
    assert (events["compaction"]["trigger"], events["compaction"]["tokens-before"]) == ("auto", 155000)
    assert events["model-change"] == {"from": "claude-opus-4-6", "to": "claude-sonnet-4-5"}
    assert events["error"]["error"]["status"] == 529
    assert events["turn-end"] == {"durationMs": 4200}
    assert events["settings"] == {"permissionMode": "plan"}
    assert sum(entry.get("is-compact-summary", False) for entry in ledger.entries) == 1
    assert sum(entry.get("is-meta", False) for entry in ledger.entries) == 1
    assert [entry["model-id"] for entry in ledger.entries if entry.get("is-api-error")] == ["<synthetic>"]


def test_a_message_without_blocks_is_an_empty_answer_with_its_stop_reason(ledger: Any) -> None:
    refused = next(entry for entry in ledger.entries if entry.get("stop-reason") == "refusal")
    assert (refused["type"], refused["content"]) == ("assistant", "")


def test_directory_and_branch_stand_only_where_they_change(ledger: Any) -> None:
    assert [(e["cwd"], e["git-branch"]) for e in ledger.entries if "cwd" in e] == [
        ("/home/dana/ledger/tests", "fix/round")
    ]


def test_a_repeated_line_is_skipped_and_a_clash_of_ids_is_told_apart(ledger: Any) -> None:
    assert (
        sum(entry.get("content") == "Amounts lose their cents. Fix money.py, please." for entry in ledger.entries) == 1
    )
    clash = next(entry for entry in ledger.entries if entry.get("content") == "Same id, other words.")
    original = ledger.entries[4]
    assert clash["id"].startswith(original["id"] + "@")


def test_the_parent_is_named_only_where_it_is_not_the_entry_before(ledger: Any) -> None:
    assert [entry for entry in ledger.entries if "parent-id" in entry] == []
    assert [entry for entry in ledger.entries if "is-root" in entry] == []


def test_lines_of_unknown_kinds_are_kept_raw_and_counted(ledger: Any) -> None:
    unknown = [entry for entry in ledger.entries if entry.get("event-type") == "unknown"]
    assert [each["data"]["raw"]["type"] for each in unknown] == ["hologram"]
    assert ledger.unknown == 1


def test_images_stay_in_the_users_content(ledger: Any) -> None:
    blocks = next(entry["content"] for entry in ledger.entries if isinstance(entry.get("content"), list))
    assert [block["type"] for block in blocks] == ["text", "image"]


def test_duplicates_of_the_output_are_not_stored(ledger: Any) -> None:
    for call in ("toolu_edit1", "toolu_todo", "toolu_write"):
        assert set(by_call(ledger.entries, "tool-result", call).get("native", {})) <= {"type"}


def test_a_cut_grep_keeps_the_rest_that_only_the_result_has(tmp_path: Path) -> None:
    shown = "a:1\nb:\n\n... [2 lines truncated] ..."
    result = {"type": "tool_result", "tool_use_id": "t", "content": shown}
    more = {"mode": "content", "filenames": [], "content": "a:1\nb:22\nc:3\n", "numFiles": 0, "numLines": 3}
    line = {"type": "user", "message": {"content": [result]}, "toolUseResult": more}
    (entry,) = claude.read(write(tmp_path, line)).entries
    assert entry["native"] == {"content-cut": "22\nc:3\n"}


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem[-4:])
def test_a_session_read_in_two_parts_at_any_line_is_the_session_read_at_once(path: Path) -> None:
    for cut in laws.boundaries(path):
        laws.check_parts(claude, str(path), [cut])


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_session_read_in_many_parts_is_the_session_read_at_once(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(ALL))
    cuts = data.draw(st.lists(st.sampled_from(laws.boundaries(path)), max_size=6, unique=True).map(sorted))
    laws.check_parts(claude, str(path), cuts)


def test_usage_is_right_when_the_file_ends_between_the_lines_of_a_message(tmp_path: Path) -> None:
    usages = [{"input_tokens": 5, "output_tokens": n} for n in (1, 1, 40)]
    lines = [
        said(n, [{"type": "text", "text": "x"}], message={"id": "m", "usage": use}) for n, use in enumerate(usages)
    ]
    path = Path(write(tmp_path, *lines))
    for cut in laws.boundaries(path):
        parts = laws.read_in_parts(claude, str(path), [cut])
        assert laws.usage([entry for part in parts for entry in part.entries]) == {"input": 5, "output": 40}


def test_children_that_come_after_the_call_was_taken_name_their_call() -> None:
    data = LEDGER.read_bytes()
    cut = data.index(b'"agent_progress"')
    cut = data.rindex(b"\n", 0, cut) + 1
    rest = laws.read_in_parts(claude, str(LEDGER), [cut])[1]
    event = rest.entries[0]
    assert (event["event-type"], event["call-id"], len(event["children"])) == ("sub-agent", "toolu_task", 5)


def test_a_torn_last_line_is_left_for_the_next_reading(tmp_path: Path) -> None:
    whole = LEDGER.read_bytes()
    half = len(whole) - 100
    path = tmp_path / LEDGER.name
    path.write_bytes(whole[:half])
    first = claude.read(str(path))
    assert first.torn == half - first.next.offset > 0
    path.write_bytes(whole)
    second = claude.read(str(path), first.next)
    assert first.entries + second.entries == claude.read(str(LEDGER)).entries


def test_a_file_shorter_than_its_last_reading_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, {"type": "user", "message": {"content": "Hi"}})
    with pytest.raises(AgentError, match="shorter"):
        claude.read(path, Position(10_000, 5, {}))


@pytest.mark.parametrize("state", [{"main": 3}, {"seen": "%%%"}, {"counted": {"m": {"input": "x"}}}])
def test_a_damaged_position_is_refused(state: dict[str, Any]) -> None:
    with pytest.raises(AgentError, match="damaged"):
        claude.read(str(LEDGER), Position(0, 0, state))


@pytest.mark.parametrize("path", ["/nonexistent/x.jsonl", "/", "a\0b"])
def test_a_path_that_cannot_be_read_is_our_error(path: str) -> None:
    with pytest.raises(AgentError):
        claude.read(path)


def test_half_an_emoji_and_bytes_that_are_no_text_do_not_lose_the_line(tmp_path: Path) -> None:
    half = json.dumps(said(1, [{"type": "text", "text": "cut \ud83d"}]))
    path = Path(write(tmp_path, half))
    path.write_bytes(
        path.read_bytes()
        + json.dumps(said(2, [{"type": "text", "text": "QQ"}])).encode().replace(b"QQ", b"\xff!")
        + b"\n"
    )
    assert [entry["content"] for entry in claude.read(str(path)).entries] == ["cut \ud83d", "\ufffd!"]


@pytest.mark.parametrize(
    "line",
    ["3", "[]", '"x"', "{", "\x00\x01", "NaN", laws.nested(10_000), '{"type":"user","a":' + laws.nested(500) + "}"],
)
def test_lines_that_are_no_messages_are_kept_as_unknown(tmp_path: Path, line: str) -> None:
    path = write(
        tmp_path, {"type": "user", "message": {"content": "Hi"}}, line, {"type": "user", "message": {"content": "Ho"}}
    )
    reading = claude.read(path)
    assert [entry["type"] for entry in reading.entries] == ["user", "system-event", "user"]
    assert reading.unknown == 1
    laws.check_shape(reading)


def test_deep_input_keeps_the_rest_of_the_line(tmp_path: Path) -> None:
    deep = json.loads(laws.nested(300))
    call = {"type": "tool_use", "id": "t", "name": "X", "input": deep}
    reading = claude.read(write(tmp_path, said(1, [call]), said(2, [{"type": "text", "text": "on"}])))
    assert reading.unknown == 1 and reading.entries[-1]["content"] == "on"
    laws.check_shape(reading)


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32), which=st.sampled_from(ALL))
def test_any_value_anywhere_in_a_line_is_survived(
    tmp_path_factory: pytest.TempPathFactory, seed: int, which: Path
) -> None:
    chance = random.Random(seed)
    lines = which.read_text().splitlines()
    for _ in range(chance.randrange(1, 8)):
        at = chance.randrange(len(lines))
        lines[at] = json.dumps(laws.damage(json.loads(lines[at]), chance))
    path = tmp_path_factory.getbasetemp() / f"fuzz-{which.name}"
    path.write_text("\n".join(lines) + "\n")
    reading = claude.read(str(path))
    laws.check_shape(reading)
    laws.check_operations(claude, reading)
    laws.check_parts(claude, str(path), [chance.choice(laws.boundaries(path))])


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes.jsonl"
    path.write_bytes(data)
    laws.check_shape(claude.read(str(path)))
    claude.sniff(data, "x")


def test_a_replacement_that_would_fill_the_memory_is_not_made(tmp_path: Path) -> None:
    edit = {
        "filePath": "/f",
        "oldString": "a",
        "newString": "b" * 10**6,
        "originalFile": "a" * 10**6,
        "replaceAll": True,
    }
    result = {"type": "tool_result", "tool_use_id": "t", "content": "done"}
    line = {"type": "user", "message": {"content": [result]}, "toolUseResult": edit}
    assert claude.read(write(tmp_path, line)).next.state["main"]["blobs"] == {"/f": ""}
