"""What Gemini's tools do to files: a call and its result go in, neutral operations with the recorded states come out.

Recorded states have LF line ends, whatever the file has on disk: the tool restores the file's own when it writes.
"""

from typing import Any

from gittraj.agents.gemini.files import derived, many
from gittraj.model.entry import Entry
from gittraj.model.operation import Observed, Operation, Replace, Write


def operations(call: Entry, result: Entry | None) -> list[Observed]:
    """The operation of a `write_file` or `replace` call, [] for any other."""
    given = call.get("input")
    if call.get("type") != "tool-call" or not isinstance(given, dict):
        return []
    path = _text(result.get("file-path")) if result else ""
    path = path or _text(given.get("file_path"))
    name = _text(call.get("name"))
    if name not in ("write_file", "replace") or not path:
        return []
    state = _state(result)
    before, after = _states(name, given, result or {})
    evidence = (
        "none"
        if state in ("failed", "denied")
        else "state"
        if after is not None
        else "diff"
        if before is not None
        else "operation"
    )
    if name == "write_file":
        operation: Operation = Write(path, _text(given.get("content")))
    else:
        # a recorded state that the reader found to follow exactly was left out: then nothing fuzzy happened
        exact = bool(result) and "post-blob" in (result or {}) and "post-state" not in (result or {})
        old, new = _text(given.get("old_string")), _text(given.get("new_string"))
        if old == "":
            operation = Write(path, new, create=True)
        else:
            operation = Replace(path, old, new, all=many(given), matching="exact" if exact else "gemini")
            if evidence == "operation" and not exact:
                evidence = "fuzzy"
    call_id = _text(call.get("call-id"))
    return [Observed(operation, call_id, state, before=before, after=after, evidence=evidence)]


def edit_content(entry: Entry) -> list[tuple[str | int, ...]]:
    """Key paths of contents and of old and new strings in calls, and of recorded file states in results."""
    if entry.get("type") == "tool-result":
        return [(key,) for key in ("pre-state", "post-state") if isinstance(entry.get(key), str)]
    given = entry.get("input")
    if (
        entry.get("type") != "tool-call"
        or entry.get("name") not in ("write_file", "replace")
        or not isinstance(given, dict)
    ):
        return []
    keys = ("content", "ai_proposed_content", "old_string", "new_string")
    return [("input", key) for key in keys if isinstance(given.get(key), str)]


def _state(result: Entry | None) -> str:
    if result is None:
        return "open"
    if result.get("status") == "cancelled":
        return "denied"
    return "failed" if result.get("is-error") else "applied"


def _states(name: str, given: dict[str, Any], result: Entry) -> tuple[str | None, str | None]:
    """(before, after) as far as the result holds or implies them."""
    before = "" if result.get("created") is True else result.get("pre-state")
    after = result.get("post-state")
    before = before if isinstance(before, str) else None
    if isinstance(after, str):
        return before, after
    if "post-blob" in result and (name == "write_file" or before is not None):
        return before, derived(name, given, before or "")
    return before, None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
