"""JSON lines of a session file: a path and a byte range go in, decoded objects with the offset after each line go out.

Streams: one line is in memory at a time. An unfinished last line (the agent is still writing) is left for the next reading.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from gittraj.errors import AgentError

# One line of a session; the largest seen in the wild is about 60 MB (a pasted image set).
LINE_LIMIT = 256 * 1024 * 1024
_decode = msgspec.json.Decoder().decode


class Line(NamedTuple):
    """One line. `value` is None and `damage` says why where the bytes are not JSON; `raw` then holds them (as text)."""

    end: int
    value: Any
    raw: str = ""
    damage: str = ""


class Lines:
    """Iterate `Line`s of `path` from byte `start` to `until` (None: the end); afterwards `end`, `sha256` and `torn` tell more."""

    def __init__(self, path: str, start: int = 0, until: int | None = None) -> None:
        self.path = path
        self.start = start
        self.until = until
        self.end = start
        self.torn = 0
        self._hash = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """SHA-256 (hex) of the bytes that became lines."""
        return self._hash.hexdigest()

    def __iter__(self) -> Iterator[Line]:
        """Raises `AgentError` where the file cannot be read or a line exceeds `LINE_LIMIT`."""
        try:
            with open(self.path, "rb") as file:
                file.seek(self.start)
                while self.until is None or self.end < self.until:
                    data = file.readline(LINE_LIMIT + 1)
                    if not data:
                        return
                    if len(data) > LINE_LIMIT:
                        raise AgentError(f"{self.path}: a line of more than {LINE_LIMIT} bytes at offset {self.end}")
                    if not data.endswith(b"\n"):
                        line = _line(self.end + len(data), data)
                        if line.damage:  # torn: the rest is still to be written
                            self.torn = len(data)
                            return
                    else:
                        line = _line(self.end + len(data), data)
                    self.end += len(data)
                    self._hash.update(data)
                    if line.value is not None or line.damage:
                        yield line
        except (OSError, ValueError) as error:  # ValueError: a NUL in the path
            raise AgentError(f"{self.path!r}: cannot be read: {getattr(error, 'strerror', '') or error}") from error


def _line(end: int, data: bytes) -> Line:
    text = data.strip()
    if not text:
        return Line(end, None)
    try:
        return Line(end, _decode(text))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        first = str(error) or type(error).__name__
    plain = text.decode("utf-8", "replace")  # invalid UTF-8 inside a string is common where tools print bytes
    try:
        return Line(end, _decode(plain))
    except (msgspec.DecodeError, RecursionError):
        pass
    try:  # slower, but takes half a surrogate pair ("\\ud83d"), which JavaScript writes where a text was cut inside an emoji
        return Line(end, json.loads(plain, parse_constant=_refuse))
    except (ValueError, RecursionError):
        return Line(end, None, plain, first)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
