"""pi's recorded outputs: a bash call (or a command that the user typed) goes in, what it printed comes out.

pi keeps the bytes of both streams as they came, decoded as UTF-8. It puts ``(no output)`` where there were none and adds a blank line and
``Command exited with code N`` where the command failed.
"""

import re
from typing import Any

from gittraj.agents import shell_calls
from gittraj.model.entry import Entry
from gittraj.model.printed import Printed, never, unclear

_EXIT = re.compile(r"\n\nCommand exited with code (\d{1,9})\Z")
_EMPTY = "(no output)"


def printed(call: Entry, result: Entry | None, version: str) -> list[Printed]:
    """What each command of `call` printed, as `gittraj.agents.outputs` hands it on."""
    commands = shell_calls.commands(call, result)
    if result is None:
        return [_typed(call.get("data"), ran.code) for ran in commands]
    return [_printed(result) for _ in commands]


def _printed(result: Entry) -> Printed:
    text, details = result.get("output"), result.get("details")
    if not isinstance(text, str):
        return unclear("its output is no text")
    if isinstance(details, dict) and details.get("truncation"):
        return unclear("the agent cut its output")
    code = 0
    if result.get("is-error") is True:
        tail = _EXIT.search(text)
        if tail is None:
            return never("it was stopped or refused")
        text, code = text[: tail.start()], int(tail[1])
    return Printed("" if text == _EMPTY else text, code)


def _typed(data: Any, code: int | None) -> Printed:
    told = data if isinstance(data, dict) else {}
    if told.get("cancelled") is True:
        return never("it was interrupted")
    output = told.get("output")
    if told.get("truncated") is True or not isinstance(output, str):
        return unclear("the agent cut its output")
    return Printed(output, code)
