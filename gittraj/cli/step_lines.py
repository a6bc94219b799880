"""One tool call on the page: a step goes in; its line with the state of its result, its diff and a failure's last words come out."""

from typing import Any

from gittraj.cli.content import as_json, lines_of, printed, shown, shown_line, text_of
from gittraj.cli.edit_lines import edit_lines
from gittraj.cli.outcome import outcome
from gittraj.cli.page import Page, short_path
from gittraj.cli.paint import EDGE, Line, Span
from gittraj.cli.shell_call import command_line
from gittraj.cli.tally import failed
from gittraj.cli.turns import Step
from gittraj.model.operation import Observed

LAST_WORDS = 2  # lines of a failed call's output: its end says why
_ARGUMENTS = (
    "pattern", "query", "url", "path", "file_path", "filePath", "absolute_path", "notebook_path", "dir_path", "skill",
    "description", "subject", "name", "prompt",
)  # fmt: skip


def step_lines(step: Step, operations: list[Observed], page: Page) -> list[Line]:
    """The lines of one call."""
    if operations:
        lines = edit_lines(step, operations, page)
    else:
        command = command_line(step.call)
        lines = _command_lines(command, step, page) if command is not None else [_call_line(step, page)]
        if page.full and command is None:
            lines += _input_lines(step.call)
    return lines + _output_lines(step, page, edits=bool(operations))


def _command_lines(command: str, step: Step, page: Page) -> list[Line]:
    home = f"cd {page.root} && "  # some agents begin every command so; it runs there anyway
    lines = lines_of(command if page.full else command.removeprefix(home)) or [""]
    more: tuple[Span, ...] = ()
    if len(lines) > 1 and not page.full:
        more = (("dim", f"  … {len(lines) - 1} more lines" if len(lines) > 2 else "  … 1 more line"),)
    first = Line(
        ("bold", "$ "),
        ("", shown_line(lines[0])),
        *more,
        right=outcome(step, results=page.results, command=True) or EDGE,
        whole=page.full,
    )
    return [first, *(Line(("", f"  {shown(line)}")) for line in lines[1:])] if page.full else [first]


def _call_line(step: Step, page: Page) -> Line:
    name = shown_line(str(step.call.get("name", "?")))
    if name[:1].isupper() and name.isalpha():  # "Read" and "read" are the same to a reader
        name = name.lower()
    if step.call["type"] != "tool-call":
        return Line(("dim", name), right=outcome(step, results=True, command=True))
    given = argument(step.call.get("input"), page.root)
    return Line(
        ("name", f"{name:<5}"), ("", f" {given}"), right=outcome(step, results=page.results, command=False) or EDGE
    )


def argument(given: Any, root: str) -> str:
    """The one thing of a call's input that tells most: a path, a pattern, a question; else the input as JSON."""
    if isinstance(given, str):
        lines = lines_of(given)
        return shown_line(lines[0]) if lines else ""
    if not isinstance(given, dict):
        return "" if given is None else shown_line(text_of(given))
    parts = [
        short_path(given[key], root)
        for key in _ARGUMENTS
        if isinstance(given.get(key), str) and given[key] not in ("", root)
    ]
    if parts:
        return shown_line("  ".join(parts[:2]))
    plain = {key: value for key, value in given.items() if value not in (None, "", [], {})}
    counts = [f"{len(value)} {key}" for key, value in plain.items() if isinstance(value, list)]
    if counts:
        return shown_line(", ".join(counts))
    return shown_line(as_json(plain)) if plain else ""


def _input_lines(call: dict[str, Any]) -> list[Line]:
    given = call.get("input")
    if not isinstance(given, dict):
        return [Line(("dim", f"      {shown(line)}")) for line in lines_of(text_of(given))[1:]]
    lines = []
    for key, value in given.items():
        for index, line in enumerate(lines_of(text_of(value)) or [""]):
            lead = f"{shown_line(str(key))}: " if index == 0 else "  "
            lines.append(Line(("dim", f"      {lead}{shown(line)}")))
    return lines


def _output_lines(step: Step, page: Page, *, edits: bool) -> list[Line]:
    if step.result is None:
        return []
    bad = failed(step.result)
    if not bad and (edits or not page.full):
        return []
    lines = [line for line in printed(step.result) if page.full or line.strip()]
    if not page.full:  # a command says at its end why it failed, a tool at once
        lines = lines[-LAST_WORDS:] if command_line(step.call) is not None else lines[:LAST_WORDS]
    edge = () if page.full else EDGE
    return [Line(("dim", f"    │ {shown(line).expandtabs(4)}"), right=edge) for line in lines]
