"""Byte for byte: what a command printed now and what the trace recorded go in, the first line that differs comes out, or None.

Nothing is forgiven. Only what the agent itself did to the bytes before it recorded them is done to ours too: decoding as UTF-8, joining
the streams, taking white space off the ends.
"""

import re
from typing import NamedTuple

from gittraj.model.printed import APART, Printed

# what JavaScript's trim() takes for white space; Python's strip() has four control characters more
_SPACE = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_BLANK_LINES = re.compile(rf"\A(?:[{_SPACE}]*\n)+")


class Mismatch(NamedTuple):
    """The first difference. `line`: 1-based, 0 where only the exit codes differ. `recorded`, `replayed`: that line, None past the end."""

    line: int
    recorded: str | None
    replayed: str | None
    reason: str = ""


def as_recorded(printed: Printed, out: bytes, err: bytes) -> str:
    """Our output in the form in which the agent records one: `out` alone, or both streams where it reads them apart."""
    texts = [out.decode("utf-8", "replace"), err.decode("utf-8", "replace")]
    if printed.streams == APART[0]:
        text = "\n".join(part for part in (each.rstrip(_SPACE) for each in texts) if part)
    elif printed.streams == APART[1]:
        text = "\n".join(part for part in reversed(texts) if part)
    else:
        text = texts[0]
    return trimmed(text, printed.trim)


def trimmed(text: str, trim: str) -> str:
    """`text` without the white space that `trim` (see `Printed`) names."""
    if trim == "both":
        return text.strip(_SPACE)
    return _BLANK_LINES.sub("", text).rstrip(_SPACE) if trim == "blank" else text


def compare(printed: Printed, out: bytes, err: bytes, code: int | None) -> Mismatch | None:
    """The first line in which our run differs from the record; None where output and exit code (as far as recorded) are the same."""
    ours, theirs = as_recorded(printed, out, err), trimmed(printed.text, printed.trim)
    if ours != theirs:
        return first_difference(theirs, ours)
    if printed.code is not None and code != printed.code:
        return Mismatch(0, None, None, f"exit code {code}, recorded {printed.code}")
    return None


def first_difference(recorded: str, replayed: str) -> Mismatch:
    """Where two texts that differ begin to differ."""
    theirs, ours = recorded.splitlines(keepends=True), replayed.splitlines(keepends=True)
    at = 0
    for left, right in zip(theirs, ours, strict=False):
        if left != right:
            break
        at += 1
    return Mismatch(at + 1, theirs[at] if at < len(theirs) else None, ours[at] if at < len(ours) else None)
