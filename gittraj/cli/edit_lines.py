"""An edit on the page: a step with the operations its agent reads in it goes in; a line per file and the diff below it come out."""

from gittraj.cli.content import shown_line
from gittraj.cli.diff import Change, change
from gittraj.cli.outcome import outcome
from gittraj.cli.page import Page, short_path
from gittraj.cli.paint import EDGE, Line, Span
from gittraj.cli.turns import Step
from gittraj.model.operation import Observed

DIFF_LINES = 12


def edit_lines(step: Step, operations: list[Observed], page: Page) -> list[Line]:
    """The lines of one editing call; a failed one without its diff, unless everything is asked for."""
    lines: list[Line] = []
    changes = [change(observed) for observed in operations]
    for index, each in enumerate(changes):
        again = index > 0 and each.path == changes[index - 1].path and each.verb == changes[index - 1].verb
        if not again:
            lines.append(_change_line(each, changes, operations[index].state, step, page, first=index == 0))
        else:
            lines.append(Line(("dim", "      ⋮")))
        if operations[index].state not in ("failed", "denied") or page.full:
            lines += _cut(each, page)
    return lines


def _change_line(each: Change, changes: list[Change], state: str, step: Step, page: Page, *, first: bool) -> Line:
    same = [other for other in changes if other.path == each.path]
    added, removed = sum(other.added for other in same), sum(other.removed for other in same)
    size: tuple[Span, ...] = ()
    if added or removed:
        size = (*((("good", f"+{added}"),) if added else ()), *((("", " "),) if added and removed else ()),
                *((("bad", f"−{removed}"),) if removed else ()))  # fmt: skip
    if state in ("failed", "denied"):
        size = outcome(step, results=page.results, command=False) or (("bad", f"✗ {state}"),)
    elif state == "open" and first:
        size = outcome(step, results=page.results, command=False)
    place = f":{each.place}" if each.place else ""
    to = f" → {shown_line(short_path(each.to, page.root))}" if each.to else ""
    return Line(("name", f"{each.verb:<5}"), ("bold", f" {shown_line(short_path(each.path, page.root))}"), ("dim", place),
                ("bold", to), right=size or EDGE)  # fmt: skip


def _cut(each: Change, page: Page) -> list[Line]:
    shown = each.lines if page.full or len(each.lines) <= DIFF_LINES + 1 else each.lines[:DIFF_LINES]
    lines = [Line(("", "      "), *line.left, right=() if page.full else EDGE) for line in shown]
    if len(shown) < len(each.lines):
        lines.append(Line(("dim", f"      … {len(each.lines) - len(shown)} more lines")))
    return lines
