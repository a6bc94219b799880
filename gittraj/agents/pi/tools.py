"""pi's file tools: a call and its result go in, neutral file operations come out.

Three generations of ``edit``: exact (2025); near match that writes the whole file normalised ("pi-whole-file": to mid 2026, told by
``firstChangedLine`` or by a list of edits); near match that rewrites only touched lines ("pi-touched-lines": told by ``patch``).
"""

from typing import Any

import msgspec

from gittraj.model.entry import Entry
from gittraj.model.operation import Observed, Operation, Replace, Write


def operations(call: Entry, result: Entry | None) -> list[Observed]:
    """What `call` did to files; [] for tools that touch none and for input that is none of theirs."""
    given = call.get("input")
    path = given.get("path") if isinstance(given, dict) else None
    if not isinstance(given, dict) or not isinstance(path, str):
        return []
    state = "open" if result is None else "failed" if result.get("is-error") is True else "applied"
    found: list[Operation] = []
    evidence = "operation"
    if call.get("name") == "write" and isinstance(given.get("content"), str):
        found = [Write(path, given["content"])]
        evidence = "state" if state == "applied" else "operation"
    elif call.get("name") == "edit":
        pairs = _pairs(given)
        matching = _matching(result, "edits" in given)
        if pairs is not None:
            batch = "original" if "edits" in given else "sequence"
            found = [Replace(path, old, new, matching=matching, batch=batch) for old, new in pairs]
        if matching != "exact":
            evidence = "diff" if matching == _TOUCHED else "fuzzy"
    call_id, cwd = str(call.get("call-id", "")), str(call.get("cwd", ""))
    return [
        Observed(
            operation=operation,
            call_id=call_id,
            state=state,
            cwd=cwd,
            after=operation.content if isinstance(operation, Write) and state == "applied" else None,
            evidence=evidence,
        )
        for operation in found
    ]


def edit_content(entry: Entry) -> list[tuple[str | int, ...]]:
    """Key paths of the strings in `entry` that are content of an edit."""
    if entry.get("type") == "tool-result":
        details = entry.get("details")
        shown = details if isinstance(details, dict) and entry.get("name") == "edit" else {}
        return [("details", key) for key in ("diff", "patch") if isinstance(shown.get(key), str)]
    given = entry.get("input")
    if entry.get("type") != "tool-call" or entry.get("name") not in ("edit", "write") or not isinstance(given, dict):
        return []
    paths: list[tuple[str | int, ...]] = []
    for key in ("content", "oldText", "newText", "edits"):
        if isinstance(given.get(key), str):
            paths.append(("input", key))
    edits = given.get("edits")
    for number, edit in enumerate(edits if isinstance(edits, list) else []):
        if isinstance(edit, dict):
            paths.extend(
                ("input", "edits", number, key) for key in ("oldText", "newText") if isinstance(edit.get(key), str)
            )
    return paths


_TOUCHED = "pi-touched-lines"


def _matching(result: Entry | None, several: bool) -> str:
    details = (result or {}).get("details")
    if isinstance(details, dict):
        if "patch" in details:
            return _TOUCHED
        return "pi-whole-file" if several or "firstChangedLine" in details else "exact"
    return "pi-whole-file" if several else "exact"


def _pairs(given: dict[str, Any]) -> list[tuple[str, str]] | None:
    """(old, new) of each edit; None where they are not what pi takes."""
    edits = given.get("edits")
    if isinstance(edits, str):  # some models send the list as a string, and pi takes it
        try:
            edits = msgspec.json.decode(edits)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return None
    every = list(edits) if isinstance(edits, list) else []
    if "oldText" in given:
        every.append(given)
    pairs = [(edit.get("oldText"), edit.get("newText")) for edit in every if isinstance(edit, dict)]
    texts = [(old, new) for old, new in pairs if isinstance(old, str) and isinstance(new, str)]
    return texts if texts and len(texts) == len(every) else None
