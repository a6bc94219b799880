"""The strict decoder: bytes from anywhere go in, a value or `CodecError` comes out (the rules stand in `gittraj.codec.cbor`).

Written out in Python rather than put on top of cbor2: that one makes objects out of tags and takes non-shortest forms, and
checking what it took by encoding again costs as much as this does in one pass.
"""

import struct
from typing import Any

from gittraj.codec.cbor_values import BIGNUM, LIMITS, WTF8, Limits, Tag
from gittraj.errors import CodecError

_LEAST = (24, 0x100, 0x10000, 0x100000000)  # below, an argument of 1, 2, 4, 8 bytes has a shorter form
_KEYS = 1024  # of these at most
_keys: dict[
    bytes, str
] = {}  # encoded text keys seen, of up to 24 bytes: records and headers repeat some dozens a thousand times
_PLAIN = (2, 3, WTF8)  # tags that stand for an integer or text
_MAJORS = ("unsigned integer", "negative integer", "byte string", "text", "array", "map", "tag", "simple value")


def decode(data: bytes, *, limits: Limits = LIMITS, ordered: bool = True) -> Any:
    """The value of which `data` is the deterministic encoding, all of it.

    `ordered=False` takes map keys in any order (COSE headers of others are valid so); nothing else is relaxed.
    Raises `CodecError` naming the offset for everything else: RFC 8949 sections 3, 4.2.1 and 5.3.
    """
    if len(data) > limits.size:
        raise CodecError(f"{len(data)} bytes of CBOR are more than the limit of {limits.size}")
    value, end = decode_first(data, 0, limits, ordered=ordered)
    if end != len(data):
        raise CodecError(f"{len(data) - end} bytes after the end of the CBOR item at offset {end}")
    return value


def decode_first(data: bytes, offset: int = 0, limits: Limits = LIMITS, *, ordered: bool = True) -> tuple[Any, int]:
    """The item that begins at `offset`, and the offset after it (for sequences, RFC 8742). Raises as `decode`."""
    reader = _Reader(data, limits, ordered)
    try:
        return reader.item(offset, limits.depth)
    except IndexError:
        raise CodecError(f"the CBOR item ends early, at offset {len(data)}") from None
    except RecursionError:  # the caller's own stack was nearly full
        raise CodecError("nested too deeply") from None


class _Reader:
    """One decoding: the bytes, and what is left of the limits."""

    __slots__ = ("budget", "data", "keys", "ordered", "size")

    def __init__(self, data: bytes, limits: Limits, ordered: bool) -> None:
        self.data = data
        self.size = len(data)
        self.budget = limits.items
        self.ordered = ordered
        self.keys = _keys if len(_keys) < _KEYS // 2 else {}  # strangers may have filled it

    def item(self, pos: int, depth: int) -> tuple[Any, int]:
        """The item at `pos` and the position after it; `IndexError` where the data ends."""
        data = self.data
        first = data[pos]
        major, info = first >> 5, first & 31
        if major == 7:
            return self.simple(pos, first)
        if info < 24:
            argument, start = info, pos + 1
        elif info == 24 and data[pos + 1] >= 24:  # the most frequent ones here: a call costs more than the reading
            argument, start = data[pos + 1], pos + 2
        else:
            argument, start = self.argument(pos, first)
        if major == 2:
            stop = start + argument
            return (data[start:stop] if stop <= self.size else self.slice(pos, start, argument)), stop
        if major == 0:
            return argument, start
        if major == 1:
            return -1 - argument, start
        if major == 3:
            return self.text(self.slice(pos, start, argument), pos), start + argument
        if major == 6 and argument in _PLAIN:
            return self.plain(pos, start, argument)
        if depth <= 0:
            raise CodecError(f"nested too deeply at offset {pos}")
        if major == 4:
            return self.array(pos, start, argument, depth - 1)
        if major == 5:
            return self.map(pos, start, argument, depth - 1)
        return self.tag(pos, start, argument, depth - 1)

    def argument(self, pos: int, first: int) -> tuple[int, int]:
        """The argument of the head at `pos` and the position after the head."""
        info = first & 31
        if info < 24:
            return info, pos + 1
        if info > 27:
            what = "an indefinite length" if info == 31 else f"reserved additional information {info}"
            raise CodecError(f"{what} ({_MAJORS[first >> 5]}) at offset {pos}")
        stop = pos + 1 + (1 << (info - 24))
        if stop > self.size:
            raise IndexError
        argument = int.from_bytes(self.data[pos + 1 : stop], "big")
        if argument < _LEAST[info - 24]:
            raise CodecError(f"not the shortest form ({_MAJORS[first >> 5]}) at offset {pos}")
        return argument, stop

    def slice(self, pos: int, start: int, length: int) -> bytes:
        if length > self.size - start:
            raise CodecError(f"a string of {length} bytes at offset {pos} does not fit into the data")
        return self.data[start : start + length]

    def text(self, data: bytes, pos: int) -> str:
        try:
            return data.decode()
        except UnicodeDecodeError:
            raise CodecError(f"text that is not UTF-8 at offset {pos}") from None

    def room(self, pos: int, start: int, count: int) -> None:
        """Raise where `count` items cannot be there or are too many, before anything is allocated."""
        if count > self.size - start:
            raise CodecError(f"an array or map of {count} items at offset {pos} does not fit into the data")
        self.budget -= count
        if self.budget < 0:
            raise CodecError(f"too many items, at offset {pos}")

    def array(self, pos: int, start: int, count: int, depth: int) -> tuple[list[Any], int]:
        self.room(pos, start, count)
        data, size = self.data, self.size
        items: list[Any] = []
        for _ in range(count):
            first = data[start]
            if first < 24:
                items.append(first)
                start += 1
            elif 0x60 <= first < 0x78 and start + first - 0x60 < size:
                stop = start + first - 0x5F
                try:
                    items.append(data[start + 1 : stop].decode())
                except UnicodeDecodeError:
                    self.text(data[start + 1 : stop], start)  # raises
                start = stop
            elif 0x40 <= first < 0x58 and start + first - 0x40 < size:
                stop = start + first - 0x3F
                items.append(data[start + 1 : stop])
                start = stop
            elif 0xA0 <= first < 0xB8 and depth > 0:
                value, start = self.map(start, start + 1, first - 0xA0, depth - 1)
                items.append(value)
            else:
                value, start = self.item(start, depth)
                items.append(value)
        return items, start

    def map(self, pos: int, start: int, count: int, depth: int) -> tuple[dict[Any, Any], int]:
        self.room(pos, start, 2 * count)
        data, size, keys, ordered = self.data, self.size, self.keys, self.ordered
        result: dict[Any, Any] = {}
        key: Any
        last = b""
        for _ in range(count):
            at = start
            first = data[start]
            if 0x60 <= first < 0x78:
                start += first - 0x5F
                encoded = data[at:start]
                key = keys.get(encoded)
                if key is None:
                    if start > size:
                        raise IndexError
                    key = self.text(encoded[1:], at)
                    if len(keys) < _KEYS:
                        keys[encoded] = key
            else:
                key, start = (first, start + 1) if first < 24 else self.item(start, depth)
                if type(key) not in (str, int, bytes):
                    raise CodecError(f"a key of a map that is neither integer, text nor bytes, at offset {at}")
                encoded = data[at:start]
            if encoded <= last and ordered:
                what = "the same key twice" if encoded == last else "keys out of order"
                raise CodecError(f"{what} in the map at offset {pos}: offset {at}")
            if not ordered and key in result:
                raise CodecError(f"the same key twice in the map at offset {pos}: offset {at}")
            last = encoded
            # the most frequent values here, the rest below: a call costs more than reading a short string
            first = data[start]
            if first == 0x78:
                stop = start + 2 + data[start + 1]
                if stop - start < 26 or stop > size:
                    result[key], start = self.item(start, depth)  # raises
                    continue
                try:
                    result[key] = data[start + 2 : stop].decode()
                except UnicodeDecodeError:
                    self.text(data[start + 2 : stop], start)  # raises
                start = stop
            elif 0x60 <= first < 0x78 and start + first - 0x60 < size:
                stop = start + first - 0x5F
                try:
                    result[key] = data[start + 1 : stop].decode()
                except UnicodeDecodeError:
                    self.text(data[start + 1 : stop], start)  # raises
                start = stop
            elif first < 24:
                result[key] = first
                start += 1
            elif 0x40 <= first < 0x58 and start + first - 0x40 < size:
                stop = start + first - 0x3F
                result[key] = data[start + 1 : stop]
                start = stop
            elif 0xA0 <= first < 0xB8 and depth > 0:
                result[key], start = self.map(start, start + 1, first - 0xA0, depth - 1)
            elif first == 0xF4 or first == 0xF5:
                result[key] = first == 0xF5
                start += 1
            else:
                result[key], start = self.item(start, depth)
        return result, start

    def tag(self, pos: int, start: int, number: int, depth: int) -> tuple[Any, int]:
        self.room(pos, start, 1)
        value, end = self.item(start, depth)
        return Tag(number, value), end

    def plain(self, pos: int, start: int, number: int) -> tuple[int | str, int]:
        """A bignum, or text with lone surrogates: the tags that stand for plain values, in their only right form."""
        first = self.data[start]
        if first >> 5 != 2:
            raise CodecError(f"tag {number} around something else than a byte string at offset {pos}")
        length, begin = self.argument(start, first)
        data = self.slice(start, begin, length)
        if number == WTF8:
            return self.surrogates(data, pos), begin + length
        if not 8 < length <= BIGNUM or data[0] == 0:
            raise CodecError(f"a bignum that is too long or not the shortest form at offset {pos}")
        whole = int.from_bytes(data, "big")
        return (whole if number == 2 else -1 - whole), begin + length

    def surrogates(self, data: bytes, pos: int) -> str:
        try:
            data.decode()
        except UnicodeDecodeError:
            try:
                return data.decode("utf-8", "surrogatepass")
            except UnicodeDecodeError:
                pass
        raise CodecError(f"tag {WTF8} around something else than text with lone surrogates at offset {pos}")

    def simple(self, pos: int, first: int) -> tuple[Any, int]:
        if 0xF4 <= first <= 0xF6:
            return (False, True, None)[first - 0xF4], pos + 1
        if 0xF9 <= first <= 0xFB:
            return self.float(pos, first)
        if first == 0xFF:
            raise CodecError(f"a break outside of an indefinite length at offset {pos}")
        raise CodecError(f"a simple value other than false, true and null at offset {pos}")

    def float(self, pos: int, first: int) -> tuple[float, int]:
        width = 2 << (first - 0xF9)
        data = self.data[pos + 1 : pos + 1 + width]
        if len(data) < width:
            raise IndexError
        value: float = struct.unpack(">e" if width == 2 else ">f" if width == 4 else ">d", data)[0]
        if value != value:
            shortest = data == b"\x7e\x00"
        elif width == 2:
            shortest = True
        else:
            try:
                shorter = ">e" if width == 4 else ">f"
                shortest = struct.unpack(shorter, struct.pack(shorter, value))[0] != value
            except OverflowError:
                shortest = True
        if not shortest:
            raise CodecError(f"a float that is not the shortest form at offset {pos}")
        return value, pos + 1 + width
