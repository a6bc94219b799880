"""The single error edge: a command goes in, its exit code comes out, whatever happens inside.

0 done, 1 the answer is no or an expected error, 2 wrong usage, 3 unexpected (with a log file), 130 interrupted, 141 when the
reader of our output went away (what git's own commands end with).
"""

import os
import sys

from gittraj.errors import GitTrajError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gittraj.cli.console import Console

UNEXPECTED, INTERRUPTED, READER_GONE = 3, 130, 141


def guarded(run: "Callable[[], int]", console: "Console", arguments: list[str]) -> int:
    """The exit code of `run()`; errors become one line that says what and why, and one with what to type next."""
    try:
        code = run()
        console.out.flush()
    except GitTrajError as error:
        return _expected(error, console)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return _reader_gone(console)
    except Exception as error:  # noqa: BLE001 - the one place that turns a bug into a line and a log file
        return _unexpected(error, console, arguments)
    return code


def _expected(error: GitTrajError, console: "Console") -> int:
    try:
        console.out.flush()
    except BrokenPipeError:
        return _reader_gone(console)
    console.say(error.message)
    if error.hint:
        console.hint(f"          {error.hint}")
    return error.exit_code


def _reader_gone(console: "Console") -> int:
    # Python would complain once more when it flushes stdout at exit
    if console.out is sys.stdout:
        os.dup2(os.open(os.devnull, os.O_WRONLY), console.out.fileno())
    return READER_GONE


def _unexpected(error: Exception, console: "Console", arguments: list[str]) -> int:
    from gittraj.cli.trouble_log import write

    path = write(error, arguments, console.env)
    console.say(f"unexpected {type(error).__name__}: this is a bug in gittraj")
    console.hint(f"          details: {path}" if path else "          and its log file could not be written")
    return UNEXPECTED
