"""`git traj keys`: names and keys go in; who may sign, and with what this machine signs, comes out."""

from gittraj.cli.command import FLAG, JSON, Command, Parameter
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


def add(
    console: Console,
    principal: str,
    key: str,
    *,
    authority: bool = False,
    after: str | None = None,
    before: str | None = None,
    json: bool = False,
) -> int:
    """Add a key to the repository's list in the worktree."""
    from gittraj.flows.key_changes import add as flow

    code = _tell(
        console, [flow(principal, key, authority=authority, after=after or "", before=before or "")], json=json
    )
    console.hint(
        "commit it; it counts once the trusted ref holds it · a reviewer consents with  git traj policy approve COMMIT"
    )
    return code


def revoke(
    console: Console,
    key: str,
    *,
    since: str | None = None,
    reason: str | None = None,
    user: bool = False,
    json: bool = False,
) -> int:
    """Revoke a key, from a date on or for all time."""
    from gittraj.flows.key_changes import revoke as flow

    code = _tell(console, flow(key, since=since or "", reason=reason or "", user=user), json=json)
    if not user:
        console.hint("commit it; it counts once the trusted ref holds it")
    return code


def rotate(console: Console, *, json: bool = False) -> int:
    """A new key in place of the old one."""
    from gittraj.flows.key_changes import rotate as flow

    return _tell(console, flow(), json=json)


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
    Command(
        "keys add",
        add,
        "Add a key to the repository's list of trusted keys.",
        Parameter(
            "principal", help="who signs with it: an e-mail address, or patterns such as *@example.org", required=True
        ),
        Parameter("key", help="the public key's text, or the path of its .pub file", required=True),
        Parameter(
            "authority", "--authority", help="it vouches for OpenSSH certificates of these principals", kind=FLAG
        ),
        Parameter("after", "--from", help="trust it from this date on (UTC)", metavar="DATE"),
        Parameter("before", "--until", help="trust it until this date (UTC)", metavar="DATE"),
        JSON,
        about='Written to .gittraj/allowed_signers in the worktree, for statements only (namespaces="gittraj"), so that the key of an agent '
        "cannot sign commits. It counts once the trusted ref holds it, and somebody trusted before must consent.",
        examples=(("git traj keys add ana@example.org ana.pub", "Ana's key, for everybody"),),
    ),
    Command(
        "keys revoke",
        revoke,
        "Revoke a key, from a date on or for all time.",
        Parameter("key", help="its text, its .pub file, its fingerprint, or whose keys", required=True),
        Parameter(
            "since", "--from", help="from this date on (UTC); else whatever it ever signed falls", metavar="DATE"
        ),
        Parameter("reason", "--reason", help="why, one line", metavar="TEXT"),
        Parameter("user", "--user", help="in your own list, not in the repository's", kind=FLAG),
        JSON,
        about="With a date, what the key provably signed before stays good: seen here, or in a receipt, before that date. Where only "
        "the signer says so, it is unproven.",
    ),
    Command(
        "keys rotate",
        rotate,
        "Make a new key in place of the one that init made.",
        JSON,
        about="The old key is kept beside the new one, and revoked from now on in your own list. What it signed up to now stays good here.",
    ),
)
