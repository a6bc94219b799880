"""Substitution: a text, a pattern and a replacement go in, the text with its matches replaced comes out."""

from typing import NamedTuple

from gittraj.replay.shell.files import Doubt
from gittraj.replay.shell.regex import Pattern

_NO_DELIMITER = frozenset("\\\n \t")
_SPECIAL = frozenset(".[]*^$+?(){}|&n")


class Substitution(NamedTuple):
    """One ``s`` command. `pieces`: text, and numbers of groups (0: the whole match). `nth`: the first match to replace."""

    pattern: Pattern
    pieces: tuple[str | int, ...]
    every: bool
    nth: int = 1
    prints: bool = False


def substituted(text: str, command: Substitution, budget: list[int]) -> tuple[str, bool]:
    """`text` with the matches replaced, and whether one was."""
    if command.pattern.fold and not text.isascii():
        raise Doubt("letter case beyond ASCII")
    searcher = command.pattern.on(text, budget)
    if searcher is None:
        return text, False
    result: list[str] = []
    at = kept = 0
    count = 0
    last_end = -1
    while at <= len(text):
        match = searcher.search(at)
        if match is None:
            break
        if match.start == match.end and match.start == last_end:  # nothing matches right after a match
            at = match.end + 1
            continue
        count += 1
        if count >= command.nth:
            result.append(text[kept : match.start])
            for piece in command.pieces:
                if isinstance(piece, str):
                    result.append(piece)
                else:
                    start, end = (match.start, match.end) if piece == 0 else match.groups.get(piece, (0, 0))
                    result.append(text[start:end])
            kept = match.end
            if not command.every:
                break
        last_end = match.end
        at = match.end if match.end > match.start else match.end + 1
    if count < command.nth:
        return text, False
    result.append(text[kept:])
    return "".join(result), True


def split(script: str, start: int) -> tuple[str, str, int]:
    """Pattern and replacement of the ``s`` whose delimiter stands at `start`, and the position after. Raises `Doubt`."""
    delimiter = script[start : start + 1]
    if not delimiter or delimiter in _NO_DELIMITER or delimiter.isalnum() or not delimiter.isascii():
        raise Doubt("an odd delimiter", unknown=True)
    parts = []
    at = start + 1
    for _ in range(2):
        part = ""
        while (char := script[at : at + 1]) != delimiter:
            if not char:
                raise Doubt("a substitution does not end", unknown=True)
            if char == "\\":
                follow = script[at + 1 : at + 2]
                if follow == delimiter:
                    if delimiter in _SPECIAL:
                        raise Doubt("an escaped delimiter with a meaning of its own")
                    part += follow
                else:
                    part += char + follow
                at += 2
                continue
            part += char
            at += 1
        parts.append(part)
        at += 1
    return parts[0], parts[1], at
