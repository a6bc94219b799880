"""Tokens: usage records and running counts go in, one ``usage`` event per model request comes out.

Codex tells usage after the response's own lines, so it cannot stand on their entries (a reading may end in between). Since 0.16x
each request has a `token_usage_record`; before, `token_count` repeats the last request's usage until the cumulative total moves.
"""

from typing import Any

from gittraj.agents.codex.state import State
from gittraj.agents.shape import digestible, mapping, text, whole
from gittraj.model.entry import Entry

_NAMES = {
    "input_tokens": "input", "output_tokens": "output", "cached_input_tokens": "cached",
    "reasoning_output_tokens": "reasoning", "total_tokens": "total", "cache_write_input_tokens": "cache-write",
}  # fmt: skip


def recorded(state: State, payload: dict[str, Any]) -> list[Entry]:
    """The event for a `token_usage_record`."""
    usage = _tokens(mapping(payload.get("usage")))
    state.records = True
    return _event(usage, {"response-id": text(payload.get("response_id"))})


def counted(state: State, payload: dict[str, Any]) -> list[Entry]:
    """The event for a `token_count`; [] where it repeats what was counted (always, once there are records)."""
    info = mapping(payload.get("info"))
    total = digestible(mapping(info.get("total_token_usage")))
    usage = _tokens(mapping(info.get("last_token_usage")))
    if state.records or not info or total == state.total:
        return []
    state.total = total
    return _event(usage, {})


def _event(usage: dict[str, int], data: dict[str, Any]) -> list[Entry]:
    if not any(usage.values()):
        return []
    kept = {key: value for key, value in data.items() if value}
    return [{"type": "system-event", "event-type": "usage", "token-usage": usage, "data": kept}]


def _tokens(usage: dict[str, Any]) -> dict[str, int]:
    numbers = {name: whole(usage.get(key)) for key, name in _NAMES.items()}
    return {name: number for name, number in numbers.items() if number is not None and number >= 0}
