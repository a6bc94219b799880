"""`git traj push`, `fetch` and `sync`: a remote goes in; which notes went where comes out."""

from gittraj.cli.command import JSON, Command, Parameter
from gittraj.cli.console import Console
from gittraj.cli.paint import Line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gittraj.model.exchange import Exchange


def push(console: Console, remote: str | None = None, *, json: bool = False) -> int:
    """Send notes to `remote`."""
    from gittraj.flows import sync as flow
    from gittraj.flows.wiring import open_house

    return _tell(console, flow.push(open_house(), remote), json=json)


def fetch(console: Console, remote: str | None = None, *, json: bool = False) -> int:
    """Get notes from `remote`."""
    from gittraj.flows import sync as flow
    from gittraj.flows.wiring import open_house

    return _tell(console, flow.fetch(open_house(), remote), json=json)


def sync(console: Console, remote: str | None = None, *, json: bool = False) -> int:
    """Get notes from `remote`, then send ours."""
    from gittraj.flows import sync as flow
    from gittraj.flows.wiring import open_house

    return _tell(console, flow.sync(open_house(), remote), json=json)


def _tell(console: Console, done: "Exchange", *, json: bool) -> int:
    if json:
        names = ("ref", "remote", "tip", "received", "sent")
        refs = [{name: getattr(one, name) for name in names} for one in done.refs]
        console.json({"remote": done.remote, "refs": refs, "tries": done.tries, "warnings": list(done.warnings)})
        return 0
    console.lines(exchange_lines(done))
    for warning in done.warnings:
        console.say(warning)
    return 0


def exchange_lines(done: "Exchange") -> "Iterator[Line]":
    """A line per ref: what came, what went."""
    from gittraj.cli.escape import one_line

    for one in done.refs:
        if not one.tip:
            yield Line(("note", "· "), ("", f"no notes yet, here or on {one_line(one.remote)}"))
            continue
        moved = [f"{count} {word}" for count, word in ((one.received, "received"), (one.sent, "sent")) if count]
        told = ", ".join(moved) or "nothing new"
        name = one_line(one.ref.removeprefix("refs/notes/"))
        yield Line(("good", "✓ "), ("", f"{name}: {told}"), ("dim", f"  {one_line(one.remote)}"))


REMOTE = Parameter("remote", help="a remote's name or a URL; the shared one, else origin, where none is named")

COMMANDS = (
    Command(
        "push",
        push,
        "Send notes to a remote, united with what is there.",
        REMOTE,
        JSON,
        about="Nothing is forced: where the remote moved, its notes are united with yours and the push is tried again. Transcripts "
        "are then visible to everyone who can read the remote.",
        exits="1: the remote cannot be reached, or does not take the notes.",
        examples=(("git traj push", "to the shared remote, else origin"),),
    ),
    Command(
        "fetch",
        fetch,
        "Get notes from a remote and unite yours with them.",
        REMOTE,
        JSON,
        about="Statements are united one by one: none is lost, whoever wrote first.",
        exits="1: the remote cannot be reached.",
    ),
    Command(
        "sync",
        sync,
        "Fetch, then push: both sides have all notes afterwards.",
        REMOTE,
        JSON,
        exits="1: the remote cannot be reached, or does not take the notes.",
    ),
)
