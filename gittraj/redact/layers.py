"""Decoded views of a string: text goes in, what it says once escapes, colours and encodings are undone comes out, with the way back.

Each view is a list of `Piece`s whose characters map to a span of the string, so that what is found in the view can be cut
from the string itself.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

from gittraj.redact.runs import Run, runs

LAYERS = 3  # how deep encodings are undone inside each other (JSON in JSON in base64); a bomb gains nothing from more
CONTEXT = (
    80  # characters before an encoded run that go in front of it: in ``password: aGVsbG8=`` the name tells what it is
)

# escaped quotes, newlines, ``\u0041``: a JSON string inside the string
_JSON = re.compile(r"\\(?:u([0-9a-fA-F]{4})|([\"\\/bfnrt]))")
_URL = re.compile(r"(?:%[0-9a-fA-F]{2})+")
_COLOUR = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LETTERS = dict(zip('"\\/bfnrt', '"\\/\b\f\n\r\t', strict=True))

Locate: TypeAlias = Callable[[int, int], tuple[int, int]]  # a span of a view → the span it stands for


class Piece(NamedTuple):
    """Text that stands for the span `start` to `end` of the string; `locate` maps a span of `text` to one of the string."""

    text: str
    start: int
    end: int
    locate: Locate


def pieces(text: str) -> list[Piece]:
    """The decoded views of `text`, without `text` itself; nested encodings to the depth `LAYERS`."""
    found: list[Piece] = []
    seen: set[str] = set()  # the same run is met again in the view of the line around it
    todo: list[tuple[str, Locate, int]] = [(text, _same, 0)]
    while todo:
        current, outer, depth = todo.pop()
        for piece in _undo(current):
            if piece.text in seen:
                continue
            seen.add(piece.text)
            composed = Piece(piece.text, *outer(piece.start, piece.end), _compose(outer, piece.locate))
            found.append(composed)
            if depth + 1 < LAYERS:
                todo.append((piece.text, composed.locate, depth + 1))
    return found


def plain(text: str) -> str:
    """`text` without control characters that the scanner would drop, one character for each, so that places stay."""
    return _CONTROL.sub(" ", text) if _CONTROL.search(text) else text


def _undo(text: str) -> Iterator[Piece]:
    if "\x1b" in text:
        yield from _lines(text, _COLOUR, _nothing)
    if "\\" in text:
        yield from _lines(text, _JSON, _unescape)
    if "%" in text:
        yield from _lines(text, _URL, _unquote)
    yield from _decoded(text)


def _lines(text: str, pattern: re.Pattern[str], decode: Callable[[re.Match[str]], str]) -> Iterator[Piece]:
    """The lines in which `pattern` occurs, decoded; neighbouring lines together, for values that span them."""
    start = end = -1
    for match in pattern.finditer(text):
        if match.start() < end:
            continue
        line = text.rfind("\n", 0, match.start()) + 1
        stop = text.find("\n", match.start())
        stop = len(text) if stop < 0 else stop + 1
        if line == end:
            end = stop
            continue
        if start >= 0:
            yield _substituted(text, start, end, pattern, decode)
        start, end = line, stop
    if start >= 0:
        yield _substituted(text, start, end, pattern, decode)


def _substituted(
    text: str, start: int, end: int, pattern: re.Pattern[str], decode: Callable[[re.Match[str]], str]
) -> Piece:
    part = text[start:end]

    def locate(first: int, last: int) -> tuple[int, int]:
        begin, stop, shift, done = -1, -1, 0, 0
        for match in pattern.finditer(part):
            length = len(decode(match))
            place = match.start() - shift  # where the decoded characters of this match stand
            if begin < 0 and first < place:
                begin = first + shift
            if stop < 0 and last <= place:
                stop = last + shift
                break
            if begin < 0 and first < place + length:
                begin = match.start()
            if stop < 0 and last <= place + length and last > place:
                stop = match.end()
                break
            shift += match.end() - match.start() - length
            done = match.end()
        begin = first + shift if begin < 0 else begin
        stop = max(last + shift, done if last > first else 0) if stop < 0 else stop
        return start + begin, start + min(stop, len(part))

    return Piece(pattern.sub(decode, part), start, end, locate)


def _decoded(text: str) -> Iterator[Piece]:
    """The encoded runs of `text`, each behind what stands before it on its line."""
    for run in runs(text):
        line = max(text.rfind("\n", 0, run.start) + 1, run.start - CONTEXT)
        yield Piece(text[line : run.start] + run.decoded, line, run.start + len(run.raw), _behind(run, line))


def _behind(run: Run, line: int) -> Locate:
    offset = run.start - line

    def locate(first: int, last: int) -> tuple[int, int]:
        if last <= offset:
            return line + first, line + last
        begin, stop = run.span(max(first - offset, 0), last - offset)
        return (line + first if first < offset else run.start + begin), run.start + stop

    return locate


def _unescape(match: re.Match[str]) -> str:
    code, letter = match.groups()
    if letter:
        return _LETTERS[letter]
    character = chr(int(code, 16))
    return "?" if "\ud800" <= character <= "\udfff" else character


def _unquote(match: re.Match[str]) -> str:
    return bytes.fromhex(match.group().replace("%", "")).decode("utf-8", "replace")


def _nothing(match: re.Match[str]) -> str:
    return ""


def _same(first: int, last: int) -> tuple[int, int]:
    return first, last


def _compose(outer: Locate, inner: Locate) -> Locate:
    if outer is _same:
        return inner

    def locate(first: int, last: int) -> tuple[int, int]:
        return outer(*inner(first, last))

    return locate
