"""Entries of prompts, answers, thoughts and failures: a message (with one of its parts) goes in, the entry comes out."""

from typing import Any

from gittraj.agents.opencode.shape import count, listing, mapping, text
from gittraj.agents.opencode.store import Message
from gittraj.agents.times import stamp
from gittraj.model.entry import Entry

_PLACE = ("id", "sessionID", "messageID", "type", "text", "time")


def user_entry(message: Message) -> tuple[Entry, list[tuple[str, Entry, bool]]]:
    """The prompt, and what else its message holds: (name, event, whether it was not understood)."""
    info = message.info
    blocks: list[dict[str, Any]] = []
    events: list[tuple[str, Entry, bool]] = []
    when = stamp(mapping(info.get("time")).get("created"))
    for index, raw in enumerate(message.parts):
        part = mapping(raw)
        kind = part.get("type")
        place = ("id", "sessionID", "messageID", "time")
        block = {name: value for name, value in part.items() if name not in place}
        if kind in ("text", "file", "agent", "subtask", "reference"):
            blocks.append(block)
        elif kind == "compaction":
            events.append(
                ("compaction", {"type": "system-event", **when, "event-type": "compaction", "data": block}, False)
            )
        else:
            raw_event = {"type": "system-event", **when, "event-type": "unknown", "data": {"raw": raw}}
            events.append((text(part.get("id")) or str(index), raw_event, True))
    entry: Entry = {"type": "user", "id": message.id, **when}
    plain = len(blocks) == 1 and blocks[0].keys() == {"type", "text"} and isinstance(blocks[0]["text"], str)
    entry["content"] = blocks[0]["text"] if plain else blocks or ""
    known = ("id", "sessionID", "role", "time", "summary", "model", "agent")  # summary: the session's difference again
    native = {name: value for name, value in info.items() if name not in known and value}
    for name in ("agent", "model"):
        if info.get(name):
            entry[name] = info[name]
    if native:
        entry["native"] = native
    return entry, events


def assistant_text(message: Message, part: dict[str, Any], key: str) -> Entry:
    """One text part of an answer."""
    entry: Entry = {"type": "assistant", "id": key, **_when(message, part), "content": _content(part)}
    model = text(message.info.get("modelID"))
    if model:
        entry["model-id"] = model
    return entry | _native(part, {})


def reasoning(message: Message, part: dict[str, Any], key: str) -> Entry:
    """One reasoning part; what only the provider can read becomes `encrypted`, once."""
    entry: Entry = {"type": "reasoning", "id": key, **_when(message, part), "content": _content(part)}
    metadata = {}
    for provider, value in mapping(part.get("metadata")).items():
        rest = dict(value) if isinstance(value, dict) else value
        if isinstance(rest, dict):
            for name in ("reasoningEncryptedContent", "encryptedContent"):
                if "encrypted" not in entry and isinstance(rest.get(name), str) and rest[name]:
                    entry["encrypted"] = rest.pop(name)
        if rest:
            metadata[provider] = rest
    return entry | _native(part, metadata)


def failure(message: Message, error: Any, completed: Any) -> Entry:
    """The error that ended a message which also has content; an abort by the user is an interruption."""
    kind = "interrupted" if mapping(error).get("name") == "MessageAbortedError" else "error"
    data = error if isinstance(error, dict) else {"error": error}
    return {"type": "system-event", "id": f"{message.id}:error", **stamp(completed), "event-type": kind, "data": data}


def usage(info: dict[str, Any], parts: list[dict[str, Any]]) -> dict[str, Any]:
    """The message's tokens and cost, or the sum over its steps where the message itself has none; {} where nobody counted."""
    spent = _tokens(info.get("tokens"))
    if not any(spent.values()):
        for part in parts:
            if part.get("type") == "step-finish":
                for name, value in _tokens(part.get("tokens")).items():
                    spent[name] = spent.get(name, 0) + value
    costs = [info.get("cost")]
    if not _price(costs[0]):
        costs += [part.get("cost") for part in parts if part.get("type") == "step-finish"]
    prices = [price for price in map(_price, costs) if price is not None]
    if prices:
        spent["cost"] = sum(prices)
    return spent


def _tokens(tokens: Any) -> dict[str, Any]:
    item = mapping(tokens)
    cache = mapping(item.get("cache"))
    named = {
        "input": item.get("input"), "output": item.get("output"), "reasoning": item.get("reasoning"),
        "total": item.get("total"), "cached": cache.get("read"), "cache-write": cache.get("write"),
    }  # fmt: skip
    counted = {name: count(value) for name, value in named.items()}
    return {name: value for name, value in counted.items() if value is not None}


def _price(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 10**12:
        return None
    return value


def _content(part: dict[str, Any]) -> Any:
    value = part.get("text")
    return "" if value is None else value


def _when(message: Message, part: dict[str, Any]) -> dict[str, Any]:
    start = mapping(part.get("time")).get("start")
    return stamp(start if start is not None else mapping(message.info.get("time")).get("created"))


def _native(part: dict[str, Any], metadata: dict[str, Any]) -> dict[str, Any]:
    native = {name: value for name, value in part.items() if name not in _PLACE and value}
    if part.get("type") == "reasoning":
        native.pop("metadata", None)
        if metadata:
            native["metadata"] = metadata
    return {"native": native} if native else {}


def session_entry(info: dict[str, Any], session: str) -> Entry:
    """The event that begins a session: what its own document says beyond the head."""
    known = ("time", "summary", "share", "revert", "path", "agent", "model", "cost", "tokens")
    data = {name: value for name, value in info.items() if name not in known and value not in (None, "", [], {})}
    entry: Entry = {"type": "system-event", "id": f"{session}:start", **stamp(mapping(info.get("time")).get("created"))}
    return {**entry, "event-type": "session-start", "data": data}


def named_models(info: dict[str, Any]) -> list[str]:
    """Models named by the session's own document."""
    model = mapping(info.get("model"))
    names = [text(model.get("id")) or text(model.get("modelID"))]
    return [name for name in names if name] + [text(item) for item in listing(info.get("models")) if text(item)]
