import json
import os
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from gittraj.agents import opencode
from gittraj.errors import AgentError
from gittraj.model.entry import count, walk
from tests.agents import opencode_sessions as make

CHILD = "ses_1111111111ffeTestChildAAAAA"


def conversation() -> list[make.Pair]:
    given = {"filePath": make.DIRECTORY + "/a.py", "content": "x = 1\n"}
    calls = [make.step("step-start"), make.text("Let me.", 11, 12), make.tool("write", "call_aaaaaaaaaaaaaaaa", 13, 14, given),
             make.failed("edit", "call_bbbbbbbbbbbbbbbb", 15, 16, {"filePath": "b"}, "no"), make.step("step-finish")]  # fmt: skip
    return [make.user(1, 0), make.assistant(2, 10, calls, 20), make.assistant(3, 30, [make.text("Done.", 31, 32)], 33)]


def family() -> dict[str, Any]:
    """A session whose `task` call runs a sub-agent."""
    task = make.tool(
        "task", "call_tttttttttttttttt", 13, 60, {"prompt": "look"}, metadata={"sessionId": CHILD, "summary": [1]}
    )
    sub = [make.user(11, 14), make.assistant(12, 15, [make.text("Found it.", 16, 17)], 18)]
    for info, parts in sub:
        info["id"] = "sub" + info["id"]
        for part in parts:
            part["id"] = "sub" + part["id"]
    return {
        make.SESSION: (make.session(), [make.user(1, 0), make.assistant(2, 10, [task], 61)]),
        CHILD: (
            make.session(CHILD, parentID=make.SESSION, time={"created": make.T0 + 14, "updated": make.T0 + 18}),
            sub,
        ),
    }


def entries(path: Path, session: str = "") -> list[dict[str, Any]]:
    return opencode.read(str(path), session=session).entries


def v2(path: Path, rows: list[tuple[str, str, dict[str, Any]]], tables_of_v1: bool = False) -> Path:
    if tables_of_v1:
        make.database(path, {make.SESSION: (make.session(), [make.user(1, 0, "stale")])})
    with sqlite3.connect(path) as db:
        db.executescript(
            "CREATE TABLE session_v2 (id text PRIMARY KEY, project_id text, parent_id text, fork_session_id text, directory text,"
            " title text, version text, model text, cost real, revert text, time_created integer, time_updated integer);"
            "CREATE TABLE session_message (id text PRIMARY KEY, session_id text, type text, seq integer, time_created integer,"
            " time_updated integer, data text);"
        )
        model = json.dumps({"id": "m-9", "providerID": "acme"})
        values = (
            make.SESSION,
            "aa" * 20,
            None,
            None,
            make.DIRECTORY,
            "t",
            "2.0.3",
            model,
            0.5,
            None,
            make.T0,
            make.T0 + 9,
        )
        db.execute(f"INSERT INTO session_v2 VALUES ({', '.join('?' * 12)})", values)
        for seq, (key, kind, data) in enumerate(rows, 1):
            at = make.T0 + seq * 100
            db.execute(
                "INSERT INTO session_message VALUES (?, ?, ?, ?, ?, ?, ?)",
                (key, make.SESSION, kind, seq, at, at, json.dumps(data)),
            )
    db.close()
    return path


def test_database_folder_export_and_joined_documents_give_the_same_entries(tmp_path: Path) -> None:
    pairs = conversation()
    one = {make.SESSION: (make.session(), pairs)}
    expected = entries(make.export(tmp_path / "export.json", pairs))
    assert count(expected) == {
        "user": 1, "assistant": 2, "tool-call": 2, "tool-result": 2, "reasoning": 0, "system-event": 4,
    }  # fmt: skip
    assert entries(make.database(tmp_path / "db" / "opencode.db", one)) == expected
    assert entries(make.folder(tmp_path / "data", one)) == expected
    assert entries(make.joined(tmp_path / "joined.jsonl", pairs)) == expected


def test_a_session_file_of_the_storage_folder_names_its_session(tmp_path: Path) -> None:
    data = make.folder(tmp_path, {make.SESSION: (make.session(), conversation()), "ses_2": (make.session("ses_2"), [])})
    path = data / "storage/session" / ("aa" * 20) / f"{make.SESSION}.json"
    assert opencode.read(str(path)).head.session_id == make.SESSION
    with pytest.raises(AgentError, match="holds 2 sessions"):
        opencode.read(str(data))


def test_a_database_with_several_sessions_wants_one_named(tmp_path: Path) -> None:
    path = make.database(tmp_path / "opencode.db", {
        make.SESSION: (make.session(), conversation()), "ses_2": (make.session("ses_2"), [make.user(9, 0)]),
    })  # fmt: skip
    with pytest.raises(AgentError) as caught:
        opencode.read(str(path))
    assert "ses_2" in (caught.value.hint or "")
    assert count(entries(path, "ses_2"))["user"] == 1
    with pytest.raises(AgentError, match="holds no session ses_3"):
        opencode.read(str(path), session="ses_3")


def test_several_sessions_in_one_file_are_all_read(tmp_path: Path) -> None:
    first = make.joined(tmp_path / "a", conversation()).read_text()
    second = make.joined(
        tmp_path / "b", [make.user(7, 500)], make.session("ses_9", time={"created": make.T0 + 400})
    ).read_text()
    path = tmp_path / "both.jsonl"
    path.write_text(first + "\n" + second)
    reading = opencode.read(str(path))
    assert count(reading.entries)["user"] == 2
    assert [entry["data"]["id"] for entry in reading.entries if entry.get("event-type") == "session-start"] == [
        make.SESSION,
        "ses_9",
    ]


def test_a_sub_agents_session_becomes_the_children_of_the_call_that_ran_it(tmp_path: Path) -> None:
    path = make.database(tmp_path / "opencode.db", family())
    reading = opencode.read(str(path))
    assert reading.head.session_id == make.SESSION
    calls = [entry for entry in reading.entries if entry["type"] == "tool-call"]
    told = [entry.get("content") or entry.get("event-type") for entry in calls[0]["children"]]
    assert told == ["session-start", '"Round the amounts"', "settings", "Found it."]
    result = next(entry for entry in reading.entries if entry["type"] == "tool-result")
    assert result["session"] == CHILD
    assert "metadata" not in result
    assert entries(make.folder(tmp_path / "data", family())) == reading.entries


def test_a_sub_agent_that_a_later_call_resumes_has_its_entries_under_both(tmp_path: Path) -> None:
    sessions = family()
    again = make.tool("task", "call_uuuuuuuuuuuuuuuu", 113, 160, {"prompt": "more"}, metadata={"sessionId": CHILD})
    sessions[make.SESSION][1].append(make.assistant(3, 110, [again], 161))
    for pair in (make.user(13, 114), make.assistant(14, 115, [make.text("And this.", 116, 117)], 118)):
        sessions[CHILD][1].append(pair)
    reading = opencode.read(str(make.database(tmp_path / "opencode.db", sessions)))
    calls = [entry for entry in reading.entries if entry["type"] == "tool-call"]
    answers = [[entry["content"] for entry in call["children"] if entry["type"] == "assistant"] for call in calls]
    assert answers == [["Found it."], ["And this."]]


def test_a_sub_agents_session_read_alone_names_its_parent(tmp_path: Path) -> None:
    reading = opencode.read(str(make.database(tmp_path / "opencode.db", family())), session=CHILD)
    assert reading.head.parent_session == make.SESSION
    assert count(reading.entries)["assistant"] == 1


def test_a_sub_agent_that_no_call_names_is_an_event_with_children(tmp_path: Path) -> None:
    sessions = family()
    sessions[make.SESSION] = (make.session(), conversation())
    reading = opencode.read(str(make.database(tmp_path / "opencode.db", sessions)))
    event = next(entry for entry in reading.entries if entry.get("event-type") == "sub-agent")
    assert event["data"] == {"session": CHILD}
    assert count(event["children"])["assistant"] == 1


def test_a_circle_of_parents_ends(tmp_path: Path) -> None:
    sessions = family()
    sessions[make.SESSION][0]["parentID"] = CHILD
    path = make.database(tmp_path / "opencode.db", sessions)
    reading = opencode.read(str(path), session=make.SESSION)
    assert count(reading.entries)["assistant"] == 1


def test_a_database_is_read_with_its_log_and_neither_is_changed(tmp_path: Path) -> None:
    path = make.database(tmp_path / "opencode.db", {make.SESSION: (make.session(), conversation()[:1])})
    writer = sqlite3.connect(path)  # keeps the -wal alive, as a running agent does
    writer.execute("PRAGMA wal_autocheckpoint = 0")
    for message, parts in conversation()[1:]:
        make.put(writer, make.SESSION, message, parts)
    writer.commit()
    before = {name: (tmp_path / name).read_bytes() for name in ("opencode.db", "opencode.db-wal")}
    assert len(before["opencode.db-wal"]) > 0
    assert count(entries(path))["tool-call"] == 2
    assert {name: (tmp_path / name).read_bytes() for name in before} == before
    copy = tmp_path / "copied"
    copy.mkdir()
    for name in before:
        shutil.copy(tmp_path / name, copy)
    assert count(entries(copy / "opencode.db"))["tool-call"] == 2
    assert sorted(os.listdir(copy)) == ["opencode.db", "opencode.db-wal"]
    writer.close()


def test_a_database_at_rest_is_read_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make.database(tmp_path / "opencode.db", {make.SESSION: (make.session(), conversation())})
    assert os.listdir(tmp_path) == ["opencode.db"]
    monkeypatch.setattr(shutil, "copyfile", None)
    assert count(entries(path))["tool-call"] == 2
    assert os.listdir(tmp_path) == ["opencode.db"]


def test_a_database_in_a_read_only_folder_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make.database(tmp_path / "opencode.db", {make.SESSION: (make.session(), conversation())})
    writer = sqlite3.connect(path)
    make.put(writer, make.SESSION, *make.assistant(4, 40, [make.text("More.", 41, 42)], 43))
    writer.commit()
    real = os.access
    monkeypatch.setattr(os, "access", lambda place, mode: mode != os.W_OK and real(place, mode))
    assert count(entries(path))["assistant"] == 3
    writer.close()


def test_rows_of_version_two_become_the_same_kinds_of_entries(tmp_path: Path) -> None:
    rows: list[tuple[str, str, dict[str, Any]]] = [
        ("msg_1", "user", {"text": "Round it", "files": [{"uri": "file:///a"}], "time": {"created": make.T0 + 100}}),
        ("msg_2", "model-switched", {"model": {"id": "m-9", "providerID": "acme"}}),
        ("msg_3", "assistant", {
            "agent": "build", "model": {"id": "m-9", "providerID": "acme"}, "finish": "stop", "cost": 0.1,
            "tokens": {"input": 1, "output": 2, "reasoning": 0, "cache": {"read": 3, "write": 4}},
            "snapshot": {"start": "11" * 20, "end": "22" * 20, "files": ["a.py"]},
            "time": {"created": make.T0 + 300, "completed": make.T0 + 390},
            "content": [
                {"type": "reasoning", "text": "hm"},
                {"type": "text", "text": "Now."},
                {"type": "tool", "id": "call_cccccccccccccccc", "name": "shell", "time": {
                    "created": make.T0 + 310, "ran": make.T0 + 311, "completed": make.T0 + 320},
                 "state": {"status": "completed", "input": {"command": "ls"}, "content": [{"type": "text", "text": "a.py"}],
                           "metadata": {"exit": 0}}},
                {"type": "tool", "id": "call_dddddddddddddddd", "name": "edit", "time": {"created": make.T0 + 330},
                 "state": {"status": "error", "input": {}, "error": {"type": "unknown", "message": "no such text"}}},
            ]}),
        ("msg_4", "compaction", {"status": "completed", "reason": "auto", "summary": "s", "recent": "r"}),
        ("msg_5", "shell", {"shellID": "s", "command": "make", "status": "exited", "exit": 2, "output": {"text": "x"}}),
        ("msg_6", "idle", {"outcome": "succeeded"}),
        ("msg_7", "gossip", {"text": "?"}),
    ]  # fmt: skip
    reading = opencode.read(str(v2(tmp_path / "opencode.db", rows, tables_of_v1=True)))
    assert reading.head.format == "opencode-sqlite-v2"
    assert (reading.head.agent_version, reading.head.model) == ("2.0.3", "m-9")
    kinds = [entry.get("event-type") or entry["type"] for entry in reading.entries]
    assert kinds == [
        "session-start", "user", "model-change", "settings", "file-snapshot", "reasoning", "assistant", "tool-call",
        "tool-result", "tool-call", "tool-result", "file-snapshot", "compaction", "command", "turn-end", "unknown",
    ]  # fmt: skip
    results = [entry for entry in reading.entries if entry["type"] == "tool-result"]
    assert [(entry["output"], entry["is-error"], entry.get("exit-code")) for entry in results] == [
        ("a.py", False, 0), ("no such text", True, None),
    ]  # fmt: skip
    assert [entry["token-usage"]["cached"] for entry in walk(reading.entries) if "token-usage" in entry] == [3]
    assert reading.unknown == 1


def test_a_session_of_version_one_is_read_from_its_tables_where_two_only_holds_switches(tmp_path: Path) -> None:
    path = v2(tmp_path / "opencode.db", [("evt_1", "agent-switched", {"agent": "plan"})], tables_of_v1=True)
    assert [entry["content"] for entry in entries(path) if entry["type"] == "user"] == ["stale"]


def test_an_export_that_breaks_off_keeps_its_whole_messages(tmp_path: Path) -> None:
    whole = make.export(tmp_path / "whole.json", conversation()).read_text()
    path = tmp_path / "cut.json"
    path.write_text(whole[: whole.index('"Done."')])
    reading = opencode.read(str(path))
    assert count(reading.entries)["tool-call"] == 2
    assert count(reading.entries)["assistant"] == 1
    assert reading.torn > 0


def test_ids_that_a_redactor_made_equal_lose_nothing(tmp_path: Path) -> None:
    parts = [make.text("One.", 11, 12), make.tool("read", "call_aaaaaaaaaaaaaaaa", 13, 14, {"filePath": "a"}),
             make.tool("read", "call_bbbbbbbbbbbbbbbb", 15, 16, {"filePath": "b"})]  # fmt: skip
    pairs = [
        make.user(1, 0, "Look."),
        make.assistant(2, 10, parts, 20),
        make.assistant(3, 30, [make.text("Two.", 31, 32)], 33),
    ]
    for info, own in pairs:
        info["id"] = "REDACTED"
        for part in own:
            part["id"] = "REDACTED"
            if "callID" in part:
                part["callID"] = "REDACTED"
    found = entries(make.export(tmp_path / "a.json", pairs))
    numbers = count(found)
    assert (numbers["user"], numbers["assistant"], numbers["tool-call"], numbers["tool-result"]) == (1, 2, 2, 2)
    ids = [entry["id"] for entry in walk(found)]
    assert len(ids) == len(set(ids))
    calls = [entry["call-id"] for entry in found if entry["type"] == "tool-call"]
    assert [entry["call-id"] for entry in found if entry["type"] == "tool-result"] == calls
    assert len(set(calls)) == 2


def test_damage_between_documents_is_kept_and_the_rest_is_read(tmp_path: Path) -> None:
    data = make.joined(tmp_path / "joined", conversation()).read_text()
    path = tmp_path / "damaged"
    path.write_text('{"id": "prt_x", "messageID": oops}\n' + data)
    reading = opencode.read(str(path))
    assert reading.unknown == 1
    assert count(reading.entries)["tool-call"] == 2


def test_invalid_utf8_and_lone_surrogates_do_not_stop_the_reading(tmp_path: Path) -> None:
    path = make.export(tmp_path / "a.json", [make.user(1, 0, "caf\udcff and \ud83d")])
    path.write_bytes(path.read_bytes().replace(b"Round amounts", b"Round \xff\xfe amounts"))
    reading = opencode.read(str(path))
    assert [entry["content"] for entry in reading.entries if entry["type"] == "user"] == ["caf\ufffd and \ufffd"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x01",
        b"SQLite format 3\x00" + b"\x00" * 5000,
        b"[" * 100000,
        b'{"a":' * 10000,
        b"{}",
        b"[1, 2]",
        b'"text"',
    ],
    ids=["empty", "binary", "half a database", "deep list", "deep map", "empty map", "numbers", "text"],
)
def test_what_is_no_session_is_refused_with_our_own_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "opencode.db"
    path.write_bytes(data)
    with pytest.raises(AgentError):
        opencode.read(str(path))


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "opencode.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE cookies (id text)")
    db.close()
    with pytest.raises(AgentError, match="not OpenCode's"):
        opencode.read(str(path))


def test_missing_columns_and_rows_that_are_no_json_are_our_own_errors_or_kept(tmp_path: Path) -> None:
    path = make.database(tmp_path / "opencode.db", {make.SESSION: (make.session(), conversation())})
    with sqlite3.connect(path) as db:
        db.execute("UPDATE part SET data = '{broken' WHERE id = 'prt_0002b'")
        db.execute("UPDATE part SET data = x'fffe' WHERE id = 'prt_0003a'")
        db.execute("UPDATE message SET data = '[]', time_created = 'soon' WHERE id = 'msg_0002'")
    db.close()
    reading = opencode.read(str(path))
    assert reading.unknown == 3
    assert count(reading.entries)["tool-call"] == 2
    with sqlite3.connect(path) as db:
        db.execute("ALTER TABLE part DROP COLUMN data")
    db.close()
    with pytest.raises(AgentError, match="no such column"):
        opencode.read(str(path))


def test_values_too_deep_for_a_record_are_kept_as_text(tmp_path: Path) -> None:
    deep: Any = "bottom"
    for _ in range(300):
        deep = {"a": deep}
    path = make.export(
        tmp_path / "a.json", [make.user(1, 0), make.assistant(2, 10, [make.tool("x", "call_1", 11, 12, deep)], 20)]
    )
    call = next(entry for entry in opencode.read(str(path)).entries if entry["type"] == "tool-call")
    assert "bottom" in call["input"]
