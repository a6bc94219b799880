"""Lines that are no messages: a decoded line goes in, its system-event comes out (None where it says nothing or is told by another entry)."""

from typing import Any

from gittraj.agents.claude.attachments import attachment
from gittraj.agents.claude.leftovers import lean
from gittraj.agents.claude.memory import LINKS, Memory, remember
from gittraj.agents.shape import OddShapeError, mapping, text
from gittraj.model.entry import Entry

# type of the line: (event-type, whether data keeps the line's type as `kind`)
_LINES = {
    "summary": ("title", False),
    "custom-title": ("title", True),
    "ai-title": ("title", True),
    "tag": ("title", True),
    "mode": ("settings", False),
    "permission-mode": ("settings", False),
    "agent-name": ("settings", False),
    "agent-color": ("settings", False),
    "agent-setting": ("settings", False),
    "queue-operation": ("meta", True),
    "pr-link": ("meta", True),
    "last-prompt": ("meta", True),
    "task-summary": ("meta", True),
    "worktree-state": ("meta", True),
    "relocated": ("settings", True),
    "frame-link": ("meta", True),
    "bridge-session": ("meta", True),
    "atis-latch": ("meta", True),
    "attribution-snapshot": ("meta", True),
    "content-replacement": ("meta", True),
    "speculation-accept": ("meta", True),
    "started": ("meta", True),  # an agent of a workflow
    "result": ("meta", True),
}
_SYSTEM = {
    "api_error": "error",
    "local_command": "command",
    "turn_duration": "turn-end",
    "stop_hook_summary": "hook",
}
_COMPACTION = {"trigger": "trigger", "preTokens": "tokens-before", "postTokens": "tokens-after"}
_NEEDLESS = (
    "hookCount",
    "level",
    "toolUseID",
)  # the number of `hookInfos`; how it is displayed; an id that nothing else has


_OUTPUT_SO_FAR = ("bash_progress", "powershell_progress", "mcp_progress")
_HOOK = {"hookEvent", "hookName", "command"}  # the name begins with the event


def event(line: dict[str, Any], common: frozenset[str], memory: Memory) -> Entry | None:
    """The event that `line` is; keys in `common` are dealt with elsewhere. What runs during a call is noted in `memory`. Raises `OddShapeError` where it is not understood."""
    kind = line.get("type")
    if kind == "system":
        return _system(line, common)
    if kind == "progress":
        return _progress(line, memory)
    if kind == "attachment":
        return attachment(mapping(line.get("attachment")), memory)
    if kind == "file-history-snapshot":
        return _snapshot(line, memory)
    if isinstance(kind, str) and kind in _LINES:
        name, keep = _LINES[kind]
        data = lean({key: value for key, value in line.items() if key not in common})
        return _entry(name, {"kind": kind, **data} if keep else data)
    raise OddShapeError(f"lines of type {kind!r} are not known")


def _entry(event_type: str, data: dict[str, Any]) -> Entry:
    return {"type": "system-event", "event-type": event_type, "data": data}


def _system(line: dict[str, Any], common: frozenset[str]) -> Entry:
    subtype = text(line.get("subtype"))
    data = {key: value for key, value in line.items() if key not in common and key != "subtype"}
    if subtype.endswith("compact_boundary"):
        of = mapping(data.pop("compactMetadata", None) or data.pop("microcompactMetadata", None))
        told = {_COMPACTION.get(key, key): value for key, value in of.items()}
        return _entry("compaction", lean({"kind": subtype, **told, **data}))
    if subtype in _SYSTEM:
        for key in _NEEDLESS:
            data.pop(key, None)
        if subtype == "stop_hook_summary":
            data["hookEvent"] = "Stop"
        return _entry(_SYSTEM[subtype], lean(data))
    return _entry("meta", lean({"kind": subtype or "system", **data}))


def _progress(line: dict[str, Any], memory: Memory) -> Entry | None:
    data = dict(mapping(line.get("data")))
    kind = text(data.pop("type", None))
    call = text(line.get("parentToolUseID"))
    running = memory.running.get(call)
    if running and kind in _OUTPUT_SO_FAR:  # the result has it all; a session of long commands would double
        running.lines += 1
        return None
    if kind != "hook_progress":
        data["kind"] = kind
    elif running and data.keys() == _HOOK:
        running.hooks.append(f"{text(data['hookName'])} {text(data['command'])}")
        return None
    entry = _entry("hook" if kind == "hook_progress" else "meta", lean(data))
    if call.startswith("toolu_"):
        entry["call-id"] = call
    return entry


def _snapshot(line: dict[str, Any], memory: Memory) -> Entry | None:
    """The files whose kept copy is another than in the snapshot before; each line names all of them again."""
    backups = mapping(mapping(line.get("snapshot")).get("trackedFileBackups"))
    if not backups:
        return None  # one is written with every prompt
    files = {}
    for path, backup in backups.items():
        name = mapping(backup).get("backupFileName")
        told = text(name)
        if memory.backups.get(path) != told:
            files[path] = name
        remember(memory.backups, path, told, LINKS)
    data = {"messageId": line.get("messageId"), "isSnapshotUpdate": line.get("isSnapshotUpdate"), "files": files}
    return _entry("file-snapshot", lean(data))
