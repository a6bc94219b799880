import json
import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.agents import pi
from gittraj.errors import AgentError
from gittraj.model.entry import Entry, count
from gittraj.model.operation import Replace, Write
from gittraj.model.session import Position
from tests.agents import reading_laws as laws

FIXTURES = Path(__file__).parent / "fixtures" / "pi"
ALL = sorted(FIXTURES.glob("*.jsonl"))
RENAME, OLD = ALL


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return pi.read(str(RENAME)).entries


def events(entries: list[Entry], kind: str) -> list[dict[str, Any]]:
    return [entry["data"] for entry in entries if entry.get("event-type") == kind]


def pair(entries: list[Entry], call: str) -> tuple[Entry, Entry | None]:
    found = [entry for entry in entries if entry.get("call-id") == call]
    return found[0], found[1] if len(found) > 1 else None


def test_the_head_tells_who_where_and_which_models() -> None:
    head = pi.read(str(RENAME)).head
    assert (head.agent, head.format, head.cwd) == ("pi", "pi-jsonl", "/home/dana/ledger")
    assert (head.session_id, head.started) == ("0195f000-0000-7000-8000-000000000001", "2026-03-01T08:00:00.000Z")
    assert head.models == ("glm-5", "claude-sonnet-4-5", "claude-opus-4-6")
    assert (head.model, head.provider) == ("claude-opus-4-6", "anthropic")
    assert head.parent_session.endswith("old.jsonl")


def test_each_block_is_an_entry_with_an_id_of_its_own(entries: list[Entry]) -> None:
    block = [entry for entry in entries if entry.get("id", "").startswith("a0000004")]
    assert [(entry["type"], entry["id"]) for entry in block] == [
        ("reasoning", "a0000004"), ("assistant", "a0000004#1"), ("tool-call", "a0000004#2"),
    ]  # fmt: skip
    assert laws.usage(block) == {"input": 20, "output": 2, "cached": 5, "total": 27, "cost": 0.002}
    assert block[-1]["stop-reason"] == "toolUse"


def test_usage_is_counted_once_for_each_message(entries: list[Entry]) -> None:
    assert laws.usage(entries)["output"] == 2 + 4 + 7 + 9 + 13


def test_a_providers_error_is_an_empty_answer_with_its_reason(entries: list[Entry]) -> None:
    failed = next(entry for entry in entries if entry.get("stop-reason") == "error")
    assert (failed["type"], failed["content"]) == ("assistant", "")
    assert failed["native-message"] == {"errorMessage": "503 Service Unavailable"}


def test_results_tell_failure_and_exit_code(entries: list[Entry]) -> None:
    results = {entry["call-id"]: entry for entry in entries if entry["type"] == "tool-result"}
    assert {call: result["is-error"] for call, result in results.items()} == {
        "c1": False,
        "c2": False,
        "c3": True,
        "c4": False,
        "c5": True,
    }
    assert results["c5"]["exit-code"] == 1


def test_models_compactions_branches_and_commands_are_events(entries: list[Entry]) -> None:
    assert events(entries, "model-change") == [
        {"to": "glm-5", "provider": "zai"},
        {"from": "glm-5", "to": "claude-sonnet-4-5", "provider": "anthropic"},
        {"from": "claude-sonnet-4-5", "to": "claude-opus-4-6"},
    ]
    assert events(entries, "compaction") == [
        {"summary": "Renamed.", "firstKeptEntryId": "a0000006", "tokens-before": 9000}
    ]
    assert events(entries, "branch") == [{"fromId": "a000000d", "summary": "Left it."}]
    assert events(entries, "command")[0]["exit-code"] == 0
    assert events(entries, "title") == [{"name": "Rename"}]
    assert events(entries, "settings") == [{"thinkingLevel": "medium"}]


def test_a_branch_names_its_parent(entries: list[Entry]) -> None:
    assert [(entry["id"], entry["parent-id"]) for entry in entries if "parent-id" in entry] == [
        ("a000000f", "a0000004")
    ]


def test_reasoning_that_the_provider_keeps_has_its_signature(entries: list[Entry]) -> None:
    assert [entry.get("encrypted") for entry in entries if entry["type"] == "reasoning"] == [None, "b3BhcXVl"]


def test_lines_of_unknown_kinds_are_kept_raw_and_counted() -> None:
    reading = pi.read(str(RENAME))
    assert reading.unknown == 1
    assert events(reading.entries, "unknown")[0]["raw"]["type"] == "teleport"


def test_the_first_version_without_ids_is_read() -> None:
    reading = pi.read(str(OLD))
    assert reading.head.model == "claude-sonnet-4-5"
    assert count(reading.entries) == {
        "user": 1,
        "assistant": 0,
        "tool-call": 1,
        "tool-result": 1,
        "reasoning": 0,
        "system-event": 2,
    }
    assert not any("id" in entry for entry in reading.entries)


def test_a_list_of_edits_is_a_batch_against_the_original(entries: list[Entry]) -> None:
    first, second = pi.operations(*pair(entries, "c1"))
    assert first.operation == Replace("money.py", "total", "sum_of", matching="pi-whole-file", batch="original")
    assert second.operation == Replace("money.py", "rows", "lines", matching="pi-whole-file", batch="original")
    assert (first.state, first.evidence) == ("applied", "fuzzy")


def test_edits_sent_as_a_string_are_understood(entries: list[Entry]) -> None:
    (edit,) = pi.operations(*pair(entries, "c2"))
    assert edit.operation == Replace("money.py", "a", "b", matching="pi-touched-lines", batch="original")
    assert edit.evidence == "diff"
    assert pi.edit_content(pair(entries, "c2")[0]) == [("input", "edits")]


def test_the_first_generations_edit_is_exact() -> None:
    (edit,) = pi.operations(*pair(pi.read(str(OLD)).entries, "d1"))
    assert edit.operation == Replace("a", "1", "2")
    assert (edit.state, edit.evidence) == ("applied", "operation")


def test_failed_and_open_calls_and_writes(entries: list[Entry]) -> None:
    assert [each.state for each in pi.operations(*pair(entries, "c3"))] == ["failed"]
    assert [each.state for each in pi.operations(pair(entries, "c4")[0], None)] == ["open"]
    (write,) = pi.operations(*pair(entries, "c4"))
    assert (write.operation, write.after, write.evidence) == (Write("notes.md", "# Notes\n"), "# Notes\n", "state")
    assert pi.operations(*pair(entries, "c5")) == []


@pytest.mark.parametrize("edits", ["[", "3", [1], [{}], [{"oldText": 1, "newText": "x"}], {"a": 1}])
def test_edits_that_pi_would_not_take_are_no_operations(edits: Any) -> None:
    call = {"type": "tool-call", "name": "edit", "input": {"path": "a", "edits": edits}}
    assert pi.operations(call, None) == []


@pytest.mark.parametrize("path", ALL, ids=["v3", "v1"])
def test_a_session_read_in_parts_at_any_line_is_the_session_read_at_once(path: Path) -> None:
    for cut in laws.boundaries(path):
        laws.check_parts(pi, str(path), [cut])


def test_a_repeated_line_is_skipped_and_a_clash_of_ids_is_told_apart(tmp_path: Path) -> None:
    lines = RENAME.read_text().splitlines()
    clash = {**json.loads(lines[3]), "timestamp": "2026-03-01T09:00:00.000Z"}
    path = tmp_path / "s.jsonl"
    path.write_text("\n".join([*lines, lines[3], json.dumps(clash)]) + "\n")
    entries = pi.read(str(path)).entries
    assert [entry["id"] for entry in entries if entry["type"] == "user"] == [
        "a0000003",
        f"a0000003@{len(RENAME.read_bytes()) + len(lines[3]) + 1}",
    ]
    for cut in laws.boundaries(path):
        laws.check_parts(pi, str(path), [cut])


def test_a_torn_last_line_is_left_for_the_next_reading(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(RENAME.read_bytes()[:-40])
    first = pi.read(str(path))
    assert first.torn > 0
    path.write_bytes(RENAME.read_bytes())
    assert first.entries + pi.read(str(path), first.next).entries == pi.read(str(RENAME)).entries


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32), which=st.sampled_from(ALL))
def test_any_value_anywhere_in_a_line_is_survived(
    tmp_path_factory: pytest.TempPathFactory, seed: int, which: Path
) -> None:
    chance = random.Random(seed)
    lines = which.read_text().splitlines()
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(lines))
        lines[at] = json.dumps(laws.damage(json.loads(lines[at]), chance))
    path = tmp_path_factory.getbasetemp() / "fuzz-pi.jsonl"
    path.write_text("\n".join(lines) + "\n")
    reading = pi.read(str(path))
    laws.check_shape(reading)
    laws.check_operations(pi, reading)
    laws.check_parts(pi, str(path), [chance.choice(laws.boundaries(path))])


@pytest.mark.parametrize(
    "line",
    [
        "3",
        "[]",
        "{",
        "\x00",
        laws.nested(10_000),
        '{"type":"message","id":"x","message":{"role":"user","content":[' + laws.nested(400) + "]}}",
    ],
)
def test_lines_that_are_no_messages_are_kept_as_unknown(tmp_path: Path, line: str) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text(f"{OLD.read_text()}{line}\n")
    reading = pi.read(str(path))
    assert reading.unknown == 1
    laws.check_shape(reading)


def test_a_damaged_position_and_a_missing_file_are_our_errors() -> None:
    with pytest.raises(AgentError):
        pi.read(str(RENAME), Position(0, 0, {"header": 3}))
    with pytest.raises(AgentError):
        pi.read("/nonexistent")
    with pytest.raises(AgentError, match="shorter"):
        pi.read(str(RENAME), Position(10**9, 0, {}))


def place(base: Path, folder: str, cwd: str, name: str = "2026-03-01T08-00-00-000Z_0195f000") -> Path:
    path = base / "sessions" / folder / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"type": "session", "version": 3, "id": "0195f000", "cwd": cwd}) + "\n")
    return path


def test_sessions_are_found_by_what_their_first_line_says(tmp_path: Path) -> None:
    base = tmp_path / ".pi" / "agent"
    same = place(base, "--srv-ledger--", "/srv/ledger")
    place(base, "--srv-ledger-web--", "/srv/ledger/web")
    place(base, "--srv-ledger-old--", "/srv/ledger-old")
    place(base, "--srv--", "/srv")
    place(base, "--srv-ledger--", "/srv-ledger", "2026-03-01T08-00-00-000Z_other")
    found = pi.locate("/srv/ledger", {"HOME": str(tmp_path)})
    assert sorted((each.near, os.path.basename(os.path.dirname(each.path))) for each in found) == [
        ("inside", "--srv-ledger-web--"), ("parent", "--srv--"), ("same", "--srv-ledger--"),
    ]  # fmt: skip
    (one,) = (each for each in found if each.near == "same")
    assert (one.agent, one.path, one.session, one.size) == ("pi", str(same), "0195f000", same.stat().st_size)


def test_the_configured_directory_is_used_and_an_absent_one_is_no_failure(tmp_path: Path) -> None:
    place(tmp_path / "x", "--srv-ledger--", "/srv/ledger")
    assert pi.locate("/srv/ledger", {"HOME": str(tmp_path)}) == []
    assert len(pi.locate("/srv/ledger", {"HOME": str(tmp_path), "PI_CODING_AGENT_DIR": "~/x"})) == 1


def test_a_directory_with_escapes_in_the_first_line_is_found(tmp_path: Path) -> None:
    place(tmp_path / ".pi" / "agent", '--wörk-"x"--', '/wörk/"x"')
    assert len(pi.locate('/wörk/"x"', {"HOME": str(tmp_path)})) == 1


def test_the_environment_tells_whether_we_run_inside() -> None:
    assert pi.running({"PI_CODING_AGENT": "true"}) == ""
    assert pi.running({}) is None


def test_sessions_are_recognised_from_their_bytes() -> None:
    assert all(pi.sniff(path.read_bytes()[:65536], "x") for path in ALL)
    assert not any(
        pi.sniff(head, "x") for head in (b"", b"{}", b'{"type":"session_meta"}', b'{"sessionId":"s","type":"user"}')
    )


def simple_count(path: Path) -> Counter[str]:
    found: Counter[str] = Counter()
    for line in map(json.loads, path.read_text().splitlines()):
        if line["type"] != "message":
            continue
        message = line["message"]
        if message["role"] == "toolResult":
            found["tool-result"] += 1
        elif message["role"] == "user":
            found["user"] += 1
        elif message["role"] == "assistant":
            kinds = Counter(block["type"] for block in message["content"])
            found["assistant"] += kinds["text"] + (not message["content"])
            found["tool-call"] += kinds["toolCall"]
            found["reasoning"] += kinds["thinking"]
    return found


@pytest.mark.shared
def test_real_sessions_have_an_entry_for_everything_and_are_found_where_they_lie(shared: Path) -> None:
    real = sorted(shared.glob("real/pi-*/home/.pi/agent/sessions/*/*.jsonl"))
    assert len(real) == 5
    for path in [*(shared / "sessions" / "pi").glob("*.jsonl"), *real]:
        reading = pi.read(str(path))
        numbers = count(reading.entries)
        del numbers["system-event"]
        assert numbers == {kind: simple_count(path)[kind] for kind in numbers}, path.name
        assert reading.unknown == 0
        laws.check_shape(reading)
        laws.check_operations(pi, reading)
        assert pi.sniff(path.read_bytes()[:65536], path.name)
        if path in real:
            home = str(path).split("/.pi/")[0]
            assert str(path) in [
                each.path for each in pi.locate(reading.head.cwd, {"HOME": home}) if each.near == "same"
            ]


@pytest.mark.shared
def test_real_sessions_read_in_parts_are_the_sessions_read_at_once(shared: Path) -> None:
    for path in sorted(shared.glob("real/pi-*/home/.pi/agent/sessions/*/*.jsonl")):
        for cut in laws.boundaries(path):
            laws.check_parts(pi, str(path), [cut])
