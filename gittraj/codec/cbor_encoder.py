"""The encoder: a value goes in, its deterministic CBOR goes out (the rules stand in `gittraj.codec.cbor`)."""

import struct
from collections.abc import Callable
from typing import Any, TypeAlias

from gittraj.codec.cbor_values import BIGNUM, LIMITS, WTF8, Tag
from gittraj.errors import CodecError

_NAN = b"\xf9\x7e\x00"
_SIMPLE = {None: b"\xf6", True: b"\xf5", False: b"\xf4"}
_SMALL = [bytes((number,)) for number in range(24)] + [bytes((24, number)) for number in range(24, 256)]
_TEXT_HEADS = [bytes((0x60 + length,)) for length in range(24)] + [bytes((0x78, length)) for length in range(24, 256)]
_SHAPES = 4096  # shapes of maps remembered within one call; a record has some dozens
_SHAPE_KEYS = 64  # larger maps are data, not shapes: not worth remembering

_Shape: TypeAlias = tuple[bytes, list[tuple[str, bytes]]]


def encode(value: Any) -> bytes:
    """The one deterministic encoding of `value`.

    Raises `CodecError` where the value holds another type, a key that is not int, str or bytes, or is nested deeper than
    `LIMITS.depth` (it could not be read back).
    """
    pieces: list[bytes] = []
    try:
        _write(value, pieces.append, {}, LIMITS.depth)
    except RecursionError:  # the caller's own stack was nearly full
        raise CodecError("the value is nested too deeply") from None
    return b"".join(pieces)


def head(major: int, argument: int) -> bytes:
    """First bytes of an item: major type and argument, shortest form (RFC 8949 section 3)."""
    top = major << 5
    if argument < 24:
        return bytes((top | argument,))
    if argument < 0x100:
        return bytes((top | 24, argument))
    if argument < 0x10000:
        return bytes((top | 25,)) + argument.to_bytes(2, "big")
    if argument < 0x100000000:
        return bytes((top | 26,)) + argument.to_bytes(4, "big")
    return bytes((top | 27,)) + argument.to_bytes(8, "big")


def _write(value: Any, write: Callable[[bytes], None], shapes: dict[tuple[Any, ...], _Shape], depth: int) -> None:
    kind = type(value)
    if kind is str:
        _text(value, write)
    elif kind is int:
        write(_SMALL[value] if 0 <= value < 256 else _integer(value))
    elif value is None or kind is bool:
        write(_SIMPLE[value])
    elif kind is float:
        write(_float(value))
    elif kind is bytes:
        write(head(2, len(value)))
        write(value)
    elif depth <= 0:
        raise CodecError(f"the value is nested deeper than {LIMITS.depth} levels")
    elif kind is dict:
        _map(value, write, shapes, depth - 1)
    elif kind is list or kind is tuple:
        write(head(4, len(value)))
        for item in value:
            if type(item) is str:
                _text(item, write)
            else:
                _write(item, write, shapes, depth - 1)
    elif kind is Tag:
        _tag(value, write, shapes, depth - 1)
    else:
        raise CodecError(f"a value of type {kind.__name__} has no place in a record")


def _map(
    value: dict[Any, Any], write: Callable[[bytes], None], shapes: dict[tuple[Any, ...], _Shape], depth: int
) -> None:
    keys = tuple(value)
    shape = shapes.get(keys)  # holds text keys only, so a hit is exact: (1,) == (True,) cannot happen
    if shape is None:
        pairs = [(key, _key(key)) for key in keys]
        pairs.sort(key=lambda pair: pair[1])
        shape = head(5, len(pairs)), pairs
        if len(keys) <= _SHAPE_KEYS and len(shapes) < _SHAPES and all(type(key) is str for key in keys):
            shapes[keys] = shape
    write(shape[0])
    for key, encoded in shape[1]:
        write(encoded)
        item = value[key]
        if type(item) is str:
            _text(item, write)
        else:
            _write(item, write, shapes, depth)


def _key(key: Any) -> bytes:
    pieces: list[bytes] = []
    kind = type(key)
    if kind is str:
        _text(key, pieces.append)
    elif kind is int:
        pieces.append(_integer(key))
    elif kind is bytes:
        pieces += (head(2, len(key)), key)
    else:
        raise CodecError(f"a key of a map is an integer, text or bytes, not {kind.__name__}")
    return b"".join(pieces)


def _text(value: str, write: Callable[[bytes], None]) -> None:
    try:
        data = value.encode()
    except UnicodeEncodeError:  # lone surrogates
        data = value.encode("utf-8", "surrogatepass")
        write(head(6, WTF8) + head(2, len(data)))
    else:
        length = len(data)
        write(_TEXT_HEADS[length] if length < 256 else head(3, length))
    write(data)


def _integer(value: int) -> bytes:
    major, argument = (0, value) if value >= 0 else (1, -1 - value)
    if argument < 1 << 64:
        return head(major, argument)
    if argument >= 1 << 8 * BIGNUM:
        raise CodecError(f"an integer of more than {BIGNUM} bytes has no place in a record")
    data = argument.to_bytes((argument.bit_length() + 7) // 8, "big")
    return head(6, 2 + major) + head(2, len(data)) + data


def _float(value: float) -> bytes:
    if value != value:
        return _NAN
    for mark, form in ((b"\xf9", ">e"), (b"\xfa", ">f")):
        try:
            data = struct.pack(form, value)
        except OverflowError:
            continue
        if struct.unpack(form, data)[0] == value:
            return mark + data
    return b"\xfb" + struct.pack(">d", value)


def _tag(tag: Tag, write: Callable[[bytes], None], shapes: dict[tuple[Any, ...], _Shape], depth: int) -> None:
    number = tag.number
    if type(number) is not int or not 0 <= number < 1 << 64:
        raise CodecError(f"a tag's number is an unsigned 64-bit integer, not {number!r}")
    if number in (2, 3, WTF8):
        raise CodecError(f"tag {number} stands for a plain integer or text: give that")
    write(head(6, number))
    _write(tag.value, write, shapes, depth)
