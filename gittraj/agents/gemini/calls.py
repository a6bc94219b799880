"""Tool calls of an answer: `toolCalls` records (or bare function parts of a resumed history) go in, calls and results come out."""

import re
from collections.abc import Callable
from typing import Any

from gittraj.agents.gemini import files
from gittraj.agents.gemini.state import State
from gittraj.agents.shape import OddShapeError, items, mapping, raw, text
from gittraj.agents.times import stamp
from gittraj.model.entry import Entry

_FINAL = ("success", "error", "cancelled")
_EXIT = re.compile(r"(?:^|\n)Exit Code: (-?\d{1,10})(?:\n|$)")
Family = Callable[
    [str, str, str], tuple[list[Entry], str]
]  # (agent id, tool name, time of the result) → (its entries, its session)


def entries(state: State, message: dict[str, Any], ident: str, when: dict[str, Any], family: Family) -> list[Entry]:
    """New calls and results of a message; a record of a wrong shape becomes an ``unknown`` event and harms no other."""
    found: list[Entry] = []
    records = items(message.get("toolCalls"))
    for number, record in enumerate(records):
        try:
            found += _record(state, mapping(record), f"{ident}:c{number}", when, family)
        except OddShapeError:
            if state.calls.setdefault(f"{ident}:odd{number}", 0) == 0:
                state.calls[f"{ident}:odd{number}"] = 2
                found.append({"type": "system-event", "event-type": "unknown", "data": {"raw": raw(record)}, **when})
    # all calls of an answer were made before the first result came
    return [e for e in found if e["type"] != "tool-result"] + [e for e in found if e["type"] == "tool-result"]


def functions(state: State, parts: list[dict[str, Any]], ident: str, when: dict[str, Any]) -> list[Entry]:
    """Calls and responses of a history whose records are not in this file; those that are known stay as they are."""
    found: list[Entry] = []
    for number, part in enumerate(parts):
        function = mapping(part.get("functionCall") or part.get("functionResponse"))
        call = text(function.get("id")) or f"{ident}:f{number}"
        name = text(function.get("name"))
        if not name:
            raise OddShapeError("a call without a name")
        if "functionCall" in part and call not in state.calls:
            state.calls[call] = 1
            found.append({"type": "tool-call", "name": name, "input": function.get("args"), "call-id": call, **when})
        elif "functionResponse" in part and state.calls.get(call) == 1:
            state.calls[call] = 2
            output, failed = _output([part])
            found.append({"type": "tool-result", "output": output, "call-id": call, "is-error": failed, **when})
    return found


def _record(state: State, record: dict[str, Any], fallback: str, when: dict[str, Any], family: Family) -> list[Entry]:
    call = text(record.get("id")) or fallback
    name, status = text(record.get("name")), text(record.get("status"))
    if not name:
        raise OddShapeError("a call without a name")
    arguments = record.get("args")
    done = state.calls.get(call, 0)
    found: list[Entry] = []
    result: Entry | None = None
    if done < 2 and (status in _FINAL or (record.get("result") and not status)):
        result = _result(state, record, call, name, status)
    if done < 1:
        entry: Entry = {"type": "tool-call", "name": name, "input": arguments, "call-id": call, "id": fallback}
        if record.get("agentId"):
            entry["sub-agent"] = text(record["agentId"])
        found.append(entry | when)
        state.calls[call] = 1
    if result is not None:
        children, session = family(text(record.get("agentId")), name, result.get("timestamp", ""))
        if children:
            result["children"], result["sub-agent"] = children, session
        found.append({**result, "id": f"{fallback}:r"})
        state.calls[call] = 2
    return found


def _result(state: State, record: dict[str, Any], call: str, name: str, status: str) -> Entry:
    output, failed = _output(record.get("result"))
    entry: Entry = {"type": "tool-result", "output": output, "call-id": call}
    entry["is-error"] = status in ("error", "cancelled") or (failed and not status)
    if status:
        entry["status"] = status
    match = _EXIT.search(output) if name == "run_shell_command" and isinstance(output, str) else None
    if match:
        entry["exit-code"] = int(match[1])
    entry |= stamp(record.get("timestamp"))
    display = record.get("resultDisplay")
    if isinstance(display, dict) and isinstance(display.get("newContent"), str):
        if not entry["is-error"]:
            entry |= files.states(state, name, mapping(record.get("args")), display)
    elif isinstance(display, str):
        if display.strip() not in (output if isinstance(output, str) else ""):
            entry["result-display"] = display
    elif isinstance(display, dict) and "fileDiff" not in display:
        entry["result-display"] = display
    return entry


def _output(value: Any) -> tuple[Any, bool]:
    """(output, whether it is an error): the text of a single response, else the parts as they are."""
    if value is None or isinstance(value, str):
        return value or "", False
    parts = [
        mapping(part) if not isinstance(part, str) else {"text": part}
        for part in ([value] if isinstance(value, dict) else items(value))
    ]
    if len(parts) == 1:
        response = mapping(mapping(parts[0].get("functionResponse")).get("response"))
        for key in ("output", "error"):
            if response.keys() == {key} and isinstance(response[key], str) and parts[0].keys() == {"functionResponse"}:
                return response[key], key == "error"
    return parts, False
