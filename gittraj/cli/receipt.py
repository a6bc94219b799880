"""`git traj receipt`: revisions or files go in; what a log holds of their statements, and whether it still does, comes out."""

from gittraj.cli.command import FLAG, JSON, Command, Parameter
from gittraj.cli.console import Console, sign
from gittraj.cli.escape import one_line
from gittraj.cli.paint import Line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gittraj.model.receipt import Registered

_RANGE = Parameter("revisions", help="a commit or a range; HEAD if not given", metavar="RANGE")
_ALL = Parameter("all", "--all", help="every commit that has a trace", kind=FLAG)


def issue(
    console: Console, revisions: str | None = None, *, all: bool = False, log: str | None = None, json: bool = False
) -> int:
    """Register statements in this repository's own log, sign receipts and put them into the notes."""
    from gittraj.flows.receipts import issue as flow

    return _tell(console, flow(revisions, everything=all, log=log or ""), json=json, empty="no statement there")


def export(
    console: Console, folder: str, revisions: str | None = None, *, all: bool = False, json: bool = False
) -> int:
    """Write statements as a transparency service registers them."""
    from gittraj.flows.receipts import export as flow

    found = flow(folder, revisions, everything=all)
    if json:
        console.json(
            {"exported": [{"commit": one.commit, "statement": one.statement, "path": one.path} for one in found]}
        )
        return 0
    console.lines(Line(("note", one.commit[:8]), ("", f"  {one_line(one.path)}")) for one in found)
    return 0


def take_in(console: Console, file: str, *, json: bool = False) -> int:
    """Take receipts from a statement that a service gave back."""
    from gittraj.flows.receipts import take_in as flow

    return _tell(console, flow(file), json=json, empty="nothing taken")


def check(console: Console, *, log: str | None = None, json: bool = False) -> int:
    """Hold receipts against the log in this repository; 1 where it no longer is what they were signed for."""
    from gittraj.flows.receipts import check as flow

    report = flow(log=log or "")
    if json:
        problems = [{"commit": commit, "reason": reason} for commit, reason in report.problems]
        console.json(
            {
                "ok": not problems,
                "leaves": report.leaves,
                "root": report.root,
                "receipts": report.receipts,
                "problems": problems,
            }
        )
    else:
        lines = [
            Line(sign("fail"), ("note", f" {commit[:8]}"), ("", f"  {one_line(reason)}"))
            for commit, reason in report.problems
        ]
        total = f"{report.leaves} leaves, root {report.root[:16]}…; {report.receipts} receipts, {len(report.problems)} wrong."
        console.lines([*lines, Line(("bold", total))])
    return 1 if report.problems else 0


def _tell(console: Console, found: "list[Registered]", *, json: bool, empty: str) -> int:

    if json:
        names = ("commit", "statement", "log", "index", "size", "fresh")
        console.json({"receipts": [{name: getattr(one, name) for name in names} for one in found]})
        return 0
    for one in found:
        place = f"leaf {one.index} of {one.size}" if one.fresh else "has its receipt already"
        console.lines([Line(("note", one.commit[:8]), ("", f"  {one.statement[:12]}  {one_line(one.log)}: {place}"))])
    if not found:
        console.say(empty)
    return 0


COMMANDS = (
    Command(
        "receipt issue",
        issue,
        "Register statements in a log of this repository and sign receipts.",
        _RANGE,
        _ALL,
        Parameter(
            "log", "--log", help="the name that the receipts bear; the signer's own if not given", metavar="NAME"
        ),
        JSON,
        about="The log is a Merkle tree (RFC 9162) in refs/gittraj/log; a receipt (RFC 9942) is the signed proof that a statement is in it, and when. "
        "It counts as independent time where the reader trusts the log's key and it is not the key that signed the statement: let a "
        'machine of its own do this, for instance in CI. An allowed_signers line with namespaces="gittraj-log" names a log\'s key.',
        examples=(("git traj receipt issue main..", "for what this branch adds"),),
    ),
    Command(
        "receipt check",
        check,
        "Tell whether the log still is what its receipts were signed for.",
        Parameter(
            "log", "--log", help="the log's name; all receipts of this machine's key if not given", metavar="NAME"
        ),
        JSON,
        exits="1: the log no longer is what a receipt was signed for.",
    ),
    Command(
        "receipt export",
        export,
        "Write statements to files, as a transparency service takes them.",
        Parameter("folder", help="where to write ID.cose", required=True, metavar="FOLDER"),
        _RANGE,
        _ALL,
        JSON,
        about="Each file is the signed statement with an empty unprotected header, which is what a SCITT service registers (RFC 9943).",
    ),
    Command(
        "receipt import",
        take_in,
        "Take receipts from a statement that a service gave back.",
        Parameter("file", help="a statement with receipts in it", required=True),
        JSON,
    ),
)
