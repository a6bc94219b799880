"""The hooks of the pre-commit framework that guard a commit: what is staged, or the message, goes in; why it may not be committed comes out."""

import os

from gittraj.cli.hook import say

SHOWN = 20  # places or lines that are told
LIMIT = 1 << 22  # bytes of a message file


def run(arguments: list[str]) -> int:
    """``traj-secrets`` and ``traj-no-forged-trailers FILE``; 1 where the commit may not be made."""
    if os.environ.get("GITTRAJ") == "0":
        return 0
    return _secrets() if arguments[0] == "traj-secrets" else _trailers(arguments[1:])


def _secrets() -> int:
    from gittraj.cli.escape import one_line
    from gittraj.flows.staged_secrets import staged_secrets

    found = staged_secrets(os.getcwd(), os.environ)
    if not found:
        return 0
    say(
        f"commit refused: {len(found)} secret{'' if len(found) == 1 else 's'} of an agent's session {'is' if len(found) == 1 else 'are'} staged"
    )
    for each in found[:SHOWN]:
        say(f"  ✗ {one_line(each.path)}:{each.line}: looks like {one_line(each.rule)}")
    say("take it out and git add again; where it is none: SKIP=traj-secrets git commit")
    return 1


def _trailers(arguments: list[str]) -> int:
    from gittraj.cli.escape import one_line
    from gittraj.errors import GitTrajError, UsageError
    from gittraj.flows.forged_trailers import forged_trailers

    if len(arguments) != 1:
        raise UsageError(
            "traj-no-forged-trailers: takes the file of a commit message",
            hint="it is a hook of the stage commit-msg: pre-commit install -t commit-msg",
        )
    try:
        with open(arguments[0], "rb") as file:
            message = file.read(LIMIT).decode("utf-8", "replace")
    except OSError as error:
        raise GitTrajError(f"{arguments[0]}: cannot be read: {error.strerror}") from error
    found = forged_trailers(os.getcwd(), os.environ, message)
    if not found:
        return 0
    say("commit refused: its message claims what is not so")
    for each in found[:SHOWN]:
        say(f"  ✗ {one_line(each.line)[:120]}")
        say(f"      {each.why}")
    say("take the line out; where it is right: SKIP=traj-no-forged-trailers git commit")
    return 1
