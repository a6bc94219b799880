"""`git traj init` and `git traj deinit`: a repository goes in; what was set up or taken back comes out, a line each."""

from gittraj.cli.command import FLAG, Command, Parameter
from gittraj.cli.console import Console
from gittraj.cli.paint import Line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gittraj.model.report import Step


def init(
    console: Console,
    remote: str | None = None,
    *,
    share: bool = False,
    server: bool = False,
    require_policy: bool = False,
) -> int:
    """Set this repository up: hooks, key, trust, note settings, and with `share` that notes go to `remote`; or as a server."""
    from gittraj.errors import UsageError
    from gittraj.flows.setup import init as flow

    if remote and not share:
        raise UsageError("init: a remote goes with --share", hint=f"git traj init --share {remote}")
    if server and (share or remote):
        raise UsageError("init: --server takes pushes, it does not share", hint="git traj init --server")
    if require_policy and not server:
        raise UsageError("init: --require-policy goes with --server", hint="git traj init --server --require-policy")
    if server:
        from gittraj.flows.setup_server import init_server

        _tell(console, init_server(require_policy=require_policy))
        return 0
    steps = flow(share=share, remote=remote)
    _tell(console, steps)
    console.hint("commit as usual, then: git traj show")
    return 0


def deinit(console: Console) -> int:
    """Take back what `init` did; notes and keys stay."""
    from gittraj.flows.setup import deinit as flow

    _tell(console, flow())
    return 0


def _tell(console: Console, steps: "Iterable[Step]") -> None:
    for step in steps:
        console.lines(step_lines(step))


def step_lines(step: "Step") -> "Iterator[Line]":
    """What was done (or is left to do), and what to type below it."""
    from gittraj.cli.escape import one_line

    yield Line(("good", "✓ ") if step.done else ("note", "! "), ("", one_line(step.what)))
    if step.hint:
        yield Line(("", f"  {one_line(step.hint)}"))


COMMANDS = (
    Command(
        "init",
        init,
        "Set this repository up: hook, key, trust, note settings.",
        Parameter("remote", help="with --share: the remote to share with; origin where none is named"),
        Parameter("share", "--share", help="send notes along with every git push to REMOTE", kind=FLAG),
        Parameter("server", "--server", help="a repository that others push to: only the pre-receive hook", kind=FLAG),
        Parameter(
            "require_policy",
            "--require-policy",
            help="with --server: refuse every push while there is no policy",
            kind=FLAG,
        ),
        about="Hooks that are there already keep running; nothing is overwritten, and a second init changes nothing. git fetch brings "
        "the notes of others from then on. Nothing leaves your machine: notes are pushed by git traj push, or, after --share, along "
        "with git push. Transcripts are then visible to whoever can read the remote. The pre-push hook refuses to push commits that "
        "git traj verify does not let pass; git push --no-verify goes past it.",
        examples=(
            ("git traj init", "once per clone"),
            ("git traj init --share", "and share notes through origin"),
            ("git traj init --server", "in the bare repository on a server"),
        ),
    ),
    Command(
        "deinit",
        deinit,
        "Take back what init did; notes and keys stay.",
        about="Hooks are restored byte for byte.",
    ),
)
