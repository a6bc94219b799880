"""What Codex's tools do to files: a call and its result go in, neutral operations come out.

Strongest first: the exact diffs that Codex recorded (`changes` on the result, or a ``file-change`` event given as the call), else
the patch text itself, whose matching Codex does loosely.
"""

import posixpath
from typing import Any

from gittraj.agents.codex.patches import Found, patches
from gittraj.agents.patch_grammar import Section, parse
from gittraj.errors import AgentError
from gittraj.model.entry import Entry
from gittraj.model.operation import Delete, Move, Observed, Operation, Patch, Write

_DONE = "Success. Updated the following files:"


def operations(call: Entry, result: Entry | None) -> list[Observed]:
    """Operations of a call; of a ``file-change`` event, which stands for a call whose result never came."""
    if call.get("type") != "tool-call":
        return _event(call) if call.get("event-type") == "file-change" else []
    call_id, cwd = _text(call.get("call-id")), _text(call.get("cwd"))
    changes = result.get("changes") if result else None
    if result and isinstance(changes, list) and changes:
        return _recorded(changes, _status(result.get("status")), call_id, cwd)
    observed = []
    for found in patches(_text(call.get("name")), call.get("input")):
        try:
            sections = parse(found.text)
        except AgentError:
            continue
        state = _state(found, result)
        if state:
            where = posixpath.join(cwd, found.cwd) if found.cwd else cwd
            evidence = "fuzzy" if state != "failed" else "none"
            observed += [
                Observed(operation=_operation(section), call_id=call_id, state=state, cwd=where, evidence=evidence)
                for section in sections
            ]
    return observed


def edit_content(entry: Entry) -> list[tuple[str | int, ...]]:
    """Key paths of patch texts in calls, and of diffs and contents in recorded changes."""
    kind = entry.get("type")
    if kind == "tool-call":
        return list(dict.fromkeys(found.key for found in patches(_text(entry.get("name")), entry.get("input"))))
    if kind == "tool-result":
        return _contents(("changes",), entry.get("changes"))
    data = entry.get("data")
    if kind == "system-event" and entry.get("event-type") == "file-change" and isinstance(data, dict):
        return _contents(("data", "changes"), data.get("changes"))
    return []


def _event(event: Entry) -> list[Observed]:
    data = event.get("data")
    if not isinstance(data, dict) or not isinstance(data.get("changes"), list):
        return []
    return _recorded(data["changes"], _status(data.get("status")), _text(data.get("call-id") or data.get("id")), "")


def _recorded(changes: list[Any], status: str, call_id: str, cwd: str) -> list[Observed]:
    observed = []
    for change in changes:
        if not isinstance(change, dict) or not isinstance(change.get("path"), str):
            continue
        path, move = change["path"], _text(change.get("move_path"))
        operation: Operation
        after = None
        match change.get("type"):
            case "add":
                after = _text(change.get("content"))
                operation = Write(path, after)
            case "delete":
                operation = Delete(path)
            case "update" if move and not change.get("unified_diff"):
                operation = Move(path, move)
            case "update":
                operation = Patch(path, _text(change.get("unified_diff")), "unified", move)
            case _:
                continue
        state = _status(change.get("status")) or status or "applied"
        evidence = "state" if after is not None else "diff"
        observed.append(Observed(operation, call_id, state, cwd=cwd, after=after, evidence=evidence))
    return observed


def _operation(section: Section) -> Operation:
    match section.kind:
        case "add":
            return Write(section.path, section.body)
        case "delete":
            return Delete(section.path)
    if section.move_to and not section.body.strip():
        return Move(section.path, section.move_to)
    return Patch(section.path, section.body, "codex", section.move_to)


def _state(found: Found, result: Entry | None) -> str:
    """How a patch without recorded changes ended; "" where nothing says that it ran at all."""
    if result is None:
        return "open"
    if _DONE in _shown(result.get("output")):
        return "applied"
    if result.get("is-error"):
        return "denied" if _status(result.get("status")) == "denied" else "failed"
    return "" if found.via == "script" else "applied"


def _status(value: Any) -> str:
    return {"failed": "failed", "declined": "denied"}.get(_text(value), "")


def _shown(output: Any) -> str:
    return output if isinstance(output, str) else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _contents(root: tuple[str, ...], changes: Any) -> list[tuple[str | int, ...]]:
    if not isinstance(changes, list):
        return []
    return [
        (*root, number, key)
        for number, change in enumerate(changes)
        if isinstance(change, dict)
        for key in ("unified_diff", "content")
        if isinstance(change.get(key), str)
    ]
