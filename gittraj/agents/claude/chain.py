"""A line's place in its chain: a decoded line goes in, its entries with id, parent, time and what changed (directory, branch) come out."""

import json
from typing import Any

from gittraj.agents.claude import events, messages
from gittraj.agents.claude.leftovers import lean
from gittraj.agents.claude.memory import LINKS, Memory, Thread, remember
from gittraj.agents.shape import OddShapeError, text
from gittraj.agents.times import stamp
from gittraj.model.entry import Entry

# Kept on an entry only where they differ from the line before: native name, name in the entry.
_TRACKED = {
    "cwd": "cwd",
    "gitBranch": "git-branch",
    "version": "agent-version",
    "sessionId": "session-id",
    "userType": "user-type",
    "entrypoint": "entrypoint",
    "permissionMode": "permission-mode",
    "slug": "slug",
}
_IN_HEAD = frozenset(("cwd", "gitBranch", "version", "sessionId", "userType"))  # the first value is the head's
_INHERITED = frozenset(
    ("version", "sessionId", "userType", "entrypoint", "permissionMode", "slug")
)  # a sub-agent has its session's
# Dealt with below, by the chain (the call's line, the turn's prompt, the sub-agent), or for display only.
COMMON = frozenset(
    (
        *(
            "type",
            "uuid",
            "parentUuid",
            "timestamp",
            "isSidechain",
            "message",
            "toolUseResult",
            "requestId",
            "forkedFrom",
        ),
        *("isMeta", "isCompactSummary", "isVisibleInTranscriptOnly", "isApiErrorMessage", "logicalParentUuid"),
        *("sourceToolAssistantUUID", "promptId", "agentId", *_TRACKED),
    )
)
_THINKING = "thinkingMetadata"
_NAMELESS = frozenset(("hook", "turn-end", "meta", "file-snapshot", "file-change"))  # events whose uuid nobody asks for
# Lines whose own content bears a name that is dealt with elsewhere.
_OWN = {"permission-mode": "permissionMode", "mode": "permissionMode", "started": "agentId", "result": "agentId"}


def entries(line: dict[str, Any], thread: Thread, memory: Memory, identity: str, side: bool) -> list[Entry]:
    """Entries of `line`, in `thread`; none where the line is folded into another entry.

    `identity`: the id of the first of them, "" where the source has none. `side`: the thread is a sub-agent's.
    Raises `OddShapeError` where the line is not understood.
    """
    parent, when = _parent(line, memory), _time(line)
    kind = line.get("type")
    if kind == "assistant":
        found = messages.assistant(line, thread, memory, side)
    elif kind == "user":
        found = messages.user(line, thread, memory)
    else:
        bears = _OWN.get(kind, "") if isinstance(kind, str) else ""
        event = events.event(line, COMMON - {bears}, memory)
        if event is None or event["event-type"] in _NAMELESS:
            alias(line, memory, parent)
            identity = ""
        if event is None:
            return []
        found = [event]
    if kind in ("assistant", "user"):
        left = lean({key: value for key, value in line.items() if key not in COMMON})
        if _THINKING in left and _same(thread, _THINKING, left[_THINKING]):
            del left[_THINKING]  # repeated with every prompt
        if isinstance(left.get("planContent"), str) and left["planContent"] in str(found[0].get("content", "")):
            del left["planContent"]
        if left:
            found[0].setdefault("native-line", left)
    for entry in found:
        entry.update(when)
    own = found[1:] if found[0].get("event-type") == "model-change" else found  # that one is ours, not the source's
    if identity:
        for number, entry in enumerate(own):
            entry["id"] = f"{identity}#{number}" if number else identity
        if parent and parent != thread.shown:
            own[0]["parent-id"] = parent
        elif not parent and thread.shown and line.get("parentUuid", "") is None:
            own[0]["is-root"] = True
        thread.shown = text(line.get("uuid"))
    _changes(line, thread, own[0], side)
    return found


def _time(line: dict[str, Any]) -> dict[str, Any]:
    when = line.get("timestamp")
    if when is None and isinstance(line.get("snapshot"), dict):
        when = line["snapshot"].get("timestamp")
    return lean(stamp(when)) if when is not None else {}


def _parent(line: dict[str, Any], memory: Memory) -> str:
    """The id of the line before in the chain that became an entry, "" for a root."""
    parent = text(line.get("parentUuid")) or text(line.get("logicalParentUuid"))
    return memory.aliases.get(parent, parent)


def alias(line: dict[str, Any], memory: Memory, parent: str) -> None:
    """Let lines whose parent is `line`, which no entry bears, hang on its own parent instead."""
    uuid = text(line.get("uuid"))
    if uuid:
        remember(memory.aliases, uuid, parent, LINKS)


def _same(thread: Thread, name: str, value: Any) -> bool:
    """Whether a field has the value it had last; remembered for the next time."""
    now = json.dumps(value, sort_keys=True)
    before = thread.fields.get(name)
    thread.fields[name] = now
    return now == before


def _changes(line: dict[str, Any], thread: Thread, entry: Entry, side: bool) -> None:
    for native, name in _TRACKED.items():
        value = line.get(native)
        if not isinstance(value, str):
            if value is not None:
                raise OddShapeError(f"{native} is no text")
            continue
        before = thread.fields.get(native)
        if value == before:
            continue
        thread.fields[native] = value
        first = before is None and native in (_INHERITED if side else _IN_HEAD)
        if not first and not (entry["type"] == "system-event" and "data" in entry and native in entry["data"]):
            entry[name] = value
