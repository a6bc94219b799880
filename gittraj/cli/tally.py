"""Totals of a record: entries go in; steps, commands, edits, tokens and cost come out."""

from collections.abc import Iterable
from typing import Any

from gittraj.cli.shell_call import command_line
from gittraj.cli.turns import Step, Turn
from gittraj.model.entry import Entry, walk


class Tally:
    """What a segment amounts to, sub-agents included."""

    def __init__(self) -> None:
        self.steps = self.failed = self.commands = self.commands_failed = self.unknown = self.thoughts = 0
        self.edits = self.edits_failed = 0
        self.input = self.output = self.cached = 0
        self.cost = 0.0


def failed(result: Entry | None) -> bool:
    """Whether a recorded result says that the call failed."""
    if result is None:
        return False
    code = result.get("exit-code")
    return result.get("is-error") is True or (isinstance(code, int) and not isinstance(code, bool) and code != 0)


def tally(entries: Iterable[Entry], told: Iterable[Turn], edits: Iterable[bool]) -> Tally:
    """The totals; `edits`: for each editing call whether it failed."""
    total = Tally()
    for step in every_step(told):
        if step.call["type"] != "tool-call":
            continue
        total.steps += 1
        bad = failed(step.result)
        total.failed += bad
        if command_line(step.call) is not None:
            total.commands += 1
            total.commands_failed += bad
    for bad in edits:
        total.edits += 1
        total.edits_failed += bad
    for entry in walk(entries):
        _usage(total, entry.get("token-usage"))
        total.thoughts += entry.get("type") == "reasoning"
        total.unknown += entry.get("type") == "system-event" and entry.get("event-type") == "unknown"
    return total


def every_step(told: Iterable[Turn]) -> Iterable[Step]:
    """All steps of `told`, those inside others included."""
    for turn in told:
        for step in turn.steps:
            yield step
            yield from every_step(step.inside)
        yield from every_step(turn.inside)


def _usage(total: Tally, usage: Any) -> None:
    if not isinstance(usage, dict):
        return
    total.input += _number(usage.get("input"))
    total.output += _number(usage.get("output"))
    total.cached += _number(usage.get("cached"))
    cost = usage.get("cost")
    total.cost += cost if isinstance(cost, (int, float)) and not isinstance(cost, bool) else 0.0


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def short(number: int) -> str:
    """A count in at most five characters: 940, 14.2k, 3.1M."""
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            return f"{number / size:.1f}{unit}"
    return str(number)
