"""`git traj receipt`: revisions or files go in; what a log holds of their statements, and whether it still does, comes out."""

from gittraj.cli.command import FLAG, JSON, TEXTS, Command, Parameter
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
    from gittraj.flows.receipt_check import check as flow

    report = flow(log=log or "")
    problems = [{"kind": each.kind, "commit": each.commit, "reason": each.reason} for each in report.problems]
    if json:
        before = report.remembered
        console.json(
            {
                "ok": not problems,
                "leaves": report.leaves,
                "root": report.root,
                "receipts": report.receipts,
                "remembered": {"leaves": before[0], "root": before[1]} if before else None,
                "problems": problems,
            }
        )
    else:
        lines = [
            Line(sign("fail"), ("note", f" {each.commit[:8]}"), ("", f"  {each.kind}: {one_line(each.reason)}"))
            for each in report.problems
        ]
        total = f"{report.leaves} leaves, root {report.root[:16]}…; {report.receipts} receipts, {len(problems)} wrong."
        console.lines([*lines, Line(("bold", total))])
    return 1 if problems else 0


def consistency(console: Console, since: str, file: str, *, log: str | None = None, json: bool = False) -> int:
    """Sign, into a file, the proof that the log only grew since then."""
    from gittraj.flows.log_growth import prove

    done = prove(since, file, log=log or "")
    if json:
        names = ("log", "older", "newer", "older_root", "newer_root", "path")
        console.json({name: getattr(done, name) for name in names})
    else:
        text = f"{one_line(done.log)} only grew from {done.older} leaves to {done.newer}: {one_line(done.path)}"
        console.lines([Line(sign("pass"), ("", f" {text}"))])
    return 0


def compare(console: Console, older: str, newer: str, *, proof: tuple[str, ...] = (), json: bool = False) -> int:
    """Tell, from receipts and proofs alone, whether two states belong to one log; 1 where that is not proven."""
    from gittraj.flows.log_growth import compare as flow

    found = flow(older, newer, proof)
    good = all(one.result in ("same", "grown") and one.trusted for one in found)
    if json:
        names = ("log", "kid", "trusted", "older", "newer", "older_root", "newer_root", "result", "reason")
        console.json({"ok": good, "logs": [{name: getattr(one, name) for name in names} for one in found]})
        return 0 if good else 1
    for one in found:
        words = {
            "same": f"one state, of {one.newer} leaves",
            "grown": f"one log, which grew from {one.older} leaves to {one.newer}",
        }
        text = words.get(one.result, f"{one.result}: {one_line(one.reason)}")
        proven = one.result in words
        mark = sign("fail") if not proven else sign("pass") if one.trusted else ("note", "?")
        doubt = "" if one.trusted else f"  (nobody here vouches for its key {one.kid[:16]} as a log's)"
        console.lines([Line(mark, ("bold", f" {one_line(one.log)}"), ("", f"  {text}{doubt}"))])
    return 0 if good else 1


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
        about="The log is also held against what this clone remembers of it: rollback (it went back), equivocation (another history), removed. "
        "A log that only grew passes, and is remembered. `git traj verify` with a range or --all says the same.",
        exits="1: the log no longer is what a receipt was signed for, or what this clone saw of it.",
    ),
    Command(
        "receipt consistency",
        consistency,
        "Sign the proof that the log only grew since then.",
        Parameter(
            "since",
            help="a number of leaves, or a commit or a file with a receipt by this key",
            required=True,
            metavar="SINCE",
        ),
        Parameter("file", help="where to write the proof", required=True),
        Parameter("log", "--log", help="the name that the proof bears; the signer's own if not given", metavar="NAME"),
        JSON,
        about="A receipt of consistency (RFC 9942): whoever has a receipt from then and one from now needs no log to see that both are of one. "
        "Nothing is signed over a log that went back or was rewritten since this clone last saw it.",
        examples=(("git traj receipt consistency v1.0 grown.cose", "since what the receipts on v1.0 saw"),),
    ),
    Command(
        "receipt compare",
        compare,
        "Tell from receipts alone whether two states are of one log.",
        Parameter("older", help="a commit, or a file with a statement, with receipts", required=True),
        Parameter("newer", help="another one", required=True),
        Parameter(
            "proof",
            "--proof",
            help="a file by receipt consistency; may be given several times",
            kind=TEXTS,
            metavar="FILE",
        ),
        JSON,
        about="Needs neither the log nor a network. The log's key must be trusted as one.",
        exits="1: not proven, or the log signed two histories, or nobody here vouches for its key.",
        examples=(
            ("git traj receipt compare v1.0 HEAD --proof grown.cose", "was anything taken out of the log between?"),
        ),
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
