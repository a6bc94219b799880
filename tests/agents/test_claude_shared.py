"""Claude Code's real sessions: what an independent, simple counter finds in a file is what the reader finds."""

import json
import statistics
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from gittraj.agents import claude
from gittraj.codec import cbor
from gittraj.codec.digest import git_blob_id
from gittraj.model.entry import Entry, count
from tests.agents import reading_laws as laws

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def sessions(shared: Path) -> list[Path]:
    return sorted((shared / "sessions" / "claude-code").glob("*.jsonl"))


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def counted(path: Path) -> Counter[str]:
    found: Counter[str] = Counter()
    seen = set()
    for line in lines(path):
        if line["type"] == "progress" and "message" in line["data"]:
            line = line["data"]["message"]
        if line["type"] not in ("user", "assistant") or line["uuid"] in seen:
            continue
        seen.add(line["uuid"])
        content = line["message"]["content"]
        if isinstance(content, str):
            found[line["type"]] += 1
            continue
        kinds = Counter(block["type"] for block in content)
        found["tool-call"] += kinds["tool_use"]
        found["tool-result"] += kinds["tool_result"]
        found["reasoning"] += kinds["thinking"] + kinds["redacted_thinking"]
        if line["type"] == "assistant":
            found["assistant"] += kinds["text"] + (not content)
        else:
            found["user"] += bool(kinds["text"] or kinds["image"])
    return found


def spent(path: Path) -> Counter[str]:
    most: dict[str, Counter[str]] = {}
    for line in lines(path):
        usage = line.get("message", {}).get("usage") if line["type"] == "assistant" else None
        if usage:
            message = most.setdefault(line["message"]["id"], Counter())
            message["input"] = max(message["input"], usage["input_tokens"])
            message["output"] = max(message["output"], usage["output_tokens"])
            message["cached"] = max(message["cached"], usage.get("cache_read_input_tokens", 0))
            message["cache-write"] = max(message["cache-write"], usage.get("cache_creation_input_tokens", 0))
    return sum(most.values(), Counter())


def test_every_call_result_message_and_thought_is_an_entry(sessions: list[Path]) -> None:
    for path in sessions:
        reading = claude.read(str(path))
        numbers = count(reading.entries)
        del numbers["system-event"]
        assert numbers == {kind: counted(path)[kind] for kind in numbers}, path.name
        assert reading.unknown == 0, path.name
        laws.check_shape(reading)
        laws.check_operations(claude, reading)


def test_usage_is_the_largest_of_each_message_once(sessions: list[Path]) -> None:
    for path in sessions:
        total = laws.usage(claude.read(str(path)).entries)
        assert {name: total[name] for name in spent(path)} == dict(spent(path)), path.name


def test_two_sessions_read_in_parts_at_every_line_are_the_sessions_read_at_once(sessions: list[Path]) -> None:
    for path in sorted(sessions, key=lambda path: path.stat().st_size)[:3:2]:
        for cut in laws.boundaries(path):
            laws.check_parts(claude, str(path), [cut])


def test_errors_and_tool_names_are_the_sources(sessions: list[Path]) -> None:
    for path in sessions:
        blocks = [
            block
            for line in lines(path)
            for block in line.get("message", {}).get("content", [])
            if isinstance(block, dict)
        ]
        names = Counter(block["name"] for block in blocks if block["type"] == "tool_use")
        errors = Counter(
            block["tool_use_id"] for block in blocks if block["type"] == "tool_result" and block.get("is_error")
        )
        entries = claude.read(str(path)).entries
        assert Counter(entry["name"] for entry in entries if entry["type"] == "tool-call") == names
        assert Counter(entry["call-id"] for entry in entries if entry.get("is-error")) == errors


def test_the_outputs_of_the_source_can_be_built_from_the_entries(sessions: list[Path]) -> None:
    for path in sessions:
        outputs: dict[str, Any] = {}
        for line in lines(path):
            content = line.get("message", {}).get("content", [])
            for block in content if isinstance(content, list) else []:
                if block["type"] == "tool_result":
                    outputs[block["tool_use_id"]] = block["content"]
        entries = claude.read(str(path)).entries
        results = {entry["call-id"]: entry for entry in entries if entry["type"] == "tool-result"}
        for call, output in outputs.items():
            assert rebuilt(results[call], results) == flattened(output), (path.name, call)


def rebuilt(result: Entry, results: dict[str, Entry]) -> Any:
    if "first-line" not in result:
        return result["output"]
    form = result.get("number-form", "%6d→")
    shown = "\n".join(
        form % number + line for number, line in enumerate(result["output"].split("\n"), result["first-line"])
    )
    return shown + (
        results[result["reminder-of"]]["reminder"] if "reminder-of" in result else result.get("reminder", "")
    )


def flattened(output: Any) -> Any:
    return (
        output[0]["text"]
        if isinstance(output, list) and len(output) == 1 and output[0].keys() == {"type", "text"}
        else output
    )


def test_the_state_before_an_edit_is_known_by_its_blob_and_follows_or_is_kept(sessions: list[Path]) -> None:
    for path in sessions:
        entries = claude.read(str(path)).entries
        results = {entry["call-id"]: entry for entry in entries if entry["type"] == "tool-result"}
        files: dict[str, str] = {}
        for entry in entries:
            for each in claude.operations(entry, results.get(entry["call-id"])) if entry["type"] == "tool-call" else ():
                if each.state != "applied":
                    continue
                operation: Any = each.operation
                before = each.before if each.before is not None else files.get(operation.path)
                blob = results[each.call_id].get("pre-blob")
                if blob:
                    assert before is not None and git_blob_id(before.encode()) == blob, (path.name, each.call_id)
                if each.after is not None:
                    files[operation.path] = each.after
                elif before is not None:
                    assert operation.old in before
                    files[operation.path] = before.replace(operation.old, operation.new, -1 if operation.all else 1)


def test_the_entries_take_less_than_a_third_of_the_source(sessions: list[Path]) -> None:
    shares = {}
    for path in sessions:
        entries = claude.read(str(path)).entries
        lean = [{key: value for key, value in entry.items() if key != "pre-state"} for entry in entries]
        shares[path.name] = len(cbor.encode(lean)) / path.stat().st_size
    assert statistics.median(shares.values()) <= 0.27, shares
    assert sorted(shares.values())[-4] <= 0.30, shares
    assert max(shares.values()) <= 0.36, (
        shares
    )  # short sessions of which a quarter is output of commands: nothing repeats there


def test_sessions_are_recognised(sessions: list[Path]) -> None:
    assert len(sessions) == 17
    for path in sessions:
        assert claude.sniff(path.read_bytes()[:65536], path.name)


def test_sessions_of_other_agents_are_not_taken_for_claudes(shared: Path) -> None:
    others = [path for path in shared.glob("sessions/*/*") if path.is_file() and path.parent.name != "claude-code"]
    others += [path for path in shared.glob("real/*/home/**/*.json*") if path.is_file()]
    assert len(others) > 20
    assert [path for path in others if claude.sniff(path.read_bytes()[:65536], path.name)] == []
