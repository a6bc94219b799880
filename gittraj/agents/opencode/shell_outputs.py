"""OpenCode's recorded outputs: a bash call and its result go in, what the command printed comes out.

Both streams as they came, decoded as UTF-8; ``(no output)`` where there was nothing. The exit code stands beside it. Until mid 2025
each stream stood in a tag of its own.
"""

from gittraj.agents import shell_calls
from gittraj.model.entry import Entry
from gittraj.model.printed import Printed, never, unclear

_EMPTY = "(no output)"
_CUT = (
    "\n\n...output truncated...",
    "...output truncated...\n",
    "The tool call succeeded but the output was truncated",
)
_STOPPED = ("<bash_metadata>", "<shell_metadata>")


def printed(call: Entry, result: Entry | None, version: str) -> list[Printed]:
    """What each command of `call` printed, as `gittraj.agents.outputs` hands it on."""
    return [_printed(result or {}) for _ in shell_calls.commands(call, result)]


def _printed(result: Entry) -> Printed:
    text, metadata = result.get("output"), result.get("metadata")
    if result.get("is-error") is True and "exit-code" not in result:
        return never("it was stopped or refused")
    if not isinstance(text, str):
        return unclear("its output is no text")
    if any(mark in text for mark in _STOPPED):
        return never("it was stopped by the agent")
    if (isinstance(metadata, dict) and metadata.get("truncated")) or any(mark in text for mark in _CUT):
        return unclear("the agent cut its output")
    if "pruned" in result:
        return unclear("the agent pruned its output")
    if text.startswith("<stdout>\n"):
        return unclear("this version joined both streams in a form that is not undone")
    code = result.get("exit-code")
    return Printed("" if text == _EMPTY else text, code if isinstance(code, int) else None)
