"""Recorded unified diffs: a file and hunks with exact line numbers go in, the file after them comes out; no line may differ."""

import re

from gittraj.replay.rewrite import by_lines
from gittraj.replay.spans import Applied, NotApplicable, lines
from gittraj.replay.text import encode

_HUNK = re.compile(rb"@@ -(\d{1,10})(?:,(\d{1,10}))? \+(\d{1,10})(?:,(\d{1,10}))? @@")
_HEAD = (b"diff --git ", b"index ", b"--- ", b"+++ ")  # as agents and as git itself write it
_NO_NEWLINE = b"\\ No newline at end of file"


def unified(content: bytes, hunks: str) -> Applied | NotApplicable:
    """`content` after the hunks; NotApplicable where they are malformed or say otherwise than the file."""
    old = lines(content)
    result: list[bytes] = []
    replacements: list[tuple[int, int, int]] = []
    rows = lines(encode(hunks if hunks.endswith("\n") else hunks + "\n"))
    at = row = 0
    while row < len(rows):
        header = _HUNK.match(rows[row])
        if not header:
            if (rows[row].startswith(_HEAD) and not replacements) or not rows[row].strip():
                row += 1
                continue
            return NotApplicable("not a unified diff")
        counts = [int(number) if number is not None else 1 for number in header.groups()]
        row, taken, put = _body(rows, row + 1, counts[1], counts[3])
        if row < 0:
            return NotApplicable("not a unified diff")
        start = counts[0] - 1 if counts[1] else counts[0]
        if start < at or start > len(old) or old[start : start + len(taken)] != taken:
            return NotApplicable("the recorded diff does not fit the file")
        result += old[at:start]
        result += put
        replacements.append((start, len(taken), len(put)))
        at = start + len(taken)
    result += old[at:]
    if any(not line.endswith(b"\n") for line in result[:-1]):
        return NotApplicable("the recorded diff does not fit the file")
    return by_lines(content, b"".join(result), replacements, "exact")


def _body(rows: list[bytes], row: int, old_count: int, new_count: int) -> tuple[int, list[bytes], list[bytes]]:
    """(the row after the hunk, or -1 where it is malformed; its old lines; its new lines)."""
    taken: list[bytes] = []
    put: list[bytes] = []
    sides = {b" ": (taken, put), b"-": (taken,), b"+": (put,)}
    while row < len(rows):
        sign, line = rows[row][:1], rows[row][1:]
        if rows[row].startswith(_NO_NEWLINE):
            if not taken and not put:
                return -1, taken, put
            for side in sides.get(rows[row - 1][:1], ()):
                side[-1] = side[-1].removesuffix(b"\n")
        elif len(taken) == old_count and len(put) == new_count:
            break
        elif sign in sides:
            for side in sides[sign]:
                side.append(line)
        else:
            return -1, taken, put
        row += 1
    complete = len(taken) == old_count and len(put) == new_count
    return row if complete else -1, taken, put
