"""UUID version 7: a moment and random bytes go in, the record's id as text goes out (RFC 9562 section 5.7)."""

from gittraj.errors import CodecError


def uuid7(milliseconds: int, random: bytes) -> str:
    """The id for `milliseconds` since the epoch with 74 of the 80 bits of `random`; ids sort by time as text.

    Time and randomness come in as arguments, so that the same input gives the same record.
    Raises `CodecError` where the moment does not fit 48 bits or `random` is not 10 bytes.
    """
    if not 0 <= milliseconds < 1 << 48:
        raise CodecError(f"{milliseconds} ms since the epoch do not fit into a UUIDv7")
    if len(random) != 10:
        raise CodecError(f"a UUIDv7 takes 10 random bytes, not {len(random)}")
    tail = bytearray(random)
    tail[0] = 0x70 | tail[0] & 0x0F  # version
    tail[2] = 0x80 | tail[2] & 0x3F  # variant
    digits = milliseconds.to_bytes(6, "big").hex() + tail.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
