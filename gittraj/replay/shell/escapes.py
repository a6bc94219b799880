"""Backslash escapes of bash: text with escapes goes in, the text it stands for comes out (bash manual, 3.1.2.4, echo, printf)."""

import re

from gittraj.replay.shell.tree import Unreadable

_SIMPLE = {
    "a": "\a",
    "b": "\b",
    "e": "\x1b",
    "E": "\x1b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
}
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{1,2}|0[0-7]{0,3}|[1-7][0-7]{0,2}|.)", re.DOTALL)
_ASCII = 0x80  # a larger number is a byte, not a character, and may be half of one


def ansi_c(text: str, start: int) -> tuple[str, int]:
    """What ``$'…'`` stands for, from after its opening quote; and the position after the closing one. Raises `Unreadable`."""
    end = start
    while text[end : end + 1] != "'":
        if end >= len(text):
            raise Unreadable("a quote is not closed")
        end += 2 if text[end] == "\\" else 1
    return _decoded(text[start:end], {**_SIMPLE, "'": "'", '"': '"', "?": "?"}, octal_without_zero=True), end + 1


def of_echo(text: str) -> str:
    """What ``echo -e`` (and ``printf %b``) of bash prints for `text`. Raises `Unreadable`."""
    return _decoded(text, _SIMPLE, octal_without_zero=False)


def of_printf(text: str) -> str:
    """What the format of ``printf`` stands for. Raises `Unreadable`."""
    return _decoded(text, {**_SIMPLE, '"': '"', "'": "'"}, octal_without_zero=True)


def _decoded(text: str, known: dict[str, str], *, octal_without_zero: bool) -> str:
    def one(match: re.Match[str]) -> str:
        escape = match[1]
        if escape in known:
            return known[escape]
        if escape[0] in "cuUx'\"?" and len(escape) == 1:
            raise Unreadable("an escape that shells do not agree about")
        if escape[0] == "x":
            return _char(int(escape[1:], 16))
        if escape[0] in "01234567":
            if escape[0] != "0" and not octal_without_zero:
                raise Unreadable("an escape that shells do not agree about")
            if escape[0] == "0" and octal_without_zero and len(escape) == 4:
                raise Unreadable("an escape that shells do not agree about")
            return _char(int(escape, 8))
        return "\\" + escape

    if text.endswith("\\") and (len(text) - len(text.rstrip("\\"))) % 2:
        raise Unreadable("a backslash at the end")
    return _ESCAPE.sub(one, text)


def _char(number: int) -> str:
    if not 0 < number < _ASCII:
        raise Unreadable("an escape that stands for a byte")
    return chr(number)
