"""Chats of Gemini CLI: what becomes of their lines, in one reading and in several."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.agents import gemini
from gittraj.errors import AgentError
from gittraj.model.entry import count, walk
from gittraj.model.session import Position
from tests.agents.growing_file_laws import assert_same, assert_well_formed, boundaries, in_parts, usage

FIXTURES = Path(__file__).parent / "fixtures" / "gemini"
CHATS = FIXTURES / "home" / "tmp" / "demo" / "chats"
CHAT = CHATS / "session-2026-03-01T11-00-aaaaaaaa.jsonl"
SUB = next(CHATS.glob("*/*.jsonl"))
LEGACY = FIXTURES / "legacy.json"


def read(path):
    return gemini.read(str(path))


def only(reading, kind):
    return [e for e in reading.entries if e["type"] == kind or e.get("event-type") == kind]


def result(reading, call):
    (entry,) = [e for e in walk(reading.entries) if e["type"] == "tool-result" and e["call-id"] == call]
    return entry


def test_every_fixture_gives_well_formed_entries():
    for path in (CHAT, SUB, LEGACY):
        assert_well_formed(read(path))


def test_the_head_tells_who_and_where():
    head = read(CHAT).head
    assert (head.agent, head.format, head.provider) == ("gemini-cli", "gemini-jsonl", "google")
    assert (head.session_id, head.cwd) == ("aaaaaaaa-1111-4111-8111-111111111111", "/src/demo")
    assert head.models == ("gemini-2.5-pro", "gemini-2.5-flash", "m")
    assert read(SUB).head.parent_session == head.session_id
    assert (read(LEGACY).head.format, read(LEGACY).head.cwd) == ("gemini-json", "")


def test_the_working_directory_is_told_by_the_first_message_where_the_folder_does_not(tmp_path):
    shutil.copy(CHAT, tmp_path / CHAT.name)
    assert read(tmp_path / CHAT.name).head.cwd == "/src/demo"


def test_answers_written_twice_make_their_entries_once():
    reading = read(CHAT)
    assert count(only_top(reading)) == {
        "user": 6, "assistant": 5, "tool-call": 10, "tool-result": 10, "reasoning": 3, "system-event": 17,
    }  # fmt: skip


def only_top(reading):
    return [{key: value for key, value in e.items() if key != "children"} for e in reading.entries]


def test_users_messages_that_only_repeat_results_are_no_messages():
    said = [e["content"] for e in only(read(CHAT), "user") if not e.get("is-meta")]
    assert said == [
        "Fix a.txt",
        "More.",
        [{"text": "See"}, {"inlineData": {"mimeType": "image/png", "data": "aGk="}}],
        "Again.",
    ]


def test_the_text_stands_at_the_first_line_and_the_calls_at_the_later_one():
    reading = read(CHAT)
    at = {entry["id"]: end for entry, end in zip(reading.entries, reading.ends, strict=True)}
    assert at["g1:t0"] == at["g1"] < at["g1:c0"] == at["g1:c1"] == at["g1:c1:r"]


def test_calls_of_an_answer_come_before_its_results():
    kinds = [e["type"] for e in read(CHAT).entries if e["id"].startswith("g2:")]
    assert kinds == ["tool-call"] * 3 + ["tool-result"] * 3


def test_a_resumed_sessions_history_adds_nothing_and_loses_nothing():
    reading = read(CHAT)
    calls = [e["call-id"] for e in only(reading, "tool-call")]
    assert calls == ["read_1", "sh_1", "rep_1", "rep_2", "rep_3", "wr_1", "rep_4", "sub_1", "lost_1", "ok_1"]
    assert [e["data"].get("resumed") for e in only(reading, "session-start")] == [None, True]


def test_calls_known_only_from_a_history_are_kept():
    assert result(read(CHAT), "lost_1")["output"] == "zz"


def test_error_flags_come_from_the_status_and_exit_codes_from_the_output():
    reading = read(CHAT)
    flags = {
        call: (e["is-error"], e.get("status"), e.get("exit-code"))
        for call in ("read_1", "sh_1", "rep_3", "rep_4")
        for e in [result(reading, call)]
    }
    assert flags == {
        "read_1": (False, "success", None), "sh_1": (False, "success", 1),
        "rep_3": (True, "error", None), "rep_4": (True, "cancelled", None),
    }  # fmt: skip


def test_thoughts_keep_their_subject_and_odd_times_stay_as_they_are():
    thoughts = only(read(CHAT), "reasoning")
    assert [(e["subject"], e["content"]) for e in thoughts] == [("Plan", "Read first."), ("A", "b"), ("C", "d")]
    assert thoughts[1]["native-timestamp"] == "yesterday"
    assert "timestamp" not in thoughts[1]


def test_tokens_are_counted_once_per_answer():
    reading = read(CHAT)
    assert usage(only_top(reading)) == {
        "input": 400,
        "output": 33,
        "cached": 5,
        "reasoning": 6,
        "tool": 0,
        "total": 439,
    }
    assert [e["token-usage"]["total"] for e in only(reading, "usage")] == [129, 55]


def test_rewinds_compactions_and_model_changes_are_events():
    reading = read(CHAT)
    assert [e["data"] for e in only(reading, "rewind")] == [{"to": "u5"}]
    assert [e["data"]["messages"] for e in only(reading, "compaction")] == [3]
    assert [e["data"]["to"] for e in only(reading, "model-change")] == ["gemini-2.5-flash", "m"]
    assert [e["data"] for e in only(reading, "settings")] == [{"directories": ["/src/demo"]}]
    assert [e["data"] for e in only(reading, "title")] == [{"summary": "Fixing a.txt"}]
    assert [e["data"]["content"] for e in only(reading, "error")] == ["[API Error] quota"]


def test_an_answer_with_nothing_in_it_is_an_empty_assistant_entry():
    (entry,) = [e for e in read(CHAT).entries if e["id"] == "g5"]
    assert (entry["type"], entry["content"]) == ("assistant", "")


def test_what_is_not_understood_is_kept_and_harms_no_other_call():
    reading = read(CHAT)
    raw = [e["data"]["raw"] for e in only(reading, "unknown")]
    assert reading.unknown == 5
    assert [raw[0], raw[1], raw[2], raw[3]["type"], raw[4]] == [{"novel": 1}, "nonsense", 7, "question", {"id": 5}]
    assert result(reading, "ok_1")["output"] == "none"


def test_recorded_states_are_kept_as_blob_ids_and_as_text_only_where_needed():
    reading = read(CHAT)
    first, second, new = (result(reading, call) for call in ("rep_1", "rep_2", "wr_1"))
    assert first["pre-state"] == "one\ntwo\n"
    assert first["post-blob"] == "879de50b9a967adae6ab5fe536d4ef6e0af21bb1"  # git hash-object of "one\nTWO\n"
    assert "post-state" not in first  # it follows from old and new string
    assert second["pre-blob"] == first["post-blob"]
    assert "pre-state" not in second  # it follows from the edit before
    assert second["post-state"] == "1\n\nTWO\n"  # matched loosely
    assert new["created"] is True and "pre-blob" not in new and "post-state" not in new
    assert "fileDiff" not in json.dumps(reading.entries)


def test_a_sub_agents_chat_hangs_below_the_result_of_its_call():
    entry = result(read(CHAT), "sub_1")
    assert entry["sub-agent"] == "bbbbbbbb-2222-4222-8222-222222222222"
    assert [e["type"] for e in entry["children"]] == ["system-event", "user", "reasoning", "tool-call", "tool-result"]


def test_a_sub_agents_chat_is_found_without_an_agent_id(tmp_path):
    shutil.copytree(CHATS, tmp_path / "chats")
    path = tmp_path / "chats" / CHAT.name
    path.write_text(path.read_text().replace(',"agentId":"bbbbbbbb-2222-4222-8222-222222222222"', ""))
    sub = tmp_path / "chats" / SUB.relative_to(CHATS)
    sub.write_text(sub.read_text().replace("2026-03-01T11:00:00.000Z", "2026-03-01T10:00:00.000Z"))
    assert len(result(read(path), "sub_1")["children"]) == 5


@pytest.mark.parametrize("path", [CHAT, SUB], ids=["chat", "sub-agent"])
def test_reading_in_two_parts_equals_one_reading_at_every_line(path):
    whole = read(path)
    for cut in boundaries(path):
        assert_same(whole, in_parts(gemini.read, path, [cut]))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_reading_in_many_parts_equals_one_reading(data):
    path = data.draw(st.sampled_from([CHAT, SUB]))
    cuts = data.draw(st.lists(st.sampled_from(boundaries(path))))
    assert_same(read(path), in_parts(gemini.read, path, cuts))


def test_a_torn_last_line_is_left_for_the_next_reading(tmp_path):
    data = CHAT.read_bytes()
    path = tmp_path / CHAT.name
    stop = boundaries(CHAT)[6]
    path.write_bytes(data[: stop + 30])
    first = read(path)
    assert (first.next.offset, first.torn) == (stop, 30)
    path.write_bytes(data)
    assert first.entries + gemini.read(str(path), first.next).entries == read(path).entries


def test_a_chat_that_is_rewritten_whole_gives_only_what_is_new(tmp_path):
    path = tmp_path / "session-x.json"
    chat = json.loads(LEGACY.read_text())
    whole = chat["messages"]
    calls = whole[1].pop("toolCalls")
    path.write_text(json.dumps({**chat, "messages": whole[:2]}))
    first = read(path)
    whole[1]["toolCalls"] = calls
    path.write_text(json.dumps(chat, indent=2))
    second = gemini.read(str(path), first.next)
    third = gemini.read(str(path), second.next)
    assert (first.ends, first.next.entry) == ([0] * 4, 4)
    assert [e["type"] for e in second.entries] == ["tool-call", "tool-result", "assistant", "system-event"]
    assert third.entries == [] and third.next == second.next
    assert count(first.entries + second.entries) == count(read(LEGACY).entries)


def test_a_chat_migrated_to_lines_goes_on_where_the_old_file_ended(tmp_path):
    old = read(LEGACY)
    chat = json.loads(LEGACY.read_text())
    path = tmp_path / "session-x.jsonl"
    more = {"id": "u9", "timestamp": "2026-03-01T12:00:00Z", "type": "user", "content": "More."}
    header = {key: value for key, value in chat.items() if key != "messages"}
    path.write_text("".join(json.dumps(line) + "\n" for line in [header, *chat["messages"], more]))
    reading = gemini.read(str(path), old.next)
    assert [e.get("content", e.get("event-type")) for e in reading.entries] == ["session-start", "More."]


def test_a_whole_chat_that_is_cut_off_is_an_agent_error(tmp_path):
    path = tmp_path / "session-x.json"
    path.write_bytes(LEGACY.read_bytes()[:-40])
    with pytest.raises(AgentError):
        read(path)


def test_a_missing_file_and_a_foreign_position_are_agent_errors(tmp_path):
    with pytest.raises(AgentError):
        read(tmp_path / "absent.jsonl")
    with pytest.raises(AgentError):
        gemini.read(str(CHAT), Position(state={"messages": [1]}))
