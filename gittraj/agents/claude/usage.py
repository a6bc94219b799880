"""Token usage: the usage that a line repeats of its message goes in, what it adds to what was counted before comes out.

A message spans several lines, each with the usage so far: the largest number counts, once. As only what is new is given out,
the sum over entries is right wherever a reading stops.
"""

from typing import Any

from gittraj.agents.shape import OddShapeError, mapping

_NAMES = {
    "input_tokens": "input",
    "output_tokens": "output",
    "cache_read_input_tokens": "cached",
    "cache_creation_input_tokens": "cache-write",
    "ephemeral_1h_input_tokens": "cache-write-1h",
    "thinking_tokens": "reasoning",
}
_PARTS = ("cache_creation", "server_tool_use", "output_tokens_details")
_DERIVED = ("ephemeral_5m_input_tokens",)  # cache-write less cache-write-1h
_MOST = (1 << 64) - 1  # CBOR's unsigned integers


def added(usage: Any, counted: dict[str, int]) -> dict[str, int]:
    """What `usage` says beyond `counted` (changed in place), zeros left out. Raises `OddShapeError` where it is no usage."""
    new: dict[str, int] = {}
    for name, number in _numbers(mapping(usage)):
        more = number - counted.get(name, 0)
        if more > 0:
            counted[name] = number
            new[name] = more
    return new


def _numbers(usage: dict[str, Any]) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for part in (usage, *(mapping(usage.get(part)) for part in _PARTS)):
        for key, value in part.items():
            if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST:
                if key not in _DERIVED:
                    found.append((_NAMES.get(key) or key.replace("_", "-"), value))
            elif key in _NAMES and value is not None:
                raise OddShapeError(f"{key} is not a number of tokens")
    return found
