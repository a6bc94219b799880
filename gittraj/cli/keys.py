"""`git traj keys`: names and keys go in; who may sign, and with what this machine signs, comes out."""

from gittraj.cli.command import JSON, Command, Parameter
from gittraj.cli.console import Console
from gittraj.cli.paint import Span, table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gittraj.model.report import KeyLine


def list_keys(console: Console, *, json: bool = False) -> int:
    """The signing key of this machine and the keys that are trusted here."""
    from gittraj.flows.keys import list_keys as flow

    lines = flow()
    if not lines and not json:
        console.say("no key here yet")
        console.hint("          make one with  git traj keys new   (or set user.signingKey with gpg.format=ssh)")
        return 0
    return _tell(console, lines, json=json)


def new_key(console: Console, *, json: bool = False) -> int:
    """Make a signing key under the user's configuration directory."""
    from gittraj.flows.keys import new_key as flow

    return _tell(console, [flow()], json=json)


def trust(console: Console, principal: str, key: str, *, json: bool = False) -> int:
    """Trust `key` (its text, or the path of a .pub file) to sign for `principal`, for this user."""
    from gittraj.flows.keys import trust_key as flow

    return _tell(console, [flow(principal, key)], json=json)


def _tell(console: Console, lines: "list[KeyLine]", *, json: bool) -> int:
    if json:
        from gittraj.cli import shapes

        console.json(shapes.keys(lines))
        return 0
    console.lines(table([_row(line) for line in lines]))
    return 0


def _row(line: "KeyLine") -> tuple[Span, ...]:
    from gittraj.cli.escape import one_line

    return (
        ("bold", one_line(line.role)),
        ("", one_line(line.principal)),
        ("note", one_line(line.fingerprint)),
        ("", one_line(line.type)),
        ("dim", one_line(line.source) + (f"  {one_line(line.usable)}" if line.usable else "")),
    )


COMMANDS = (
    Command(
        "keys list",
        list_keys,
        "List the key this machine signs with and the keys trusted here.",
        JSON,
    ),
    Command(
        "keys new",
        new_key,
        "Make a signing key under your configuration directory.",
        JSON,
        about="Needed only where you have no SSH signing key (user.signingKey with gpg.format=ssh). The file is readable by you only.",
    ),
    Command(
        "keys trust",
        trust,
        "Trust a key to sign for someone, for you on this machine.",
        Parameter("principal", help="who signs with it, an e-mail address", required=True),
        Parameter("key", help="the public key's text, or the path of its .pub file", required=True),
        JSON,
        about="Written to your own allowed signers, never into the repository: a file that whoever commits can change is no trust.",
        examples=(("git traj keys trust ana@example.org ana.pub", "trust Ana's key"),),
    ),
)
