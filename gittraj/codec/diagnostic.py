"""CBOR diagnostic notation: encoded items go in, text for people comes out (RFC 8949 section 8, RFC 8610 appendix G).

Nothing is left out or shortened: an item can be rebuilt from its text. Protected headers and records, which are CBOR inside
byte strings, stand decoded between ``<<`` and ``>>``. No control character or other character that a terminal would act
upon leaves this file.
"""

from typing import Any

from gittraj.codec.cbor import Tag, decode, decode_first
from gittraj.codec.cbor_values import WTF8
from gittraj.errors import CodecError

WIDTH = 100  # what fits on one line stays on one
_SIGN1 = 18
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def diagnostic(data: bytes, *, indent: int = 2) -> str:
    """The items of `data` (one, or a sequence as in a note), each from a new line, without a newline at the end.

    Map keys stand as they are ordered in `data`. 0x0a between items, which git leaves there, is not shown.
    Raises `CodecError` where `data` is not CBOR as `cbor.decode` takes it.
    """
    shown = []
    pos = 0
    while pos < len(data):
        if data[pos] == 0x0A and len(data) > 1:
            pos += 1
            continue
        value, pos = decode_first(data, pos, ordered=False)
        shown.append(_embedded(value, indent) if type(value) is bytes else _shown(value, indent))
    return "\n".join(shown)


def _shown(value: Any, indent: int) -> str:
    kind = type(value)
    if kind is str:
        return _quoted(value)
    if kind is bytes:
        return f"h'{value.hex()}'"
    if kind is dict:
        return _enclosed("{", [f"{_shown(key, 0)}: {_shown(item, indent)}" for key, item in value.items()], "}", indent)
    if kind is list:
        return _enclosed("[", [_shown(item, indent) for item in value], "]", indent)
    if kind is Tag:
        parts = value.value
        if value.number == _SIGN1 and type(parts) is list:
            # the protected header and an attached payload are where COSE puts CBOR into byte strings
            inner = [
                _embedded(part, indent) if index in (0, 2) and type(part) is bytes else _shown(part, indent)
                for index, part in enumerate(parts)
            ]
            return f"{value.number}({_enclosed('[', inner, ']', indent)})"
        return f"{value.number}({_shown(parts, indent)})"
    if kind is float:
        return _float(value)
    return {None: "null", True: "true", False: "false"}[value] if value is None or kind is bool else str(value)


def _embedded(data: bytes, indent: int) -> str:
    """A byte string; decoded where it holds a map, whole as hex where it does not."""
    try:
        value = decode(data, ordered=False)
    except CodecError:
        value = None
    if type(value) is not dict:
        return f"h'{data.hex()}'"
    text = _shown(value, indent)
    return f"<< {text} >>"


def _enclosed(opening: str, parts: list[str], closing: str, indent: int) -> str:
    if not parts:
        return opening + closing
    if sum(map(len, parts)) + 2 * len(parts) <= WIDTH and not any("\n" in part for part in parts):
        return f"{opening}{', '.join(parts)}{closing}"
    space = " " * indent
    lines = ",\n".join(parts).replace("\n", "\n" + space)
    return f"{opening}\n{space}{lines}\n{closing}"


def _quoted(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:  # as it stands in the bytes, see `gittraj.codec.cbor`
        return f"{WTF8}(h'{value.encode('utf-8', 'surrogatepass').hex()}')"
    if value.isascii() and value.isprintable() and '"' not in value and "\\" not in value:
        return f'"{value}"'
    return '"' + "".join(map(_escaped, value)) + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    point = ord(character)  # controls, bidirectional overrides, invisible and unassigned characters
    if point < 0x10000:
        return f"\\u{point:04x}"
    high, low = divmod(point - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


def _float(value: float) -> str:
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    text = repr(value)
    if "e" in text and "." not in text:  # 1e+300 would be read as an integer by some
        text = text.replace("e", ".0e")
    return text
