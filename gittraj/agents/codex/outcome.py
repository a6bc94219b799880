"""How a call ended: the output item and the evidence seen before it go in, a ``tool-result`` entry comes out.

Codex writes no error flag (the item's own status is "completed" even for a refused patch), so it is told from the exit code,
from what its events say, and from the words with which Codex itself begins an error.
"""

import re
from typing import Any

import msgspec

from gittraj.agents.shape import OddShapeError, items, mapping, shallow, text, whole
from gittraj.model.entry import Entry

# the command's own output follows these lines, so only the beginning is looked at
_EXIT = re.compile(r"(?:^|\n)(?:Process exited with code|Exit code:) (-?\d{1,10})\n?")
_HEADER = 400
_FAILURES = (
    "apply_patch verification failed", "patch rejected", "Script failed", "Script error", "exec_command failed",
    "write_stdin failed", "failed to parse function arguments", "failed to parse exec_command", "unsupported call",
    "unsupported custom tool call", "tool call error", "execution error", "failed in sandbox", "command timed out",
    "aborted", "err: ", "failed for", "unknown process id",
)  # fmt: skip


def result(payload: dict[str, Any], evidence: dict[str, Any]) -> Entry:
    """The entry for an output item; `evidence` as `evidence` collected it. Raises `OddShapeError`."""
    output, success, code = _output(payload.get("output"))
    shown = _shown(output)
    if code is None:
        code = evidence.get("exit-code")
    if code is None:
        match = _EXIT.search(shown[:_HEADER])
        code = int(match[1]) if match else None
    failed = bool(code) or evidence.get("failed", False) or success is False or shown.lstrip().startswith(_FAILURES)
    entry: Entry = {"type": "tool-result", "output": output, "is-error": failed}
    nested = [_without_repeated(call, shown) for call in evidence.get("nested", [])]
    if code is None and len(commands := [call for call in nested if "exit-code" in call]) == 1:
        code = commands[0]["exit-code"]
    if code is not None:
        entry["exit-code"] = code
    for key in ("status", "changes", "stderr"):
        if evidence.get(key):
            entry[key] = evidence[key]
    if evidence.get("output") and evidence["output"].strip() not in shown:
        entry["aggregated-output"] = evidence["output"]
    if nested:
        entry["nested"] = nested
    if evidence.get("agents"):
        entry["agents"] = True  # for `subagents`, which takes it off
    return entry


def _output(value: Any) -> tuple[Any, bool | None, int | None]:
    """(output, success flag, exit code): the output unpacked from the forms that Codex gave it over time."""
    if isinstance(value, dict):  # 2025: {content, success}
        content = value.get("content")
        success = value.get("success")
        return (value if content is None else content), (success if isinstance(success, bool) else None), None
    if isinstance(value, str):
        return _unpacked(value)
    parts = [mapping(part) for part in items(value)]
    if parts and all(part.keys() == {"type", "text"} and isinstance(part["text"], str) for part in parts):
        return "".join(part["text"] for part in parts), None, None
    return parts, None, None


def _unpacked(value: str) -> tuple[Any, bool | None, int | None]:
    """Until 0.9x the output was JSON text: {"output": …, "metadata": {"exit_code": …}}."""
    if value.startswith('{"output":') and '"metadata"' in value:
        try:
            inner = msgspec.json.decode(value)
            metadata = mapping(inner.get("metadata"))
            if inner.keys() == {"output", "metadata"} and shallow(inner):
                return text(inner["output"]), None, whole(metadata.get("exit_code"))
        except (msgspec.DecodeError, RecursionError, OddShapeError):
            pass  # the tool printed something that looks like it
    return value, None, None


def _shown(output: Any) -> str:
    if isinstance(output, str):
        return output
    parts = output if isinstance(output, list) else []
    return "".join(part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str))


def _without_repeated(call: dict[str, Any], shown: str) -> dict[str, Any]:
    if call.get("output", "").strip() in shown:
        return {key: value for key, value in call.items() if key != "output"}
    return call
