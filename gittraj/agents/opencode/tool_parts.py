"""Tool parts: one part goes in, the call's entry and, where it has ended, the result's entry come out."""

import re
from typing import Any

from gittraj.agents.opencode.shape import count, first, listing, mapping, text
from gittraj.agents.times import stamp
from gittraj.model.entry import Entry

_NUMBERED = re.compile(r"^\s*\d+[:|]\s?")
_EVIDENCE = ("filediff", "diff", "files", "results")  # kept, far shorter, as blob ids (see `evidence`)
_CHILD = ("sessionId", "sessionID", "session_id")


def finished(part: dict[str, Any]) -> bool:
    """Whether the tool has ended, well or badly."""
    state = mapping(part.get("state"))
    if state.get("status") in ("completed", "error"):
        return True
    return state.get("status") not in ("pending", "running") and ("output" in state or "error" in state)


def child_session(part: dict[str, Any]) -> str:
    """The session of the sub-agent that this call started, "" where it started none."""
    return text(first(mapping(part.get("state")).get("metadata"), *_CHILD))


def call_entry(part: dict[str, Any], key: str, call_id: str) -> Entry:
    """The call: what the agent asked for."""
    state = mapping(part.get("state"))
    time = mapping(state.get("time"))
    entry: Entry = {"type": "tool-call", "id": key, **stamp(time.get("start"))}
    entry |= {"name": text(part.get("tool")), "input": state.get("input"), "call-id": call_id}
    known = {"id", "sessionID", "messageID", "type", "callID", "tool", "state"}
    native = {name: value for name, value in part.items() if name not in known and value}
    if native:
        entry["native"] = native
    return entry


def result_entry(part: dict[str, Any], key: str, call_id: str) -> Entry:
    """The result without its file states: `evidence` adds these in the order of time."""
    state = mapping(part.get("state"))
    time = mapping(state.get("time"))
    metadata = mapping(state.get("metadata"))
    failed = state.get("status") == "error" or ("error" in state and "output" not in state)
    output = state.get("error") if failed and "error" in state else state.get("output")
    entry: Entry = {"type": "tool-result", "id": f"{key}:result", **stamp(time.get("end"))}
    entry |= {"output": "" if output is None else output, "call-id": call_id, "is-error": failed}
    entry["status"] = text(state.get("status")) or ("error" if failed else "completed")
    exit_code = metadata.get("exit")
    if isinstance(exit_code, int) and not isinstance(exit_code, bool) and -(2**31) <= exit_code < 2**32:
        entry["exit-code"] = exit_code
    if failed and text(state.get("output")):
        entry["partial-output"] = state["output"]
    child = child_session(part)
    if child:
        entry["session"] = child
    call_input = mapping(state.get("input"))
    title = text(state.get("title"))
    if title and title not in call_input.values():
        entry["title"] = title
    if listing(state.get("attachments")):
        entry["attachments"] = state["attachments"]
    if time.get("compacted") is not None:
        entry["pruned"] = time["compacted"]
    known = {"status", "input", "raw", "output", "error", "title", "metadata", "time", "attachments"}
    native = {name: value for name, value in state.items() if name not in known and value}
    if native:
        entry["native"] = native
    kept = _metadata(metadata, call_input, text(output))
    if kept:
        entry["metadata"] = kept
    return entry


def _metadata(metadata: dict[str, Any], call_input: dict[str, Any], output: str) -> dict[str, Any]:
    """What the metadata says beyond input and output: these are not stored a second time."""
    repeats = _Repeats(output)
    kept = {}
    for name, value in metadata.items():
        if name in _EVIDENCE or name in _CHILD or (name == "exit" and count(value) is not None):
            continue
        if name == "summary" and any(child in metadata for child in _CHILD):
            continue  # the sub-agent's calls; they are in its own session
        if isinstance(value, dict):
            value = {inner: item for inner, item in value.items() if not repeats.has(item)}
        if value is None or value is False or value in ("", [], {}) or repeats.has(value):
            continue
        if isinstance(value, (str, list, dict)) and value in call_input.values():
            continue
        kept[name] = value
    return kept


class _Repeats:
    """Whether text stands in the output already, line numbers in front of its lines or not."""

    def __init__(self, output: str) -> None:
        self._output = output
        self._lines: set[str] | None = None

    def has(self, value: Any) -> bool:
        if not isinstance(value, str) or len(value) < 8:
            return False
        if value in self._output:
            return True
        if self._lines is None:
            lines = self._output.split("\n")
            self._lines = {line.rstrip() for line in lines} | {_NUMBERED.sub("", line).rstrip() for line in lines}
        return all(line.rstrip() in self._lines for line in value.split("\n"))
