"""Styled lines: spans of text with the name of a style go in, lines of a given width with or without terminal colours come out.

Styles say what a span means, never only by colour: the words and the signs carry the meaning alone.
"""

from gittraj.cli.columns import fit, pad, width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

Span = tuple[str, str]
EDGE: "tuple[Span, ...]" = (("", ""),)  # an empty right part: the line is cut at the page's edge
_CODES = {"": "", "dim": "2", "bold": "1", "good": "32", "bad": "31", "note": "33", "name": "36", "head": "1"}


class Line:
    """A line: `left` spans, and `right` spans set flush right.

    Where both do not fit: with `breaks`, the right part goes to a line of its own, indented so far; with `whole`, to one of its
    own at the right end, and nothing is cut; else the left is cut.
    """

    __slots__ = ("breaks", "left", "right", "whole")

    def __init__(self, *left: Span, right: "tuple[Span, ...]" = (), breaks: int = 0, whole: bool = False) -> None:
        self.left = left
        self.right = right
        self.breaks = breaks
        self.whole = whole

    def indented(self, *margin: Span) -> "Line":
        """The same line after `margin`."""
        return Line(*margin, *self.left, right=self.right, breaks=self.breaks, whole=self.whole)


def render(lines: "Iterable[Line]", columns: int, colour: bool) -> "Iterable[str]":
    """Each of `lines` as text of at most `columns` (only a line without right part may be wider: nothing is cut there)."""
    for line in lines:
        left, right = _columns(line.left), _columns(line.right)
        if line.breaks and left + right + 2 > columns:
            yield _render(Line(*line.left, right=EDGE), columns, colour)
            yield _render(Line(("", " " * line.breaks), *line.right, right=EDGE), columns, colour)
        elif line.whole and left + right + 2 > columns:
            yield _spans(line.left, colour)
            if right:
                yield _render(Line(right=line.right), columns, colour)
        else:
            yield _render(line, columns, colour)


def _render(line: Line, columns: int, colour: bool) -> str:
    if not line.right:
        return _spans(line.left, colour).rstrip(" ") if not colour else _spans(line.left, colour)
    right = _columns(line.right)
    if not right:
        return _spans(_cut(line.left, columns), colour)
    left = _cut(line.left, max(columns - right - 2, 0))
    taken = _columns(left)
    return _spans(left, colour) + " " * max(columns - taken - right, 2) + _spans(line.right, colour)


def _columns(spans: "Iterable[Span]") -> int:
    return sum(width(text) for _, text in spans)


def _cut(spans: "tuple[Span, ...]", room: int) -> "tuple[Span, ...]":
    kept: list[Span] = []
    for style, text in spans:
        columns = width(text)
        if columns > room:
            kept.append((style, fit(text, room)))
            break
        kept.append((style, text))
        room -= columns
    return tuple(kept)


def _spans(spans: "Iterable[Span]", colour: bool) -> str:
    return "".join(style(name, text) if colour else text for name, text in spans)


def style(name: str, text: str) -> str:
    """`text` in the terminal codes of style `name`."""
    code = _CODES[name]
    return f"\x1b[{code}m{text}\x1b[m" if code and text else text


def table(rows: "list[tuple[Span, ...]]", gap: int = 2) -> list[Line]:
    """Rows of one span per column, columns aligned; a row may have fewer columns."""
    widths: dict[int, int] = {}
    for row in rows:
        for index, (_, text) in enumerate(row[:-1]):
            widths[index] = max(widths.get(index, 0), width(text))
    lines = []
    for row in rows:
        padded = [(name, pad(text, widths[index] + gap)) for index, (name, text) in enumerate(row[:-1])]
        lines.append(Line(*padded, row[-1]))
    return lines
