"""Real edits whose states before and after were recorded: the matchers must give the recorded state from the one before."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gittraj.agents.opencode.evidence import added
from gittraj.agents.patch_grammar import parse
from gittraj.model.operation import Delete, Observed, Operation, Patch, Replace, Write
from gittraj.replay.apply import apply
from gittraj.replay.spans import Applied
from tests.replay.laws import check

pytestmark = pytest.mark.shared
_SOMETHING = re.compile(r"\S")


def documents(path: Path) -> Iterator[Any]:
    """The JSON values of a file, one after another, however it lays them out."""
    content, at = path.read_text(), 0
    while (begin := _SOMETHING.search(content, at)) is not None:
        value, at = json.JSONDecoder().raw_decode(content, begin.start())
        yield value


def maps(value: Any) -> Iterator[dict[str, Any]]:
    todo = [value]
    while todo:
        item = todo.pop()
        if isinstance(item, dict):
            yield item
        todo.extend(item.values() if isinstance(item, dict) else item if isinstance(item, list) else [])


def gives(operation: Operation, before: str | None, after: str | None, agent: str) -> bool:
    content = None if before is None else before.encode()
    result = apply(Observed(operation, "call", "applied"), content, agent=agent)
    check(content, result)
    return isinstance(result, Applied) and result.content == (None if after is None else after.encode())


def tabs_as_shown(line: str) -> str:
    """Claude Code shows each tab at the beginning of a line as two blanks."""
    tabs = len(line) - len(line.lstrip("\t"))
    return "  " * tabs + line[tabs:]


def shown(after: str, hunks: list[dict[str, Any]]) -> bool:
    """Whether the lines that a display diff shows stand where it says."""
    there = [tabs_as_shown(line) for line in after.split("\n")]
    for hunk in hunks:
        want = [tabs_as_shown(line[1:]) for line in hunk["lines"] if line[:1] in (" ", "+")]
        if there[hunk["newStart"] - 1 : hunk["newStart"] - 1 + len(want)] != want:
            return False
    return True


def test_claude_edits_give_what_their_diffs_show_and_what_the_next_edit_met(shared: Path) -> None:
    seen: Counter[bool] = Counter()
    met: Counter[bool] = Counter()
    for path in sorted((shared / "sessions" / "claude-code").glob("*.jsonl")):
        known: dict[str, str] = {}
        for document in documents(path):
            for holder in (document, (document.get("data") or {}).get("message")):
                told = holder.get("toolUseResult") if isinstance(holder, dict) else None
                if not isinstance(told, dict) or "structuredPatch" not in told:
                    continue
                name, before = told["filePath"], told.get("originalFile")
                if name in known and before is not None:
                    met[known[name] == before] += 1
                known.pop(name, None)
                operation: Operation = Write(name, told.get("content", told.get("newString", "")))
                if told.get("oldString"):
                    every = told.get("replaceAll") is True
                    operation = Replace(name, told["oldString"], told["newString"], all=every)
                if before is None and isinstance(operation, Replace):
                    continue
                content = None if before is None else before.encode()
                result = apply(Observed(operation, "call", "applied"), content, agent="claude-code")
                check(content, result)
                good = isinstance(result, Applied) and result.content is not None
                if isinstance(result, Applied) and result.content is not None:
                    known[name] = result.content.decode()
                    good = shown(known[name], told["structuredPatch"])
                seen[good] += 1
    assert seen[False] == 0 and seen[True] >= 100
    assert met[False] == 0 and met[True] >= 50  # no other writer came between in these sessions


def test_gemini_edits_give_the_recorded_state(shared: Path) -> None:
    seen: Counter[bool] = Counter()
    for path in sorted((shared / "real").glob("gemini*/home/.gemini/tmp/*/chats/*.jsonl")):
        for document in documents(path):
            for call in maps(document):
                display, given = call.get("resultDisplay"), call.get("args")
                if not isinstance(display, dict) or "newContent" not in display or call.get("status") != "success":
                    continue
                operation: Operation = Write("f", given.get("content", given.get("new_string")))
                if given.get("old_string"):
                    every = given.get("allow_multiple") is True
                    operation = Replace("f", given["old_string"], given["new_string"], all=every, matching="gemini")
                seen[gives(operation, display.get("originalContent"), display["newContent"], "gemini-cli")] += 1
    assert seen[False] == 0 and seen[True] >= 10


def test_opencode_edits_give_the_recorded_state(shared: Path) -> None:
    seen: Counter[bool] = Counter()
    for path in sorted((shared / "sessions" / "opencode").iterdir()):
        for document in documents(path):
            for part in maps(document):
                state = part.get("state")
                if not isinstance(state, dict) or state.get("status") != "completed":
                    continue
                given, told = state.get("input") or {}, state.get("metadata") or {}
                single = told.get("filediff") or {}
                if part.get("tool") == "edit" and "before" in single:
                    every = given.get("replaceAll") is True
                    edit = Replace("f", given["oldString"], given["newString"], all=every, matching="opencode")
                    seen[gives(edit, single["before"], single["after"], "opencode")] += 1
                files = [each for each in told.get("files") or [] if "before" in each]
                for section, file in zip(parse(given["patchText"]) if files else [], files, strict=True):
                    operation: Operation = Patch("f", section.body, "codex", section.move_to)
                    if section.kind == "add":
                        operation = Write("f", added(section))
                    elif section.kind == "delete":
                        operation = Delete("f")
                    after = None if section.kind == "delete" else file["after"]
                    seen[gives(operation, file["before"], after, "opencode")] += 1
    assert seen[False] == 0 and seen[True] >= 14
