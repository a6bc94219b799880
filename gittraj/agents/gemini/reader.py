"""Chats: a path and a position go in, the session's entries with the offsets where they end come out.

A ``.jsonl`` chat only grows; a ``.json`` one (until 0.38) is rewritten whole, so what is new in it is told from the messages known.
"""

import os
import re
from typing import Any

import msgspec

from gittraj.agents.gemini import marker, messages
from gittraj.agents.gemini.state import State
from gittraj.agents.gemini.subagents import Family
from gittraj.agents.jsonl import LINE_LIMIT, Line, Lines
from gittraj.agents.shape import OddShapeError, digestible, items, mapping, raw, shallow, text
from gittraj.agents.times import stamp
from gittraj.codec.digest import sha256_hex
from gittraj.errors import AgentError
from gittraj.model.entry import Entry
from gittraj.model.session import Position, Reading

_IDENTITY = ("sessionId", "projectHash", "startTime", "lastUpdated", "kind", "messages")
_WORKSPACE = re.compile(r"(?:working in the directory: |Workspace Directories:\*{0,2}\s+- )([^\n]+)")


def read(path: str, start: Position | None = None, *, until: int | None = None, above: tuple[str, ...] = ()) -> Reading:
    """Entries from `start` to the end or to byte `until` (of a ``.jsonl`` chat).

    `above`: chats of the agents that spawned this one. Raises `AgentError`.
    """
    start = start or Position()
    try:
        state = msgspec.convert(start.state, State)
    except msgspec.ValidationError as error:
        raise AgentError(f"{path}: the remembered position is not one of this reader: {error}") from error
    if not state.cwd:
        state.cwd = _project_root(path)
    family = Family(path, state, above, read)
    if start.offset == 0 and _is_whole(path):
        return _whole(path, start, state, family)
    state.format = "gemini-jsonl"  # also of a chat whose .json was migrated: what was known of it is not made again
    lines = Lines(path, start.offset, until)
    entries: list[Entry] = []
    ends: list[int] = []
    for line in lines:
        made = _line(state, family, line, path)
        made = _identified(state, family, made, f"#{state.item}")
        entries += made
        ends += [line.end] * len(made)
    position = Position(offset=lines.end, entry=start.entry + len(entries), state=msgspec.to_builtins(state))
    return Reading(
        head=state.head(),
        entries=entries,
        ends=ends,
        next=position,
        sha256=lines.sha256,
        start=start.offset,
        unknown=_unknown(entries) + family.unknown,
        torn=lines.torn,
    )


def _project_root(path: str) -> str:
    """The directory of the chat's project, kept beside it (a sub-agent's chat lies one folder deeper), "" where nothing tells."""
    folder = os.path.dirname(os.path.abspath(path))
    for _ in range(3):
        root = marker(folder)
        if root:
            return root
        folder = os.path.dirname(folder)
    return ""


def _is_whole(path: str) -> bool:
    """Whether the file is one JSON object: on several lines, or with its messages inside."""
    try:
        with open(path, "rb") as file:
            first = file.readline(65536)
    except OSError as error:
        raise AgentError(f"{path}: cannot be read: {error.strerror}") from error
    if first.strip() == b"{":
        return True
    return b'"messages"' in first and b'"$set"' not in first and (b'"sessionId"' in first or len(first) == 65536)


def _whole(path: str, start: Position, state: State, family: Family) -> Reading:
    try:
        with open(path, "rb") as file:
            data = file.read(LINE_LIMIT + 1)
        if len(data) > LINE_LIMIT:
            raise AgentError(f"{path}: more than {LINE_LIMIT} bytes")
        value = msgspec.json.decode(data.decode("utf-8", "replace"))
        chat = mapping(value)
        messages_ = items(chat.get("messages"))
    except OSError as error:
        raise AgentError(f"{path}: cannot be read: {error.strerror}") from error
    except (msgspec.DecodeError, OddShapeError, RecursionError) as error:
        raise AgentError(f"{path}: is not a whole chat: {error}", hint="it may be being written: try again") from error
    state.format = "gemini-json"
    state.item = 0  # messages without an id are known by their place
    entries: list[Entry] = []
    header = {key: each for key, each in chat.items() if key in _IDENTITY and key != "messages"}
    rest = {key: each for key, each in chat.items() if key not in _IDENTITY}
    for value in [*([] if state.session else [header]), *messages_, {"$set": rest}]:
        made = [entry for entry in _line(state, family, Line(0, value), path) if _is_new(state, entry)]
        entries += _identified(state, family, made, f"#w{start.entry + len(entries)}")
    position = Position(entry=start.entry + len(entries), state=msgspec.to_builtins(state))
    return Reading(
        head=state.head(),
        entries=entries,
        ends=[0] * len(entries),
        next=position,
        sha256=sha256_hex(data),
        unknown=_unknown(entries) + family.unknown,
    )


def _line(state: State, family: Family, line: Line, path: str) -> list[Entry]:
    """The entries of one line (or message); one ``unknown`` event where it is not understood."""
    state.item += 1
    value = line.value
    if not isinstance(value, dict) or not shallow(value):
        data = {"raw": line.raw if line.damage else raw(value), **({"damage": line.damage} if line.damage else {})}
        return [_event("unknown", data)]
    try:
        entries = _record(state, family, value, path)
    except OddShapeError:
        entries = None
    return [_event("unknown", {"raw": value}, value.get("timestamp"))] if entries is None else entries


def _record(state: State, family: Family, value: dict[str, Any], path: str) -> list[Entry] | None:
    if "$set" in value:
        return _set(state, family, mapping(value["$set"]))
    if "$rewindTo" in value:
        target = text(value["$rewindTo"])
        known = list(state.messages)
        if target in state.messages:
            state.dropped += sum(state.messages[ident] > 0 for ident in known[known.index(target) :])
        return [_event("rewind", {"to": target})]
    if "id" in value:
        state.fresh = False
        return _message(state, family, value)
    if "sessionId" in value and ("projectHash" in value or "startTime" in value):
        return _header(state, value, path)
    return None


def _header(state: State, value: dict[str, Any], path: str) -> list[Entry]:
    resumed = bool(state.session)
    state.fresh = True
    if not resumed:
        state.session = text(value["sessionId"])
        state.started = text(value.get("startTime"))
        state.kind = text(value.get("kind"))
        if state.kind == "subagent":
            state.parent = os.path.basename(os.path.dirname(os.path.abspath(path)))
    data = {
        key: each
        for key, each in value.items()
        if key in ("kind", "directories", "summary", "projectHash") and each is not None
    }
    return [_event("session-start", {"resumed": True} if resumed else data, value.get("startTime"))]


def _message(state: State, family: Family, value: dict[str, Any], *, history: bool = False) -> list[Entry] | None:
    entries = messages.entries(state, value, family, history=history)
    if not state.cwd:
        match = _WORKSPACE.search(str(value.get("content"))[:4096].replace("\\n", "\n"))
        state.cwd = match[1].strip() if match else ""
    return entries


def _set(state: State, family: Family, values: dict[str, Any]) -> list[Entry]:
    """A patch of the chat: a replaced conversation (resumed, compressed or masked), a title, other settings."""
    entries: list[Entry] = []
    history = [mapping(message) for message in items(values.get("messages"))]
    if history:
        kept = {text(message.get("id")) for message in history}
        dropped = sum(taken > 0 and ident not in kept for ident, taken in state.messages.items())
        if dropped > state.dropped and not state.fresh:
            state.dropped = dropped
            entries.append(
                _event("compaction", {"messages": len(history), "dropped": dropped}, values.get("lastUpdated"))
            )
        for message in history:
            found = _message(state, family, message, history=True)
            entries += [_event("unknown", {"raw": message})] if found is None else found
    for key, value in values.items():
        if key in _IDENTITY or value is None:
            continue
        digest = sha256_hex(digestible(value).encode())[:16]
        if state.settings.get(key) != digest:
            state.settings[key] = digest
            entries.append(_event("title" if key == "summary" else "settings", {key: value}))
    return entries


def _event(kind: str, data: dict[str, Any], when: Any = None) -> Entry:
    return {"type": "system-event", "event-type": kind, "data": data, **stamp(when)}


def _identified(state: State, family: Family, entries: list[Entry], place: str) -> list[Entry]:
    """`entries`, each with an id: its own, or its place; a sub-agent's begin with its session."""
    prefix = f"{state.session[:8]}:" if family.above else ""
    for number, entry in enumerate(entries):
        entry["id"] = prefix + entry.get("id", f"{place}.{number}")
    return entries


def _is_new(state: State, entry: Entry) -> bool:
    """False for a raw item that a reading before found in the same file: it has no id by which it would be known."""
    if entry.get("event-type") != "unknown":
        return True
    digest = sha256_hex(digestible(entry["data"]).encode())[:16]
    known = f"unknown:{digest}" in state.settings
    state.settings[f"unknown:{digest}"] = digest
    return not known


def _unknown(entries: list[Entry]) -> int:
    return sum(entry.get("event-type") == "unknown" for entry in entries)
