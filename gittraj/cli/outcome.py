"""How a call ended: a step goes in; the right end of its line (✓, ✗ and the exit code, how much it printed, still running) comes out."""

from typing import Any

from gittraj.cli.content import printed, shown_line
from gittraj.cli.paint import Span
from gittraj.cli.shell_call import command_line
from gittraj.cli.tally import failed
from gittraj.cli.turns import Step

_WORDS = ("denied", "cancelled", "aborted", "timeout")


def outcome(step: Step, *, results: bool, command: bool) -> tuple[Span, ...]:
    """The right end of a call's line. `results`: whether the record has any results; `command`: a shell command says ✓ too."""
    if step.result is None:
        if not results:
            return ()
        line = command_line(step.call) or ""
        commits = "git" in line and "commit" in line
        return (("note", "→ this commit (still running)" if commits else "… still running"),)
    count = len(printed(step.result))
    size = f"{count} line{'' if count == 1 else 's'}" if count else ""
    if failed(step.result):
        return (("bad", f"✗ {_failure(step.result)}"), ("dim", f", {size}" if size else ""))
    if not command:
        return (("dim", size),) if size else ()
    return (("good", "✓"), ("dim", f" {size}" if size else ""))


def _failure(result: dict[str, Any]) -> str:
    code = result.get("exit-code")
    if isinstance(code, int) and code:
        return f"exit {code}"
    status = result.get("status")
    return shown_line(status) if isinstance(status, str) and status in _WORDS else "failed"
