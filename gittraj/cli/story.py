"""The story of a record, turn by turn: turns go in, styled lines come out, the same for every agent."""

from collections.abc import Iterable, Iterator
from typing import Any

from gittraj.cli.columns import fit, pad, width, wrap
from gittraj.cli.content import lines_of, shown, shown_line, text_of
from gittraj.cli.edits import Edits
from gittraj.cli.page import Page
from gittraj.cli.paint import Line, Span
from gittraj.cli.step_lines import step_lines
from gittraj.cli.turns import LOUD, Turn

TEXT_LINES = 8
INNER_TEXT_LINES = 3  # of a sub-agent: its result is what the story needs
EVENT_LINES = 2
NUMBER = 3  # columns of the turn's number


class Teller:
    """Tells one record. `who`: the agent's name as it stands before its turns. `columns`: width of the page."""

    def __init__(self, who: str, edits: Edits, page: Page, columns: int) -> None:
        self._who = {"user": "you", "assistant": who.partition("-")[0] or "agent"}  # "claude-code" takes too much room
        self._label = max(width(name) for name in self._who.values())
        self._edits = edits
        self._page = page
        self._columns = columns
        self.margin = NUMBER + 2 + self._label + 2

    def story(self, told: Iterable[Turn]) -> Iterator[Line]:
        """Every turn, numbered; a blank line before each prompt."""
        number = 0
        before = (("", " " * self.margin),)
        for turn in told:
            if turn.event is not None:
                yield from (line.indented(*before) for line in self._event(turn, self.margin))
            elif turn.who == "given":
                yield from (line.indented(*before) for line in self._given(turn))
            else:
                if turn.who == "user" and number:
                    yield Line()
                number += 1
                yield from self._turn(turn, number)

    def _turn(self, turn: Turn, number: int) -> Iterator[Line]:
        style = "bold" if turn.who == "user" else "name"
        lead: tuple[Span, ...] = (
            ("dim", f"{number:>{NUMBER}}  "),
            (style, pad(self._who[turn.who], self._label)),
            ("", "  "),
        )
        for index, line in enumerate(self._body(turn, self.margin, TEXT_LINES)):
            yield line.indented(*lead) if index == 0 else line.indented(("", " " * self.margin))

    def _body(self, turn: Turn, margin: int, limit: int) -> Iterator[Line]:
        """What was said, with the folded thought at its right end, then the steps."""
        thoughts = [line for thought in turn.thoughts for line in lines_of(shown(thought))]
        note = _thought_note(thoughts)
        texts = self._texts(turn, margin, limit, reserve=sum(width(text) for _, text in note) + 2)
        if note:
            first = texts.pop(0) if texts else self._thought_line(thoughts, margin)
            yield Line(*first.left, right=note)
        if self._page.full:
            room = self._room(margin + 2)
            yield from (Line(("dim", f"· {part}")) for line in thoughts for part in wrap(line, room))
        yield from texts
        for step in turn.steps:
            yield from step_lines(step, self._edits.of(step), self._page)
            yield from self._inner(step.inside, margin)
        yield from self._inner(turn.inside, margin)

    def _thought_line(self, thoughts: list[str], margin: int) -> Line:
        """The first words of a thought, for a turn in which nothing was said."""
        if self._page.full:
            return Line()
        return Line(("dim", fit(f"· {thoughts[0].strip('*# ')}", self._room(margin) - 20)))

    def _texts(self, turn: Turn, margin: int, limit: int, reserve: int) -> list[Line]:
        style = "bold" if turn.who == "user" else ""
        parts: list[str] = []
        for text in turn.texts:
            for line in lines_of(shown(text)):
                parts += self._wrapped(line, margin, 0 if parts else reserve)
        if not self._page.full and len(parts) > limit + 1:
            return [*(Line((style, part)) for part in parts[:limit]), _more(len(parts) - limit)]
        return [Line((style, part)) for part in parts]

    def _wrapped(self, line: str, margin: int, reserve: int) -> list[str]:
        """`line` in the room right of `margin`; its first part leaves `reserve` columns free."""
        room = self._room(margin)
        parts = wrap(line, room - reserve)
        if reserve <= 0 or len(parts) < 2:
            return parts
        indent = " " * (len(parts[0]) - len(parts[0].lstrip(" ")))
        return [parts[0], *wrap(indent + line.expandtabs(4)[len(parts[0]) :].lstrip(" "), room)]

    def _given(self, turn: Turn) -> Iterator[Line]:
        """What a program put before the agent (project rules, environment): one line, the whole only on request."""
        lines = [line for text in turn.texts for line in lines_of(shown(text))]
        if self._page.full:
            yield from (Line(("dim", part)) for line in lines for part in wrap(line, self._room(self.margin)))
        elif lines:
            more = f"  … {len(lines) - 1} more lines" if len(lines) > 1 else ""
            yield Line(("dim", f"given: {fit(lines[0].strip('# '), 60)}{more}"))

    def _inner(self, told: list[Turn], margin: int) -> Iterator[Line]:
        """What happened inside a call, behind a rail."""
        for turn in told:
            if turn.event is not None:
                lines = self._event(turn, margin + 2)
            elif turn.who == "given":
                lines = self._given(turn)
            else:
                lines = self._body(turn, margin + 2, INNER_TEXT_LINES)
            yield from (line.indented(("dim", "╎ ")) for line in lines)

    def _event(self, turn: Turn, margin: int) -> Iterator[Line]:
        entry = turn.event or {}
        kind = str(entry.get("event-type", "event"))
        if kind not in LOUD and not self._page.full:
            return
        text = shown_line(_facts(entry.get("data")))
        parts = wrap(f"— {shown_line(kind)}  {text}", self._room(margin))
        style = "bad" if kind in ("error", "interrupted") else "dim"
        limit = len(parts) if self._page.full else EVENT_LINES
        yield from (Line((style, part)) for part in parts[:limit])
        if len(parts) > limit:
            yield _more(len(parts) - limit)
        yield from self._inner(turn.inside, margin)

    def _room(self, margin: int) -> int:
        return max(self._columns - margin, 20)


def _thought_note(lines: list[str]) -> tuple[Span, ...]:
    return (("dim", f"· thought, {len(lines)} line{'' if len(lines) == 1 else 's'}"),) if lines else ()


def _facts(data: Any) -> str:
    """What an event's data say, on one line."""
    if isinstance(data, dict) and not any(isinstance(value, (dict, list)) for value in data.values()):
        return ", ".join(f"{key}: {text_of(value)}" for key, value in data.items() if value not in (None, "", False))
    return " ".join(lines_of(text_of(data)))


def _more(count: int) -> Line:
    return Line(("dim", f"… {count} more line{'' if count == 1 else 's'}"))
