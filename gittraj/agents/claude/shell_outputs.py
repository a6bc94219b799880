"""Claude Code's recorded outputs: a Bash call and its result go in, what the command printed comes out.

Measured on 240 Bash results of versions 2.0.76 to 2.1.49: the content is stdout, then the note that the shell's directory was put
back; blank lines in front and white space at the end are gone. A failed call begins with ``Exit code N``. Until 2.1.39 both streams
were read apart (stdout first where the command succeeded, stderr first where it failed); 2.1.49 has them as they came.
"""

import re

from gittraj.agents import shell_calls
from gittraj.agents.claude.tools import DENIED
from gittraj.model.entry import Entry
from gittraj.model.printed import Printed, never, unclear

_RESET = re.compile(r"(?:\A|\n)Shell cwd was reset to [^\n]*\Z")
_EXIT = re.compile(r"\AExit code (\d{1,9})(?:\n|\Z)")
_CUT = re.compile(r"\.\.\. \[\d+ (?:lines|characters) truncated\] \.\.\.|\A<persisted-output>|\AOutput too large")
_EMPTY = ("(Bash completed with no output)", "(No content)")
_APART_UNTIL = (2, 1, 39)


def printed(call: Entry, result: Entry | None, version: str) -> list[Printed]:
    """What each command of `call` printed, as `gittraj.agents.outputs` hands it on."""
    return [_printed(result or {}, version) for _ in shell_calls.commands(call, result)]


def _printed(result: Entry, version: str) -> Printed:
    text, native = result.get("output"), result.get("native")
    told = native if isinstance(native, dict) else {}
    if not isinstance(text, str):
        return unclear("its output is no text")
    if text.startswith(DENIED) or text.startswith("<tool_use_error>"):
        return never("the call was refused")
    if told.get("backgroundTaskId") or text.startswith("Command running in background"):
        return never("it ran in the background")
    if told.get("interrupted") is True or text.startswith(("[Request interrupted", "Command timed out after")):
        return never("it was interrupted")
    if told.get("isImage") is True:
        return unclear("its output is an image")
    if _CUT.search(text):
        return unclear("the agent cut its output")
    apart = _numbers(version) <= _APART_UNTIL
    text = _RESET.sub("", text)
    if result.get("is-error") is True:
        head = _EXIT.match(text)
        if head is None:
            return never("the call failed without an exit code")
        return Printed(text[head.end() :], int(head[1]), "blank", "err-out" if apart else "merged")
    return Printed("" if text in _EMPTY else text, None, "blank", "out-err" if apart else "merged")


def _numbers(version: str) -> tuple[int, ...]:
    found = re.match(r"(\d{1,9})\.(\d{1,9})\.(\d{1,9})", version)
    return tuple(int(part) for part in found.groups()) if found else (99,)
