"""Timestamps: what an agent wrote goes in, what the record may hold goes out."""

import datetime
import re
from typing import Any

# date-time-regexp of the VAC draft (RFC 3339, upper-case T and Z only)
_RFC3339 = re.compile(
    r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):([0-5][0-9]):(60|[0-5][0-9])"
    r"([.][0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)


def stamp(value: Any) -> dict[str, Any]:
    """``{"timestamp": text}`` for RFC 3339 text as written and for epoch milliseconds (rendered in UTC with milliseconds).

    ``{"native-timestamp": value}`` for anything else, ``{}`` for None: nothing is guessed, nothing is lost.
    """
    if value is None:
        return {}
    if isinstance(value, str) and _RFC3339.fullmatch(value):
        return {"timestamp": value}
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 10**11 <= value < 10**14:
        return {"timestamp": from_milliseconds(value)}
    return {"native-timestamp": value}


def from_milliseconds(value: float) -> str:
    """RFC 3339 text in UTC, milliseconds kept; `value` counts from the epoch."""
    seconds, milli = divmod(int(value), 1000)
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milli:03d}Z"
