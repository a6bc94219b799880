"""`git traj hook NAME …`: what git's shims and the pre-commit framework call; arguments and environment go in, the exit code comes out.

Hooks that record always end with 0. Hooks that guard end with 1 where the answer is no and where it cannot be told. Does not import
typer, and nothing heavy before something is to be done.
"""

import os
import sys

PREFIX = "git-traj: "
# name → the module of `gittraj.cli` whose `run(arguments)` is the hook
GUARDS = {
    "pre-push": "gate",
    "pre-receive": "gate",
    "traj-verify": "gate",
    "traj-secrets": "commit_guards",
    "traj-no-forged-trailers": "commit_guards",
}


def run(arguments: list[str]) -> int:
    """Run the hook named first. A recording hook never fails the commit: problems are one line on stderr and in the doctor's log."""
    if not arguments:
        say("hook: name a hook, e.g. git traj hook post-commit")
        return 2
    name = arguments[0]
    if name in GUARDS:
        return _guard(name, arguments)
    if name == "post-rewrite":
        return _rewritten(arguments[1:])
    if name != "post-commit":
        say(f"hook: {name} is not known to this version")
        return 0
    try:
        from gittraj.flows.post_commit import post_commit

        post_commit(os.getcwd(), os.environ, say)
    except KeyboardInterrupt:
        return 0
    except Exception as error:  # noqa: BLE001 - the commit stands whatever happens here
        _failed(error, "the trace of this commit was not attached")
    return 0


def _rewritten(arguments: list[str]) -> int:
    try:
        from gittraj.flows.post_rewrite import post_rewrite

        post_rewrite(os.getcwd(), arguments[0] if arguments else "", sys.stdin, os.environ, say)
    except KeyboardInterrupt:
        return 0
    except Exception as error:  # noqa: BLE001 - what was rewritten stands whatever happens here
        _failed(error, "no carry statement was signed")
    return 0


def say(line: str) -> None:
    """A line on stderr, with our name before it."""
    from gittraj.cli.escape import visible

    sys.stderr.write(PREFIX + visible(line) + "\n")


def _guard(name: str, arguments: list[str]) -> int:
    """A hook that guards: whatever goes wrong in it is a no, told in one line."""
    from importlib import import_module

    try:
        code: int = import_module(f"gittraj.cli.{GUARDS[name]}").run(arguments)
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - fail closed: a guard that broke has not said yes
        _failed(error, f"{name} could not decide, so it refuses")
        return 1
    return code


def _failed(error: Exception, what: str) -> None:
    from gittraj.errors import GitTrajError
    from gittraj.flows.trouble import report

    if isinstance(error, GitTrajError):
        say(f"{error.message}; {error.hint}" if error.hint else error.message)
    else:
        say(f"{what}: {type(error).__name__}; details: git traj doctor")
    report(os.getcwd(), error)
