"""Text in terminal columns: text goes in, what fits comes out; East Asian wide characters take two columns, marks none."""

import unicodedata

_DENSE = 8  # characters in one column at most: a letter with its marks


def width(text: str) -> int:
    """Columns that `text` takes (no control characters expected: `escape.visible` first)."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def fit(text: str, columns: int) -> str:
    """`text` in at most `columns`, its end replaced by ``…`` where it is longer."""
    if width(text) <= columns:
        return text
    return head(text, max(columns - 1, 0)) + ("…" if columns > 0 else "")


def head(text: str, columns: int) -> str:
    """As much of the beginning of `text` as takes at most `columns`."""
    if text.isascii():
        return text[:columns]
    taken = 0
    for index, character in enumerate(text):
        taken += _columns(character)
        if taken > columns:
            return text[:index]
    return text


def pad(text: str, columns: int) -> str:
    """`text` followed by blanks up to `columns`."""
    return text + " " * (columns - width(text))


def wrap(line: str, columns: int) -> list[str]:
    """One line of prose broken at blanks into lines of at most `columns`; leading blanks are kept as indentation of all of them."""
    line = line.expandtabs(4).rstrip()
    if width(line) <= columns:
        return [line]
    body = line.lstrip(" ")
    indent = " " * min(len(line) - len(body), columns // 2)
    lines: list[str] = []
    current = ""
    for word in body.split(" "):
        joined = f"{current} {word}" if current else word
        if width(indent + joined) <= columns:
            current = joined
            continue
        if current:
            lines.append(indent + current)
        *whole, current = _pieces(word, max(columns - len(indent), 1))
        lines += (indent + piece for piece in whole)
    return [*lines, indent + current] if current else lines


def _pieces(word: str, room: int) -> list[str]:
    """`word` cut into pieces of at most `room` columns; some scripts write whole pages without a blank."""
    pieces = []
    at = 0
    while at < len(word):
        near = word[at : at + _DENSE * room]
        piece = head(near, room) or near[0]
        pieces.append(piece)
        at += len(piece)
    return pieces or [""]


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
