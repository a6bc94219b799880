"""What a reading carries to the next: a reader's struct goes in, a `Position.state` of plain JSON comes out, and back."""

import json
from typing import Any, TypeVar

import msgspec

from gittraj.errors import AgentError

_ESCAPED = "escaped"
_Kind = TypeVar("_Kind", bound=msgspec.Struct)


def dump(memory: msgspec.Struct) -> dict[str, Any]:
    """`memory` as a state. Text with half a surrogate pair, which no UTF-8 file can hold, is escaped."""
    state: dict[str, Any] = msgspec.to_builtins(memory)
    try:
        msgspec.json.encode(state)
    except UnicodeEncodeError:
        return {_ESCAPED: json.dumps(state)}
    return state


def load(state: dict[str, Any], kind: type[_Kind]) -> _Kind:
    """The struct in `state` ({}: a fresh one). Raises `AgentError` where it is not one: damaged, or another reader's."""
    try:
        escaped = state.get(_ESCAPED)
        return msgspec.convert(json.loads(escaped) if isinstance(escaped, str) else state, kind)
    except (msgspec.ValidationError, ValueError, RecursionError) as error:
        raise AgentError(f"the position to go on from is damaged: {error}") from error
