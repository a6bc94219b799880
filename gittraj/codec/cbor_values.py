"""What encoder and decoder share: a tag and the limits on hostile sizes."""

WTF8 = 273  # IANA CBOR tag: byte string holding WTF-8, for text with lone surrogates
BIGNUM = 1024  # bytes of the longest integer: Python refuses to print one of more than 4300 digits (about 1785 bytes)


class Tag:
    """A tagged value (RFC 8949 section 3.4), `number` and `value` as they stand."""

    __slots__ = ("number", "value")

    def __init__(self, number: int, value: object) -> None:
        self.number = number
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tag) and self.number == other.number and self.value == other.value

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Tag({self.number}, {self.value!r})"


class Limits:
    """What a decoder takes at most: `depth` of nesting, `size` in bytes, number of `items` (keys and values each count)."""

    __slots__ = ("depth", "items", "size")

    def __init__(self, *, depth: int = 256, size: int = 256 << 20, items: int = 8 << 20) -> None:
        self.depth = depth
        self.size = size
        self.items = items


# depth: one Python frame per level, of 1000; JSON of agents stays below 30
# size: as the longest line that the readers of sessions take
# items: an empty map takes one byte here and 64 in memory, so this is what keeps a bomb under 1 GiB
LIMITS = Limits()
