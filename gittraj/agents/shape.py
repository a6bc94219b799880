"""Shapes of decoded JSON: a value of any type goes in, the type that a field must have comes out.

A field of another type raises `OddShapeError`; a reader then keeps the whole item as an ``unknown`` event.
"""

import json
from typing import Any

import msgspec

DEPTH = 100  # nesting that goes into a record; agents stay below 30, the decoder of records stops at 256


class OddShapeError(ValueError):
    """A field has a type that the format does not give it; never leaves the readers."""


def mapping(value: Any) -> dict[str, Any]:
    """`value` as a map; {} for None. Raises `OddShapeError`."""
    if value is None:
        return {}
    if isinstance(value, dict):
        return value
    raise OddShapeError("a map is missing")


def items(value: Any) -> list[Any]:
    """`value` as a list; [] for None. Raises `OddShapeError`."""
    if value is None:
        return []
    if isinstance(value, list):
        return value
    raise OddShapeError("a list is missing")


def text(value: Any) -> str:
    """`value` as text; "" for None. Raises `OddShapeError`."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    raise OddShapeError("text is missing")


def whole(value: Any) -> int | None:
    """`value` as an integer of 64 bits; None for None. Raises `OddShapeError`."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63):
        return value
    raise OddShapeError("an integer is missing")


def shallow(value: Any) -> bool:
    """Whether `value` nests at most `DEPTH` deep (without recursion, so that any depth can be asked about)."""
    level: list[Any] = [value]
    for _ in range(DEPTH):
        level = [
            part
            for node in level
            if isinstance(node, (dict, list))
            for part in (node.values() if isinstance(node, dict) else node)
            if isinstance(part, (dict, list))
        ]
        if not level:
            return True
    return False


def digestible(value: Any) -> str:
    """`value` as JSON text with sorted keys, the same for equal values; half a surrogate pair stays escaped."""
    try:
        return msgspec.json.encode(value, order="sorted").decode()
    except UnicodeEncodeError:
        return json.dumps(value, sort_keys=True)


def raw(value: Any) -> Any:
    """`value` as a record may hold it: as JSON text where it nests too deep."""
    if shallow(value):
        return value
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:  # half a surrogate pair
        return repr(value)
    except RecursionError:
        return "(nested too deep to be kept)"
