"""The only writer to stdout and stderr: data, lines and hints go in; width, colour, encoding and the pager are decided here."""

import os
import sys

from gittraj.cli.escape import visible
from gittraj.cli.paint import Line, Span, render, style

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, BinaryIO, TextIO

PREFIX = "git-traj: "
WIDEST = 120  # columns: beyond this the eye loses the line between the left and the right part
UNKNOWN_WIDTH = 100  # where stdout is no terminal
# What is written in place of our signs where the output's encoding lacks them
_PLAIN = str.maketrans({"✓": "+", "✗": "x", "–": "-", "−": "-", "→": "->", "…": "...", "·": "-", "│": "|", "╎": ":"})


class Console:
    """Where a command writes. `color`: auto, always or never. `paging`: whether long output may go through a pager."""

    def __init__(
        self,
        *,
        out: "TextIO | None" = None,
        err: "TextIO | None" = None,
        env: "Mapping[str, str] | None" = None,
        color: str = "auto",
        paging: bool = True,
    ) -> None:
        self.out = out or sys.stdout
        self.err = err or sys.stderr
        self.env = os.environ if env is None else env
        self.terminal = self.out.isatty()
        self.paging = paging and self.terminal
        self.colour = self._colour(color)
        self.plain = not (self.out.encoding or "utf-8").lower().replace("-", "").startswith("utf")

    def _colour(self, wish: str) -> bool:
        if wish == "always":
            return True
        if wish == "never" or self.env.get("NO_COLOR") or self.env.get("TERM") == "dumb":
            return False
        return self.terminal or self.env.get("GIT_PAGER_IN_USE") == "true"  # `git -p traj`: git runs the pager

    @property
    def width(self) -> int:
        """Columns to use: COLUMNS, the terminal's, or 100; at most 120, at least 40."""
        text = self.env.get("COLUMNS", "")
        columns = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
        if not columns and self.terminal:
            try:
                columns = os.get_terminal_size(self.out.fileno()).columns
            except OSError:
                columns = 0
        return max(40, min(columns or UNKNOWN_WIDTH, WIDEST))

    def data(self, text: str) -> None:
        """Write `text` to stdout as it is."""
        self._write(self.out, text)

    def json(self, value: "Any") -> None:
        """Write `value` as one line of JSON, ASCII only, so that no terminal obeys what a trace holds."""
        from gittraj.cli.ascii_json import text

        self.data(text(value) + "\n")

    def binary(self, data: bytes) -> None:
        """Write exactly these bytes to stdout."""
        stream: BinaryIO = self.out.buffer
        stream.write(data)
        stream.flush()

    def lines(self, lines: "Iterable[Line]") -> None:
        """Write `lines` to stdout, without a pager."""
        for text in render(lines, self.width, self.colour):
            self.data(text + "\n")

    def page(self, lines: "Iterable[Line]", *, hint: str = "") -> None:
        """Write `lines` to stdout, through git's pager on a terminal; `hint` last: there on a terminal, else on stderr."""
        if not self.paging:
            self.lines(lines)
            if hint:
                self.hint(hint)
            return
        from gittraj.cli.pager import through_pager

        columns = self.width
        tail = [Line(("dim", hint))] if hint else []

        def texts() -> "Iterable[str]":
            yield from render(lines, columns, self.colour)
            yield from render(tail, columns, self.colour)

        if not through_pager(texts(), self.env):
            self.lines([*lines, *tail])

    def say(self, text: str) -> None:
        """A status line on stderr, prefixed."""
        self._write(self.err, f"{PREFIX}{visible(text)}\n")

    def hint(self, text: str) -> None:
        """What to type next, on stderr, below a status line or the output."""
        shown = visible(text)
        self._write(self.err, (style("dim", shown) if self.colour and self.err.isatty() else shown) + "\n")

    def _write(self, stream: "TextIO", text: str) -> None:
        if self.plain:
            text = text.translate(_PLAIN)
            text = text.encode(stream.encoding or "ascii", "backslashreplace").decode(stream.encoding or "ascii")
        stream.write(text)


def sign(result: str) -> Span:
    """The sign of a check's result: ``✓`` pass, ``✗`` fail, ``–`` skip; each also differs as a character, not only in colour."""
    return {"pass": ("good", "✓"), "fail": ("bad", "✗")}.get(result, ("dim", "–"))
