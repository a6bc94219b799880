"""`git traj hook NAME …`: what git's shims call; arguments and environment go in, always exit code 0 out for hooks that record.

Does not import typer, and nothing heavy before something is to be done.
"""

import os
import sys

PREFIX = "git-traj: "


def run(arguments: list[str]) -> int:
    """Run the hook named first. A recording hook never fails the commit: problems are one line on stderr and in the doctor's log."""
    if not arguments:
        _say("hook: name a hook, e.g. git traj hook post-commit")
        return 2
    name = arguments[0]
    if name != "post-commit":
        _say(f"hook: {name} is not known to this version")
        return 0
    try:
        from gittraj.flows.post_commit import post_commit

        post_commit(os.getcwd(), os.environ, _say)
    except KeyboardInterrupt:
        return 0
    except Exception as error:  # noqa: BLE001 - the commit stands whatever happens here
        return _failed(error)
    return 0


def _say(line: str) -> None:
    from gittraj.cli.escape import visible

    sys.stderr.write(PREFIX + visible(line) + "\n")


def _failed(error: Exception) -> int:
    from gittraj.errors import GitTrajError
    from gittraj.flows.trouble import report

    if isinstance(error, GitTrajError):
        _say(f"{error.message}; {error.hint}" if error.hint else error.message)
    else:
        _say(f"the trace of this commit was not attached: {type(error).__name__}; details: git traj doctor")
    report(os.getcwd(), error)
    return 0
