"""Lines of a pi session: a decoded line goes in, its entries come out (id, parent and time are added by `reader`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from gittraj.agents.shape import OddShapeError, items, mapping, shallow, text
from gittraj.model.entry import Entry

if TYPE_CHECKING:
    from gittraj.agents.pi.reader import Memory

_USAGE = {
    "input": "input",
    "output": "output",
    "cacheRead": "cached",
    "cacheWrite": "cache-write",
    "reasoning": "reasoning",
    "totalTokens": "total",
}
_MOST = (1 << 64) - 1  # CBOR's unsigned integers
_ASSISTANT = frozenset(("role", "content", "model", "usage", "stopReason", "timestamp", "provider", "api"))
_EXIT = re.compile(r"(?:^|\n)Command exited with code (\d{1,9})$")
_SIGNATURES = ("textSignature", "thinkingSignature", "thoughtSignature")  # opaque; useless once the text is there
_EVENTS = {
    "compaction": "compaction",
    "branch_summary": "branch",
    "thinking_level_change": "settings",
    "session_info": "title",
    "custom": "meta",
    "custom_message": "meta",
    "label": "meta",
}
_ROLES = {
    "bashExecution": "command",
    "custom": "meta",
    "hookMessage": "meta",
    "branchSummary": "branch",
    "compactionSummary": "compaction",
}
_CHAIN = frozenset(("type", "id", "parentId", "timestamp"))


def unknown(raw: Any) -> Entry:
    """The event for an item that is not understood."""
    return {"type": "system-event", "event-type": "unknown", "data": {"raw": raw}}


def event(line: dict[str, Any], memory: Memory) -> Entry:
    """The event that a line is which is no message. Raises `OddShapeError` where it is not understood."""
    kind = line.get("type")
    data = {key: value for key, value in line.items() if key not in _CHAIN}
    if kind == "model_change":
        provider, model = text(data.pop("provider", None)), text(data.pop("modelId", None))
        told = {"from": memory.model, "to": model, "provider": provider}
        memory.model, memory.provider = model or memory.model, provider or memory.provider
        return _event("model-change", {**{key: value for key, value in told.items() if value}, **data})
    if not isinstance(kind, str) or kind not in _EVENTS:
        raise OddShapeError(f"lines of type {kind!r} are not known")
    if "tokensBefore" in data:
        data["tokens-before"] = data.pop("tokensBefore")
    return _event(_EVENTS[kind], {"kind": kind, **data} if _EVENTS[kind] == "meta" else data)


def message(line: dict[str, Any], memory: Memory) -> list[Entry]:
    """Entries of a message line, at least one. Raises `OddShapeError` where it is not understood."""
    told = mapping(line.get("message"))
    if not told:
        raise OddShapeError("a message is missing")
    role = told.get("role")
    if role == "assistant":
        found = _assistant(told, memory)
    elif role == "user":
        found = _user(told)
    elif role == "toolResult":
        found = [_result(told)]
    elif isinstance(role, str) and role in _ROLES:
        data = {key: value for key, value in told.items() if key not in ("role", "timestamp")}
        if "exitCode" in data:
            data["exit-code"] = data.pop("exitCode")
        found = [_event(_ROLES[role], {"kind": role, **data})]
    else:
        raise OddShapeError(f"the role {role!r} is not known")
    _leftovers(
        found[0], {key: value for key, value in line.items() if key not in _CHAIN and key != "message"}, "native-line"
    )
    return found


def _assistant(told: dict[str, Any], memory: Memory) -> list[Entry]:
    content = told.get("content")
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else items(content)
    found = [_spoken(block) for block in blocks] or [{"type": "assistant", "content": ""}]
    model, provider = text(told.get("model")), text(told.get("provider"))
    for entry in found:
        if model and (entry["type"] == "assistant" or entry is found[0]):
            entry["model-id"] = model
    stop = text(told.get("stopReason"))
    if stop:
        found[-1]["stop-reason"] = stop
    _usage(found[0], told.get("usage"))
    left = {key: value for key, value in told.items() if key not in _ASSISTANT}
    if provider != memory.provider:
        left["provider"] = provider
    _leftovers(found[0], left, "native-message")
    if model and model != memory.model:
        if memory.model:  # changed without a line that says so
            found.insert(0, _event("model-change", {"from": memory.model, "to": model}))
        memory.model, memory.provider = model, provider
    return found


def _spoken(block: Any) -> Entry:
    if isinstance(block, dict):
        kind = block.get("type")
        if kind == "text" and isinstance(block.get("text"), str):
            return _rest({"type": "assistant", "content": block["text"]}, block, "text")
        if kind == "thinking" and isinstance(block.get("thinking"), str):
            entry: Entry = {"type": "reasoning", "content": block["thinking"]}
            if not entry["content"] and isinstance(block.get("thinkingSignature"), str):
                entry["encrypted"] = block["thinkingSignature"]
            return _rest(entry, block, "thinking")
        if kind == "toolCall" and isinstance(block.get("name"), str) and isinstance(block.get("id", ""), str):
            given = block.get("arguments")
            if shallow(given):
                entry = {"type": "tool-call", "name": block["name"], "input": given}
                if "id" in block:
                    entry["call-id"] = block["id"]
                return _rest(entry, block, "id", "name", "arguments")
    return unknown(_bounded(block))


def _user(told: dict[str, Any]) -> list[Entry]:
    content = told.get("content")
    entry: Entry = {"type": "user", "content": content if isinstance(content, str) else _plain(items(content))}
    return [_rest(entry, told, "role", "content", "timestamp")]


def _result(told: dict[str, Any]) -> Entry:
    call, output = text(told.get("toolCallId")), told.get("content")
    entry: Entry = {
        "type": "tool-result",
        **({"call-id": call} if call else {}),
        "name": text(told.get("toolName")),
        "output": _plain(output) if isinstance(output, list) else _bounded(output),
        "is-error": told.get("isError") is True,
    }
    ended = _EXIT.search(entry["output"]) if entry["name"] == "bash" and isinstance(entry["output"], str) else None
    if ended:
        entry["exit-code"] = int(ended[1])
    details = told.get("details")
    if details is not None:
        entry["details"] = _bounded(details)
    if not isinstance(told.get("isError"), bool):
        _leftovers(entry, {"isError": told.get("isError")}, "native")
    return _rest(entry, told, "role", "toolCallId", "toolName", "content", "isError", "details", "timestamp")


def _plain(blocks: list[Any]) -> Any:
    """The text where there is one block and it is nothing but text, else the blocks."""
    if len(blocks) == 1 and isinstance(blocks[0], dict) and blocks[0].get("type") == "text" and len(blocks[0]) == 2:
        return blocks[0].get("text", blocks)
    return _bounded(blocks)


def _usage(entry: Entry, usage: Any) -> None:
    if usage is None:
        return
    numbers = usage if isinstance(usage, dict) else {}
    counted: dict[str, Any] = {}
    for key, name in _USAGE.items():
        number = numbers.get(key)
        if isinstance(number, int) and not isinstance(number, bool) and 0 < number <= _MOST:
            counted[name] = number
    cost = numbers.get("cost")
    total = cost.get("total") if isinstance(cost, dict) else None
    if isinstance(total, (int, float)) and not isinstance(total, bool) and 0 < total < 1e12:
        counted["cost"] = total
    if counted:
        entry["token-usage"] = counted
    odd = [key for key in _USAGE if not isinstance(numbers.get(key, 0), int)]
    if odd or not isinstance(usage, dict):
        entry["native-usage"] = _bounded(usage)


def _event(event_type: str, data: dict[str, Any]) -> Entry:
    return {"type": "system-event", "event-type": event_type, "data": _bounded(data)}


def _rest(entry: Entry, block: dict[str, Any], *known: str) -> Entry:
    left = {key: value for key, value in block.items() if key != "type" and key not in known and key not in _SIGNATURES}
    _leftovers(entry, left, "native")
    return entry


def _leftovers(entry: Entry, left: dict[str, Any], name: str) -> None:
    kept = {key: value for key, value in left.items() if value is not None and value != ""}
    if kept:
        entry[name] = _bounded(kept)


def _bounded(value: Any) -> Any:
    if not shallow(value):
        raise OddShapeError("nested too deep")
    return value
