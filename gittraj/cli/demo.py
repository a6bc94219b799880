"""`git traj demo`: a folder (or none) goes in; the main job, played step by step as a user would type it, comes out."""

import os

from gittraj.cli.command import COLOR, Command, Parameter
from gittraj.cli.console import Console
from gittraj.cli.paint import Line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gittraj.flows.demo import Act


def demo(console: Console, *, keep: str | None = None) -> int:
    """Play the main job in a temporary repository, or in `keep`, which stays."""
    import tempfile

    from gittraj.errors import UsageError

    if keep is None:
        with tempfile.TemporaryDirectory(prefix="git-traj-demo-", ignore_cleanup_errors=True) as place:
            return _play(console, place)
    if os.path.exists(keep) and (not os.path.isdir(keep) or os.listdir(keep)):
        raise UsageError(f"demo: {keep} is there and not empty", hint="name a folder that does not exist yet")
    os.makedirs(keep, exist_ok=True)
    _play(console, keep)
    path = os.path.join(os.path.abspath(keep), "ledger")
    console.hint(f"the repository stays in {path}")
    console.hint(f"its own HOME (key, session, settings) is in {os.path.join(os.path.abspath(keep), 'home')}")
    return 0


def _play(console: Console, place: str) -> int:
    import time

    from gittraj.flows.demo import demo as flow

    for act in flow(place, console.env, now=time.time(), columns=console.width, colour=console.colour):
        _show(console, act)
        console.out.flush()
    return 0


def _show(console: Console, act: "Act") -> None:
    from gittraj.cli.columns import wrap

    lines = [Line(("dim", f"# {part}")) for part in wrap(act.remark, console.width - 2)] if act.remark else []
    if act.command:
        lines.append(Line(("bold", f"$ {act.command}")))
    console.lines(lines)
    if act.output:
        console.data(f"{act.output}\n")
    if act.command or act.output:
        console.lines([Line(("bad", f"(exit {act.code})"))] if act.code else [])
        console.lines([Line()])


COMMANDS = (
    Command(
        "demo",
        demo,
        "Play the main job in a temporary repository.",
        Parameter("keep", "--keep", help="play in DIR and leave it there", metavar="DIR"),
        COLOR,
        about="init, a session, a commit, show, verify, replay. Takes about ten seconds. Your own configuration, keys and sessions are neither read nor written.",
        exits="1: a step did not end as it should.",
    ),
)
