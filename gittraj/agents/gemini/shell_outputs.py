"""Gemini CLI's recorded outputs: a shell call and its result go in, what the command printed comes out.

The text is a list of facts: ``Output: …`` first, ``Process Group PGID: …`` last, ``Error``, ``Exit Code``, ``Signal`` and
``Background PIDs`` between them where they say something (always, in older versions). White space at both ends of the output is gone.
"""

from gittraj.agents import shell_calls
from gittraj.model.entry import Entry
from gittraj.model.printed import Printed, never, unclear

_OPENING, _CLOSING = "<untrusted_context>\n", "\n</untrusted_context>"
_TAIL = ("Process Group PGID: ", "Background PIDs: ", "Signal: ", "Exit Code: ", "Error: ")  # from the end
_CUT = ("Tool output truncated", "Output too large. Showing", " characters truncated] ...")
_NONE = ("(none)", "(empty)")


def printed(call: Entry, result: Entry | None, version: str) -> list[Printed]:
    """What each command of `call` printed, as `gittraj.agents.outputs` hands it on."""
    return [_printed(result or {}) for _ in shell_calls.commands(call, result)]


def _printed(result: Entry) -> Printed:
    text = result.get("output")
    if result.get("is-error") is True:
        return never("it was stopped or refused")
    if not isinstance(text, str):
        return unclear("its output is no text")
    if text.startswith(_OPENING) and text.endswith(_CLOSING):
        text = text[len(_OPENING) : -len(_CLOSING)]
    lines = text.split("\n")
    facts: dict[str, str] = {}
    for name in _TAIL:
        if len(lines) > 1 and lines[-1].startswith(name):
            facts[name] = lines.pop().removeprefix(name)
    text = "\n".join(lines)
    if text.startswith("Command: "):
        at = text.find("\nOutput: ")
        if at < 0:  # both streams, each under a name of its own
            return unclear("this version joined both streams in a form that is not undone")
        text = text[at + 1 :]
    if _TAIL[0] not in facts or not text.startswith("Output: "):
        return unclear("its record has an unknown form")
    if any(mark in text for mark in _CUT):
        return unclear("the agent cut its output")
    if facts.get("Signal: ", "(none)") not in _NONE:
        return never("it was stopped by a signal")
    text = text.removeprefix("Output: ")
    code = facts.get("Exit Code: ", "0")
    return Printed(
        "" if text in _NONE else text, int(code) if code.lstrip("-").isdigit() else None, "both", started_as="bash"
    )
