"""Cursor agent transcripts: a path and a position go in, a `Reading` comes out.

A line is ``{role, message: {content: [block]}}``. The transcript has no times, models, tokens or results of tools; newer
versions add some of them, which are read where they are found.
"""

import os
from typing import Any

from gittraj.agents.jsonl import Line, Lines
from gittraj.agents.shape import raw
from gittraj.agents.times import stamp
from gittraj.errors import AgentError
from gittraj.model.entry import Entry
from gittraj.model.session import Position, Reading, SessionHead

_IMAGES = ("image", "file", "document")
_TIMES = ("timestamp", "createdAt", "created_at")
_THOUGHTS = ("thinking", "reasoning", "redacted_thinking")


def read(path: str, start: Position | None = None, *, until: int | None = None, session: str = "") -> Reading:
    """Entries from `start` to the end or to byte `until`. Raises `AgentError`."""
    start = start or Position()
    lines = Lines(path, start.offset, until)
    number = start.state.get("line", 0)
    number = number if isinstance(number, int) else 0
    model = start.state.get("model", "")
    model = model if isinstance(model, str) else ""
    entries: list[Entry] = []
    ends: list[int] = []
    unknown = 0
    for line in lines:
        found, odd = _entries(line, number)
        number += 1
        unknown += odd
        model = model or _model(line.value)
        entries += found
        ends += [line.end] * len(found)
    if not number and lines.torn:
        raise AgentError(f"{path}: not one whole line")
    head = SessionHead(
        agent="cursor",
        session_id=session or os.path.basename(path).removesuffix(".jsonl"),
        format="cursor-jsonl",
        model=model,
        models=(model,) if model else (),
    )
    following = Position(lines.end, start.entry + len(entries), {"line": number, "model": model})
    return Reading(head, entries, ends, following, lines.sha256, start.offset, unknown, lines.torn)


def _entries(line: Line, number: int) -> tuple[list[Entry], int]:
    """Entries of a line, and how many of them were not understood."""
    value = line.value
    if line.damage:
        return [_unknown(f"{number}", line.raw)], 1
    message = value.get("message") if isinstance(value, dict) else None
    role = value.get("role") if isinstance(value, dict) else None
    if isinstance(value, dict) and value.get("type") in ("turn_ended", "turn_end") and role is None:
        event: Entry = {"type": "system-event", "id": f"{number}", **_time(value), "event-type": "turn-end"}
        return [{**event, "data": {name: raw(item) for name, item in value.items() if name != "type"}}], 0
    if not isinstance(message, dict) or role not in ("user", "assistant"):
        return [_unknown(f"{number}", value)], 1
    content = message.get("content")
    blocks = content if isinstance(content, list) else [{"type": "text", "text": content}]
    when = _time(value) or _time(message)
    walk = _Line(number, role, when, message)
    for index, block in enumerate(blocks):
        walk.block(index, block)
    if role == "user":
        walk.prompt()
    extra = {name: raw(item) for name, item in value.items() if name not in ("role", "message", *_TIMES)}
    extra |= {name: raw(item) for name, item in message.items() if name not in ("role", "content", "model", *_TIMES)}
    if extra and walk.found:
        walk.found[0]["native"] = extra
    elif extra or not walk.found:
        walk.odd(f"{number}", value)
    return walk.found, walk.unknown


class _Line:
    """The blocks of one line, one entry each; a user's text and pictures become one prompt."""

    def __init__(self, number: int, role: str, when: dict[str, Any], message: dict[str, Any]) -> None:
        self.number, self.role, self.when = number, role, when
        model = _model({"message": message})
        self.model = {"model-id": model} if model else {}
        self.found: list[Entry] = []
        self.unknown = 0
        self._blocks: list[Any] = []

    def block(self, index: int, block: Any) -> None:
        kind = block.get("type") if isinstance(block, dict) else None
        key = f"{self.number}:{index}"
        if self.role == "user" and (kind == "text" or kind in _IMAGES):
            self._blocks.append({name: raw(item) for name, item in block.items()})
        elif kind == "text":
            entry = {"type": "assistant", "id": key, **self.when, **self.model, "content": raw(block.get("text"))}
            self._add(entry, block, ("type", "text"))
        elif kind in _THOUGHTS:
            text = next(
                (block[name] for name in ("thinking", "text", "reasoning") if isinstance(block.get(name), str)), ""
            )
            entry = {"type": "reasoning", "id": key, **self.when, "content": text}
            for name in ("signature", "data"):
                if isinstance(block.get(name), str):
                    entry["encrypted"] = block[name]
            self._add(entry, block, ("type", "thinking", "text", "reasoning", "signature", "data"))
        elif kind == "tool_use" and isinstance(block.get("name"), str):
            call_id = block.get("id") if isinstance(block.get("id"), str) and block.get("id") else key
            entry = {
                "type": "tool-call",
                "id": key,
                **self.when,
                "name": block["name"],
                "input": raw(block.get("input")),
            }
            self._add({**entry, "call-id": call_id}, block, ("type", "name", "input", "id"))
        elif kind == "tool_result":
            call_id = block.get("tool_use_id", block.get("id"))
            entry = {"type": "tool-result", "id": key, **self.when, "output": raw(block.get("content", ""))}
            entry |= {"call-id": call_id} if isinstance(call_id, str) else {}
            entry["is-error"] = block.get("is_error") is True
            self._add(entry, block, ("type", "content", "id", "tool_use_id", "is_error"))
        elif isinstance(block, dict) and self.role == "assistant" and kind in _IMAGES:
            entry = {"type": "assistant", "id": key, **self.when, **self.model, "content": [raw(block)]}
            self.found.append(entry)
        else:
            self.odd(key, block)

    def prompt(self) -> None:
        """The user's text as it stands, ``<user_query>`` around it included."""
        if not self._blocks and self.found:
            return
        plain = len(self._blocks) == 1 and self._blocks[0].keys() == {"type", "text"}
        content = self._blocks[0]["text"] if plain else self._blocks
        self.found.insert(0, {"type": "user", "id": f"{self.number}", **self.when, "content": content or ""})

    def odd(self, key: str, value: Any) -> None:
        self.unknown += 1
        self.found.append(_unknown(key, value))

    def _add(self, entry: Entry, block: dict[str, Any], known: tuple[str, ...]) -> None:
        extra = {name: raw(item) for name, item in block.items() if name not in known}
        self.found.append({**entry, "native": extra} if extra else entry)


def _unknown(key: str, value: Any) -> Entry:
    return {"type": "system-event", "id": f"{key}:unknown", "event-type": "unknown", "data": {"raw": raw(value)}}


def _model(value: Any) -> str:
    message = value.get("message") if isinstance(value, dict) else None
    model = message.get("model") if isinstance(message, dict) else None
    return model if isinstance(model, str) else ""


def _time(value: dict[str, Any]) -> dict[str, Any]:
    return next((stamp(raw(value[name])) for name in _TIMES if name in value), {})
