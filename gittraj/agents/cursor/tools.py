"""Cursor's tools that touch files: a call goes in, neutral file operations come out; whether it worked is not recorded."""

from typing import Any

from gittraj.agents.patch_grammar import parse
from gittraj.errors import AgentError
from gittraj.model.entry import Entry
from gittraj.model.operation import Delete, Observed, Operation, Patch, Replace, Write

_CONTENT = {
    "Write": ("contents", "content"),
    "StrReplace": ("old_string", "new_string"),
    "ApplyPatch": ("patch", "input", "patchText"),
}


def operations(call: Entry, result: Entry | None) -> list[Observed]:
    """What the call did if it worked; state "unknown" without a result (transcripts seen so far have none)."""
    given = call.get("input")
    name = call.get("name")
    state = "unknown" if result is None else "failed" if result.get("is-error") else "applied"
    call_id = call.get("call-id")
    found = [] if not isinstance(name, str) else _operations(name, given)
    return [Observed(operation, call_id if isinstance(call_id, str) else "", state) for operation in found]


def edit_content(entry: Entry) -> list[tuple[str | int, ...]]:
    """See `gittraj.agents.interface.Agent`."""
    name, given = entry.get("name"), entry.get("input")
    if entry.get("type") != "tool-call" or not isinstance(name, str):
        return []
    if isinstance(given, str):
        return [("input",)] if name == "ApplyPatch" else []
    if not isinstance(given, dict):
        return []
    return [("input", key) for key in _CONTENT.get(name, ()) if isinstance(given.get(key), str)]


def _operations(name: str, given: Any) -> list[Operation]:
    fields = given if isinstance(given, dict) else {}
    path = _text(fields, "path", "file_path")
    if name == "Write":
        return [Write(path, _text(fields, *_CONTENT[name]))]
    if name == "StrReplace":
        old, new = (_text(fields, key) for key in _CONTENT[name])
        return [Replace(path, old, new, all=fields.get("replace_all") is True)]
    if name == "Delete":
        return [Delete(path)]
    if name == "ApplyPatch":
        return _patch(given if isinstance(given, str) else _text(fields, *_CONTENT[name]))
    return []


def _patch(text: str) -> list[Operation]:
    try:
        sections = parse(text)
    except AgentError:  # the tool refuses such a text
        return []
    found: list[Operation] = []
    for section in sections:
        if section.kind == "add":
            found.append(Write(section.path, section.body))
        elif section.kind == "delete":
            found.append(Delete(section.path))
        else:
            found.append(Patch(section.path, section.body, "codex", section.move_to))
    return found


def _text(fields: dict[str, Any], *names: str) -> str:
    return next((fields[name] for name in names if isinstance(fields.get(name), str)), "")
