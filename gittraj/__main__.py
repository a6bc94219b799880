"""The entry point: the command line goes in, the exit code comes out; `hook` takes a way on which almost nothing is imported."""

import gc
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

# New containers before Python looks for garbage: our imports make tens of thousands and no garbage, and with the usual 700
# looking costs 10 ms of every command.
_THRESHOLD = 100_000


def main() -> None:
    """Run `git traj …` (the console script `git-traj`)."""
    gc.set_threshold(_THRESHOLD)
    _leave(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """The exit code of `git traj ARGUMENTS`."""
    if arguments[:1] == ["hook"]:
        from gittraj.cli.hook import run as run_hook

        return run_hook(arguments[1:])
    from gittraj.cli.app import run as run_command

    return run_command(arguments)


def _leave(code: int) -> "NoReturn":
    """End the process at once: taking the interpreter apart costs 15 to 30 ms when libgit2 and pycose are loaded, at every commit."""
    atexit = sys.modules.get("atexit")
    if atexit is not None:
        atexit._run_exitfuncs()  # noqa: SLF001 - as Python itself does at its end; the scanner's clean-up is among them
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        sys.exit(code)  # the reader is gone, or a stream is closed or absent: Python has its ways with these
    os._exit(code)


if __name__ == "__main__":
    main()
