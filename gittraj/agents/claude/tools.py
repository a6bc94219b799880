"""Claude Code's file tools: a call and its result go in, neutral file operations come out.

Facts (measured on about 4,000 real edits): Edit replaces literally, once or everywhere; an empty ``old_string`` creates a file or fills
an empty one; Write's content is the file. NotebookEdit writes JSON anew, so only the recorded notebook tells.
"""

from typing import Any

from gittraj.model.entry import Entry
from gittraj.model.operation import Observed, Operation, Replace, Write

DENIED = (
    "The user doesn't want to proceed with this tool use",
    "The user doesn't want to take this action",
    "Permission to use",
    "Claude requested permissions to",
    "This command requires approval",
)
_NOTEBOOK = "notebook"  # `matching` of a change to one cell, which cannot be replayed as text
_OLD, _NEW = ("old_string", "oldString"), ("new_string", "newString")


def operations(call: Entry, result: Entry | None) -> list[Observed]:
    """What `call` did to files; [] for tools that touch none and for input that is none of theirs."""
    given = call.get("input")
    if not isinstance(given, dict):
        return []
    found = _operations(call.get("name"), _corrected(given, result))
    state, output = _state(result), result or {}
    before = output.get("pre-state")
    recorded = output.get("post-state")
    observed: list[Observed] = []
    for operation in found:
        after = operation.content if isinstance(operation, Write) and state == "applied" else None
        if isinstance(operation, Replace) and operation.matching == _NOTEBOOK and isinstance(recorded, str):
            operation, after = Write(operation.path, recorded), recorded
        evidence = "operation"
        if isinstance(operation, Replace) and operation.matching == _NOTEBOOK:
            evidence = "none"
        elif after is not None:
            evidence = "state"
        elif "pre-blob" in output:
            evidence = "diff"
        observed.append(
            Observed(
                operation=operation,
                call_id=str(call.get("call-id", "")),
                state=state,
                cwd=str(call.get("cwd", "")),
                before=before if isinstance(before, str) and not observed else None,
                after=after,
                evidence=evidence,
            )
        )
    return observed


def edit_content(entry: Entry) -> list[tuple[str | int, ...]]:
    """Key paths of the strings in `entry` that are content of an edit."""
    if entry.get("type") == "tool-result":
        paths: list[tuple[str | int, ...]] = [(key,) for key in ("pre-state", "post-state") if key in entry]
        native = entry.get("native")
        if isinstance(native, dict) and native.get("userModified") is True:
            paths.extend(("native", *path) for path in _content(native))
        return paths
    given = entry.get("input")
    if entry.get("type") != "tool-call" or not isinstance(given, dict) or not _operations(entry.get("name"), given):
        return []
    return [("input", *path) for path in _content(given)]


def _content(given: dict[str, Any]) -> list[tuple[str | int, ...]]:
    keys = (*_OLD, *_NEW, "content", "new_source")
    paths: list[tuple[str | int, ...]] = [(key,) for key in keys if isinstance(given.get(key), str)]
    edits = given.get("edits")
    for number, edit in enumerate(edits if isinstance(edits, list) else []):
        if isinstance(edit, dict):
            paths.extend(("edits", number, key) for key in (*_OLD, *_NEW) if isinstance(edit.get(key), str))
    return paths


def _operations(name: Any, given: dict[str, Any]) -> list[Operation]:
    path = given.get("notebook_path" if name == "NotebookEdit" else "file_path")
    if not isinstance(path, str):
        return []
    if name == "Write":
        content = given.get("content")
        return [Write(path, content)] if isinstance(content, str) else []
    if name == "Edit":
        return _edit(path, given)
    if name == "MultiEdit":
        edits = given.get("edits")
        found = [_edit(path, edit) for edit in (edits if isinstance(edits, list) else []) if isinstance(edit, dict)]
        return [operation for each in found for operation in each] if all(found) else []
    if name == "NotebookEdit":
        source = given.get("new_source")
        return [Replace(path, "", source if isinstance(source, str) else "", matching=_NOTEBOOK)]
    return []


def _edit(path: str, edit: dict[str, Any]) -> list[Operation]:
    old, new = (next((edit[key] for key in keys if key in edit), None) for keys in (_OLD, _NEW))
    if not isinstance(old, str) or not isinstance(new, str):
        return []
    if not old:
        return [Write(path, new)]
    return [Replace(path, old, new, all=edit.get("replace_all", edit.get("replaceAll")) is True)]


def _corrected(given: dict[str, Any], result: Entry | None) -> dict[str, Any]:
    """The input as a person changed it before it was applied: then the result's text counts, not the model's."""
    native = result.get("native") if result else None
    if not isinstance(native, dict) or native.get("userModified") is not True:
        return given
    told = {"oldString": "old_string", "newString": "new_string", "content": "content", "edits": "edits"}
    return {**given, **{told[key]: native[key] for key in told if key in native}}


def _state(result: Entry | None) -> str:
    if result is None:
        return "open"
    if result.get("is-error") is not True:
        return "applied"
    output = result.get("output")
    return "denied" if isinstance(output, str) and output.startswith(DENIED) else "failed"
