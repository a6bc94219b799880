"""The conversation of a chat: message records go in, the entries that are new in them come out.

The same message is written again whenever it changes (with tool calls after they ended, with tokens), and once more, without its
tool calls, when a session is resumed. Entries are made of what was not there before.
"""

from typing import Any

from gittraj.agents.gemini import calls
from gittraj.agents.gemini.state import COUNTED, SAID, THOUGHT, State
from gittraj.agents.shape import items, mapping, text, whole
from gittraj.agents.times import stamp
from gittraj.model.entry import Entry

_TOKENS = {
    "input": "input",
    "output": "output",
    "cached": "cached",
    "thoughts": "reasoning",
    "total": "total",
    "tool": "tool",
}
_CONTEXT = ("<session_context>", "<state_snapshot>", "This is the Gemini CLI.")


def entries(
    state: State, message: dict[str, Any], family: calls.Family, *, history: bool = False
) -> list[Entry] | None:
    """New entries of one message, None where its type is not known. Raises `OddShapeError`.

    `history`: the message stands in a list that replaces the conversation; what is known of it may only be shortened there.
    """
    ident = text(message.get("id")) or f"#{state.item}"
    known = state.messages.get(ident, 0)
    kind = text(message.get("type"))
    when = stamp(message.get("timestamp"))
    if kind not in ("user", "gemini", "info", "error", "warning"):
        return None
    if known and history:
        return calls.entries(state, message, ident, when, family)
    parts, thoughts, functions = _parts(message.get("content"))
    found: list[Entry] = []
    if kind == "gemini":
        found += _model(state, text(message.get("model")))
        found += _thoughts(known, ident, items(message.get("thoughts")) or thoughts, when)
    tokens = _tokens(message)
    content: Any = text(parts[0]["text"]) if len(parts) == 1 and parts[0].keys() == {"text"} else parts
    nothing = not found and not functions and not tokens and "toolCalls" not in message
    if not known & SAID and (parts or (kind == "gemini" and nothing) or (kind not in ("gemini", "user") and not known)):
        found.append(_said(state, kind, ident, content or "", message, when))
        known |= SAID
    if tokens and not known & COUNTED:
        _count(found, tokens, when)
        known |= COUNTED
    known += THOUGHT * sum(entry["type"] == "reasoning" for entry in found)
    state.messages[ident] = known
    if functions:
        found += calls.functions(state, functions, ident, when)
    return found + (calls.entries(state, message, ident, when, family) or [])


def _parts(value: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """(what was said, thoughts, function calls and responses) of a content: text, one part, or a list of them."""
    if isinstance(value, str):
        return ([{"text": value}] if value else []), [], []
    parts = [
        {"text": part} if isinstance(part, str) else mapping(part)
        for part in ([value] if isinstance(value, dict) else items(value))
    ]
    said, thoughts, functions = [], [], []
    for part in parts:
        if "functionCall" in part or "functionResponse" in part:
            functions.append(part)
        elif part.get("thought") is True:
            thoughts.append({"description": text(part.get("text"))})
        elif part.get("text") != "" or len(part) > 1:
            said.append(part)
    return said, thoughts, functions


def _said(state: State, kind: str, ident: str, content: Any, message: dict[str, Any], when: dict[str, Any]) -> Entry:
    if kind not in ("user", "gemini"):
        event = "error" if kind == "error" else "meta"
        return {
            "type": "system-event",
            "event-type": event,
            "data": {"level": kind, "content": content},
            "id": ident,
            **when,
        }
    entry: Entry = {"type": "user" if kind == "user" else "assistant", "content": content, "id": ident}
    if kind == "gemini" and state.model:
        entry["model-id"] = state.model
    if kind == "user" and isinstance(content, str) and content.lstrip().startswith(_CONTEXT):
        entry["is-meta"] = True
    if message.get("displayContent") is not None and message["displayContent"] != message.get("content"):
        entry["display-content"] = message["displayContent"]
    return entry | when


def _thoughts(known: int, ident: str, thoughts: list[Any], when: dict[str, Any]) -> list[Entry]:
    """Reasoning entries for the thoughts beyond those that were taken before."""
    found: list[Entry] = []
    for number, value in enumerate(thoughts):
        thought = mapping(value)
        entry: Entry = {"type": "reasoning", "content": text(thought.get("description")), "id": f"{ident}:t{number}"}
        if thought.get("subject"):
            entry["subject"] = text(thought["subject"])
        found.append(entry | (stamp(thought.get("timestamp")) or when))
    return found[known // THOUGHT :]


def _model(state: State, model: str) -> list[Entry]:
    before, state.model = state.model, model or state.model
    if model and model not in state.models:
        state.models.append(model)
    if not before or before == state.model:
        return []
    data = {"from": before, "to": model}
    return [{"type": "system-event", "event-type": "model-change", "data": data}]


def _tokens(message: dict[str, Any]) -> dict[str, int]:
    tokens = mapping(message.get("tokens"))
    numbers = {name: whole(tokens.get(key)) for key, name in _TOKENS.items()}
    return {name: number for name, number in numbers.items() if number is not None and number >= 0}


def _count(found: list[Entry], tokens: dict[str, int], when: dict[str, Any]) -> None:
    """Tokens of an answer stand on its text, else on its last thought, else on an event of their own."""
    for entry in reversed(found):
        if entry["type"] in ("assistant", "reasoning"):
            entry["token-usage"] = tokens
            return
    found.append({"type": "system-event", "event-type": "usage", "token-usage": tokens, "data": {}, **when})
