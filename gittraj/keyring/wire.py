"""The SSH wire format (RFC 4251 5): bytes go in, strings and integers go out, and the other way round."""

from gittraj.errors import KeyringError


class Reader:
    """Takes fields off `data` one by one; every method raises `KeyringError` where the bytes end too early."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        """How many bytes have not been taken."""
        return len(self._data) - self._at

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        if count > self.left:
            raise KeyringError("malformed SSH data: a field is longer than what is left")
        self._at += count
        return self._data[self._at - count : self._at]

    def byte(self) -> int:
        """One byte as a number."""
        return self.take(1)[0]

    def uint32(self) -> int:
        """Four bytes, big-endian."""
        return int.from_bytes(self.take(4), "big")

    def uint64(self) -> int:
        """Eight bytes, big-endian."""
        return int.from_bytes(self.take(8), "big")

    def string(self) -> bytes:
        """A string: its length, then its bytes."""
        return self.take(self.uint32())

    def mpint(self) -> int:
        """A non-negative integer in two's complement (RFC 4251 5); a negative one is refused."""
        data = self.string()
        if data and data[0] & 0x80:
            raise KeyringError("malformed SSH data: a negative number")
        return int.from_bytes(data, "big")

    def end(self) -> None:
        """Raises `KeyringError` where bytes are left over."""
        if self.left:
            raise KeyringError("malformed SSH data: bytes after the end")


def string(data: bytes) -> bytes:
    """`data` with its length before it."""
    return len(data).to_bytes(4, "big") + data
