"""Text as the tools see it: bytes of a file go in, text with the tool's own rules for bytes, BOM and line ends comes out."""

import re
from collections.abc import Sequence
from typing import NamedTuple

BOM = "\ufeff"
# String.prototype.trim and \s of JavaScript (ECMA-262, WhiteSpace and LineTerminator), and Unicode White_Space, as Rust trims.
_COMMON = "\t\n\v\f\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
JS_SPACE = _COMMON + BOM
RUST_SPACE = _COMMON + "\x85"
JS_SPACE_CLASS = f"[{JS_SPACE}]"
JS_WORDS = re.compile(f"[^{JS_SPACE}]+")
# What one file may become: no host takes larger files, and "replace all" can blow a small trace up to any size.
MAX_BYTES = 100 * 1024 * 1024


class Change(NamedTuple):
    """``text[start:end]`` becomes `new`; the changes of one operation are disjoint and in order."""

    start: int
    end: int
    new: str


def decode(content: bytes) -> str:
    """As JavaScript reads UTF-8: what is not becomes U+FFFD; a BOM stays as the first character."""
    return content.decode("utf-8", "replace")


def encode(text: str) -> bytes:
    """As JavaScript writes UTF-8: halves of a surrogate pair that stand alone become U+FFFD."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def lf(text: str) -> str:
    """`text` with CR LF as LF."""
    return text.replace("\r\n", "\n") if "\r" in text else text


def crlf(text: str) -> str:
    """`text` with every LF as CR LF, those that are already stay."""
    return lf(text).replace("\n", "\r\n")


def split_bom(text: str) -> tuple[str, str]:
    """(the BOM or "", the rest)."""
    return (BOM, text[1:]) if text.startswith(BOM) else ("", text)


def behind(prefix: str, changes: Sequence[Change]) -> list[Change]:
    """`changes` as they are where `prefix` stands before the text."""
    size = len(prefix)
    return [Change(start + size, end + size, new) for start, end, new in changes]


def replaced(text: str, changes: Sequence[Change]) -> str | None:
    """`text` after the changes; None where that is more than a file may be."""
    size = len(text) + sum(len(change.new) - (change.end - change.start) for change in changes)
    if size > MAX_BYTES:
        return None
    parts: list[str] = []
    at = 0
    for change in changes:
        parts += text[at : change.start], change.new
        at = change.end
    parts.append(text[at:])
    return "".join(parts)


def occurrences(text: str, old: str, new: str) -> list[Change]:
    """Every place of `old`, from left to right without overlaps, to become `new`."""
    found: list[Change] = []
    at = text.find(old) if old else -1
    while at >= 0:
        found.append(Change(at, at + len(old), new))
        at = text.find(old, at + len(old))
    return found
