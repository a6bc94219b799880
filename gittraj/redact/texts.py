"""What the scanner reads: the strings of a record go in, one text comes out, and the way from any place in it back to a string.

Every different string stands there once, apart from its neighbours, then its decoded views; values of secret-sounding keys
stand behind their key, arguments of a command behind each other.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import Any, NamedTuple

from gittraj.redact import layers
from gittraj.redact.copy import SILENT, Copy, is_image

APART = "\n\n\n"  # between two strings: no rule for a line reaches over it; what a longer one finds is cut at the end
SHORTEST = 4  # characters of a string that is worth reading: no rule finds less
PAIR_LIMIT = 4096  # characters of a value that is shown behind its key; longer ones are texts of their own
KEY_LIMIT = 128  # characters of a key that are looked at
ARGUMENTS = 64  # items of a list that is shown as one command line
_TELLING = re.compile(
    r"pass|pwd|secret|token|key|auth|cred|cookie|salt|dsn|\bpat\b|_pat\b|signature|\bsig\b|webhook", re.IGNORECASE
)
_PLAIN_KEY = re.compile(r"[A-Za-z_-]{0,40}")


class Span(NamedTuple):
    """A stretch of one of the strings."""

    string: int
    start: int
    end: int


class Texts:
    """`text` is what is scanned; `strings` the different strings, `index` their positions."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self.index: dict[str, int] = {}
        self._parts: list[str] = []
        self._size = 0
        self._starts: list[int] = []
        self._segments: list[tuple[int, int, layers.Locate | None]] = []
        self._text: str | None = None
        self._pairs: set[tuple[str, str]] = set()
        self._telling: dict[str, bool] = {}
        self.unread: list[str] = []  # images and archives: nothing to scan, but a value may be searched in them

    @property
    def text(self) -> str:
        """Everything that was added, as one text."""
        if self._text is None or len(self._text) != self._size:
            self._text = "".join(self._parts)
            self._parts = [self._text]
        return self._text

    def add_record(self, copy: Copy, known: "Texts | None" = None) -> "Texts":
        """Add all strings of `copy` that are worth reading, but those of `known`; returns itself."""
        old = known.index if known else {}
        lists: dict[int, list[Any]] = {}
        for slot in copy.slots:
            if slot.flags & SILENT or slot.text in old:
                continue
            if isinstance(slot.container, list):
                self.add(slot.text)
                lists[id(slot.container)] = slot.container
            else:
                self._add_value(slot.key, slot.text, slot.container)
        for items in lists.values():
            self._add_arguments(items)
        self._add_keys({key for each in copy.maps for key in each.map}, old)
        return self

    def add(self, text: str) -> int:
        """Add `text` and its decoded views, if it is new; returns its position."""
        known = self.index.get(text)
        if known is not None:
            return known
        position = self._new(text)
        if is_image(text):
            self.unread.append(text)
        elif len(text) >= SHORTEST:
            self._append("", layers.plain(text), position, None)
            for piece in layers.pieces(text):
                self._append("", layers.plain(piece.text), position, piece.locate)
        return position

    def locate(self, start: int, end: int) -> Span | None:
        """The stretch of a string for which `start` to `end` of the text stands; None between strings."""
        number = bisect_right(self._starts, start) - 1
        if number < 0:
            return None
        begin = self._starts[number]
        position, length, way = self._segments[number]
        first, last = start - begin, min(end - begin, length)
        if first >= last:
            return None
        if way is not None:
            first, last = way(first, last)
        return Span(position, first, last)

    def clip(self, start: int, end: int) -> int:
        """Where a stretch that begins at `start` ends if it may not leave its string."""
        number = bisect_right(self._starts, start) - 1
        return end if number < 0 else min(end, self._starts[number] + self._segments[number][1])

    def _new(self, text: str) -> int:
        position = len(self.strings)
        self.strings.append(text)
        self.index[text] = position
        return position

    def _append(self, before: str, text: str, position: int, way: layers.Locate | None, after: str = APART) -> None:
        self._starts.append(self._size + len(before))
        self._segments.append((position, len(text), way))
        self._parts.extend((before, text, after))
        self._size += len(before) + len(text) + len(after)

    def _add_value(self, key: Any, text: str, container: dict[Any, Any]) -> None:
        """`text` behind its key where the key tells what it is; ``{"name": N, "value": V}`` is N and V."""
        if key == "value":
            key = container.get("name", container.get("key"))
        if not self._tells(key) or not SHORTEST <= len(text) <= PAIR_LIMIT or "\n" in text:
            self.add(text)
        elif (key, text) not in self._pairs:
            self._pairs.add((key, text))
            position = self.index[text] if text in self.index else self._new(text)
            before, after = f'"{key[:KEY_LIMIT]}": "', '"' + APART
            self._append(before, layers.plain(text), position, None, after)
            for piece in layers.pieces(text):
                self._append(before, layers.plain(piece.text), position, piece.locate, after)

    def _tells(self, key: Any) -> bool:
        """Whether the name of a value says that it may be secret; asked for the same few names again and again."""
        if not isinstance(key, str):
            return False
        known = self._telling.get(key)
        if known is None:
            known = self._telling[key] = bool(_TELLING.search(key[:KEY_LIMIT]))
        return known

    def _add_arguments(self, items: list[Any]) -> None:
        if len(items) > ARGUMENTS or not all(isinstance(item, str) and len(item) <= 256 for item in items):
            return
        if not any(item.startswith("-") for item in items):
            return
        for item in items:
            self._append(" ", layers.plain(item), self.index[item] if item in self.index else self._new(item), None, "")
        self._parts.append(APART)
        self._size += len(APART)

    def _add_keys(self, keys: Iterable[Any], old: dict[str, int]) -> None:
        for key in sorted(key for key in keys if isinstance(key, str)):
            if key not in old and not _PLAIN_KEY.fullmatch(key):
                self.add(key)
