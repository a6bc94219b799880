"""What Codex records beside its calls: exact diffs, commands and exit codes go in, they wait at the call for its result.

`item_completed` (and `patch_apply_end`, `exec_command_end` before it) come between a call and its output. They name the call, or,
for calls made inside a code-mode script, an id of their own: then the script's call is the one that is open.
"""

from typing import Any
from urllib.parse import unquote

from gittraj.agents.codex.state import State
from gittraj.agents.shape import items, mapping, raw, text, whole
from gittraj.codec.digest import git_blob_id
from gittraj.model.entry import Entry

_SCRIPTS = ("exec", "wait")  # code mode: a script starts with `exec` and may go on under `wait`
_TAIL = 4096  # characters kept of a late command's output, which the results have shown piece by piece


def file_change(state: State, ident: str, item: dict[str, Any]) -> list[Entry]:
    """A `FileChange`: waits for the call's result, or becomes a ``file-change`` event where no call is open."""
    changes = []
    for path, change in mapping(item.get("changes")).items():
        changes.append({"path": path, **_change(mapping(change))})
    status = text(item.get("status"))
    failed = item.get("success") is False or status in ("failed", "declined")
    stderr = text(item.get("stderr"))
    call = _open(state, ident)
    if call is None:
        return [_event("file-change", {"id": ident, "changes": changes, "status": status, "stderr": stderr})]
    waiting = state.open[call]
    if ident in waiting.setdefault("seen", []):  # both events of a version in between
        return []
    waiting["seen"].append(ident)
    if call != ident:
        changes = [{**change, "nested-id": ident, **({"status": status} if failed else {})} for change in changes]
    else:
        waiting["status"] = status
        waiting["failed"] = failed
    waiting.setdefault("changes", []).extend(changes)
    if stderr:
        waiting["stderr"] = waiting.get("stderr", "") + stderr
    return []


def command(state: State, ident: str, item: dict[str, Any]) -> list[Entry]:
    """A `CommandExecution`: exit code and output wait for the result; a nested or late one keeps its command too."""
    line = [text(word) for word in items(item.get("command"))]
    data: dict[str, Any] = {
        "command": line[2] if len(line) == 3 and line[1] in ("-lc", "-c") else line,
        "cwd": directory(text(item.get("cwd"))),
    }
    code = whole(item.get("exit_code"))
    if code is not None:
        data["exit-code"] = code
    output = text(item.get("aggregated_output"))
    status = text(item.get("status"))
    call = _open(state, ident)
    if call is None:
        if len(output) > _TAIL:
            output = output[-_TAIL:]
            data["cut"] = True
        return [_event("command", {"id": ident, **data, "status": status, "output": output})]
    waiting = state.open[call]
    if ident in waiting.setdefault("seen", []):
        return []
    waiting["seen"].append(ident)
    if call == ident:
        if code is not None:
            waiting["exit-code"] = code
        waiting["output"] = output
        if status not in ("", "completed", "failed"):
            waiting["status"] = status
    else:
        waiting.setdefault("nested", []).append({"nested-id": ident, **data, "output": output})
    return []


def other(state: State, ident: str, item: dict[str, Any]) -> list[Entry]:
    """Any other completed item: an error flag for its open call, part of a script's result, or an event of its own."""
    failed = bool(item.get("error")) or item.get("status") in ("failed", "declined") or item.get("success") is False
    call = _open(state, ident)
    if call is None:
        return [_event("meta", {"item": raw(item)})]
    if call == ident:
        if failed:
            state.open[call]["failed"] = True
    else:
        state.open[call].setdefault("nested", []).append({"nested-id": ident, "item": raw(item)})
    return []


def flush(state: State) -> list[Entry]:
    """Events for what still waits when a turn ends: no result will follow."""
    entries = []
    for call, waiting in state.open.items():
        for key, kind in (("changes", "file-change"), ("nested", "command")):
            if waiting.get(key):
                entries.append(_event(kind, {"call-id": call, key: waiting[key]}))
        if "exit-code" in waiting or waiting.get("output"):
            entries.append(
                _event("command", {"call-id": call, **{k: waiting[k] for k in ("exit-code", "output") if k in waiting}})
            )
    state.open.clear()
    return entries


def directory(url: str) -> str:
    """A working directory: newer versions write it as a file URL."""
    if not url.startswith("file://"):
        return url
    path = unquote(url.removeprefix("file://"))
    return path[1:] if len(path) > 2 and path[0] == "/" and path[2] == ":" else path


def _change(change: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in change.items() if value is not None}
    if change.get("type") == "delete" and isinstance(change.get("content"), str):
        data = kept.pop("content").encode("utf-8", "surrogatepass")  # the file as it was: the repository holds it
        kept["pre-blob"] = git_blob_id(data)
        kept["pre-bytes"] = len(data)
    return kept


def _open(state: State, ident: str) -> str | None:
    if ident in state.open:
        return ident
    if ident.startswith(
        "call_"
    ):  # a call of its own whose result came before (a command that ran on in the background)
        return None
    scripts = [call for call, waiting in state.open.items() if waiting["name"] in _SCRIPTS]
    return scripts[-1] if scripts else None


def _event(kind: str, data: dict[str, Any]) -> Entry:
    kept = {key: value for key, value in data.items() if value not in ("", None)}
    return {"type": "system-event", "event-type": kind, "data": kept}
