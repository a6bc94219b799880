"""JSON values of a record: a decoded record goes in, the same with every value that JSON has comes out (for ``--json``)."""

from typing import Any

from gittraj.codec.cbor_values import Tag


def to_json_value(value: Any) -> Any:
    """`value` with byte strings as lower-case hex, NaN and infinities as null, keys as text, lone surrogates as U+FFFD.

    Integers beyond 64 bits become their digits as text; a tag becomes ``{"tag": number, "value": ...}``.
    """
    kind = type(value)
    if kind is str:
        return value if value.isascii() else _replaced(value)
    if kind is dict:
        return {
            key if type(key) is str and key.isascii() else _key(key): to_json_value(item) for key, item in value.items()
        }
    if kind is list or kind is tuple:
        return [to_json_value(item) for item in value]
    if kind is bytes:
        return value.hex()
    if kind is float:
        return value if value - value == 0 else None
    if kind is int:
        return value if -(1 << 63) <= value < 1 << 64 else str(value)
    if kind is Tag:
        return {"tag": value.number, "value": to_json_value(value.value)}
    return value


def _replaced(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in text)
    return text


def _key(key: Any) -> str:
    text: str = to_json_value(key) if type(key) in (str, bytes) else str(key)
    return text
