"""JSON of any shape: a value goes in, the wanted type or its empty value comes out, so that no wrong type can stop a reading."""

import json
from typing import Any

import msgspec

_decode = msgspec.json.Decoder().decode
LATEST = 10**15  # milliseconds; times beyond (the year 33658) are damage and must not decide the order


def mapping(value: Any) -> dict[str, Any]:
    """`value` if it is a map, else {}."""
    return value if isinstance(value, dict) else {}


def listing(value: Any) -> list[Any]:
    """`value` if it is a list, else []."""
    return value if isinstance(value, list) else []


def text(value: Any) -> str:
    """`value` if it is text, else ""."""
    return value if isinstance(value, str) else ""


def count(value: Any) -> int | None:
    """`value` as a natural number, None where it is none (2.0 is one, True is not)."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 2**63 or value != int(value):
        return None
    return int(value)


def moment(value: Any) -> float | None:
    """`value` as milliseconds since the epoch, None where it can be none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < LATEST:
        return None
    return value


def first(value: Any, *names: str) -> Any:
    """The value of the first of `names` that the map has, None where it has none."""
    for name in names:
        if name in mapping(value):
            return value[name]
    return None


def load(data: bytes | str) -> Any:
    """The JSON value; invalid UTF-8 and lone surrogates (JavaScript writes both) become U+FFFD.

    Raises `ValueError` where it is not JSON or is nested too deeply to be looked at.
    """
    try:
        return _decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        pass
    try:
        return scrub(json.loads(data.decode("utf-8", "replace") if isinstance(data, bytes) else data))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def scrub(value: Any) -> Any:
    """`value` with lone surrogates replaced: they cannot be written as UTF-8."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {scrub(key): scrub(item) for key, item in value.items()}
    if isinstance(value, list):
        return [scrub(item) for item in value]
    if isinstance(value, float) and value != value:  # NaN is not JSON
        return None
    return value
