"""Encoded runs in a text: text goes in; stretches of base64 and hexadecimal that decode to text come out, with the way back.

Long runs are found on a byte map of the text (one byte for each character), which costs 2 ms for a megabyte where a
regular expression costs a hundred.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import NamedTuple

RUN_LIMIT = 1024 * 1024  # characters of one run that are decoded; a longer one is an image or an archive
SHORTEST = 20  # characters of a run without padding: shorter words are words
WIDTHS = (60, 64, 76)  # characters on a line of wrapped base64: uuencode's heirs, PEM (RFC 7468), MIME (RFC 2045)

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-"
_MAP = bytes(1 if byte in _ALPHABET else 0 for byte in range(256))
_NEEDLE = b"\x01" * SHORTEST
_PADDING = re.compile(r"={1,2}(?![A-Za-z0-9=\"'])")
_LETTERS = frozenset(_ALPHABET.decode()) - frozenset("-_")
_URL_SAFE = str.maketrans("-_", "+/")
_ASCII_TEXT = bytes([9, 10, 13, *range(0x20, 0x7F)])
_PRINTABLE = 0.9  # share of printable characters that makes decoded bytes a text
_HEX_SHORTEST = 32  # digits; shorter ones are words, colours and short object ids


class Run(NamedTuple):
    """``text[start : start + len(raw)]`` is `raw`, which says `decoded`; `kind` is "base64" or "hex"."""

    start: int
    raw: str
    decoded: str
    kind: str

    def span(self, first: int, last: int) -> tuple[int, int]:
        """The stretch of `raw` that holds ``decoded[first:last]``: whole groups of four, so that no bit of it stays."""
        begin, stop = len(self.decoded[:first].encode()), len(self.decoded[:last].encode())
        if self.kind == "hex":
            return 2 * begin, 2 * stop
        begin, stop = begin // 3 * 4, (stop + 2) // 3 * 4
        width = self.raw.find("\n")
        if width > 0:  # wrapped: every line takes one character more
            begin += begin // width
            stop += (stop - 1) // width
        return begin, min(stop, len(self.raw))


def runs(text: str) -> Iterator[Run]:
    """The runs in `text` that decode to text."""
    if len(text) >= SHORTEST:
        for start, end in _wrapped(text, list(_long(text))):
            yield from _decoded(text, start, end)
    if "=" in text:
        for match in _PADDING.finditer(text):
            end = start = match.start()
            while start > 0 and end - start < SHORTEST and text[start - 1] in _LETTERS:
                start -= 1
            if 6 <= end - start < SHORTEST:
                yield from _decoded(text, start, match.end())


def _long(text: str) -> Iterator[tuple[int, int]]:
    marks = text.encode("latin-1", "replace").translate(_MAP)
    start = marks.find(_NEEDLE)
    while start >= 0:
        end = marks.find(b"\x00", start)
        end = len(marks) if end < 0 else end
        while end < len(text) and text[end] == "=":
            end += 1
        yield start, end
        start = marks.find(_NEEDLE, end)


def _wrapped(text: str, spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """`spans`, those that are lines of one wrapped run together."""
    number = 0
    while number < len(spans):
        start, end = spans[number]
        number += 1
        if end - start in WIDTHS:
            width = end - start
            while (
                number < len(spans)
                and spans[number][0] == end + 1
                and text[end] == "\n"
                and spans[number][1] - end - 1 <= width
            ):
                end = spans[number][1]
                number += 1
            rest = _last_line(text, end) if end > start and text[end : end + 1] == "\n" else end
            if rest > end and _decode_base64(text[start:rest]):
                end = rest
        yield start, end


def _last_line(text: str, end: int) -> int:
    """Where the line after a wrapped run ends, if it is short and could belong to it."""
    stop = end + 1
    while stop < len(text) and text[stop] in _LETTERS:
        stop += 1
    while stop < len(text) and text[stop] == "=":
        stop += 1
    return stop if stop > end + 1 and text[stop : stop + 1] in ("", "\n") else end


def _decoded(text: str, start: int, end: int) -> Iterator[Run]:
    raw = text[start:end]
    if len(raw) > RUN_LIMIT:
        return
    decoded = _decode_base64(raw)
    if decoded:
        yield Run(start, raw, decoded, "base64")
    elif "\n" in raw:  # lines of one length that do not belong together
        for line in raw.split("\n"):
            yield from _decoded(text, start, start + len(line))
            start += len(line) + 1
    elif len(raw) >= _HEX_SHORTEST and len(raw) % 2 == 0:
        try:
            decoded = _as_text(bytes.fromhex(raw))
        except ValueError:
            return
        if decoded:
            yield Run(start, raw, decoded, "hex")


def _decode_base64(raw: str) -> str:
    body = raw.rstrip("=")
    if not _begins_as_text(body):
        return ""
    if "\n" in body:
        body = body.replace("\n", "")
    if "-" in body or "_" in body:
        body = body.translate(_URL_SAFE)
    body = body[: len(body) // 4 * 4] if len(body) % 4 == 1 else body
    try:
        return _as_text(base64.b64decode(body + "=" * (-len(body) % 4)))
    except (binascii.Error, ValueError):
        return ""


def _begins_as_text(body: str) -> bool:
    """Whether the first twelve bytes are printable: most runs are words of a program, and decode to noise."""
    head = body[: min(len(body), 16) // 4 * 4]
    try:
        data = binascii.a2b_base64(head.translate(_URL_SAFE) if "-" in head or "_" in head else head)
    except (binascii.Error, ValueError):
        return False
    return bool(data) and 4 * len(data.translate(None, _ASCII_TEXT)) <= len(data)


def _as_text(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return ""
    head = text[:256]
    printable = sum(character.isprintable() or character in "\n\r\t" for character in head)
    return text if printable >= _PRINTABLE * len(head) else ""
