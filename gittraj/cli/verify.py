"""`git traj verify`: revisions go in; a verdict per commit comes out, and exit code 1 where one falls short."""

from gittraj.cli.command import FLAG, NUMBER, READING, Command, Parameter
from gittraj.cli.console import Console, sign
from gittraj.cli.paint import Line, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gittraj.model.completeness import Completeness
    from gittraj.model.report import CommitVerdict, PolicySource, VerifyReport

_SIGNS: "dict[str, Span]" = {
    "verified": sign("pass"),
    "carried": sign("pass"),
    "exempt": sign("skip"),
    "untrusted": ("note", "?"),
}
SOURCES = 4  # commits that a carried one was made of and that are named
REPAIR = "git traj doctor --repair"
DAMAGES = 10  # of a note that are told one by one
ORDER = ("verified", "carried", "exempt", "missing", "untrusted", "failed")


def verify(
    console: Console,
    revisions: str | None = None,
    *,
    all: bool = False,
    allow_untrusted: bool = False,
    trust: str | None = None,
    min_coverage: int | None = None,
    strict: bool = False,
    accept_notes: bool = False,
    json: bool = False,
) -> int:
    """The verdicts of `revisions` (a commit, a range; HEAD) or of every commit with a note; 0 only where all are good."""
    from gittraj.errors import UsageError
    from gittraj.flows.verify import Demands
    from gittraj.flows.verify import verify as flow

    if all and revisions:
        raise UsageError("verify: give a range or --all, not both", hint="git traj verify -h")
    if min_coverage is not None and not 0 <= min_coverage <= 100:
        raise UsageError(f"verify: {min_coverage} is no per cent", hint="git traj verify --min-coverage 90")
    if accept_notes:
        from gittraj.flows.completeness import accept
        from gittraj.flows.wiring import open_house

        console.say(f"the notes are taken as they are; forgotten: {accept(open_house())} remembered tip(s)")
    demands = Demands(allow_untrusted, min_coverage or 0, strict)
    report = flow(revisions, everything=all, demands=demands, trusted=trust)
    if json:
        from gittraj.cli import shapes

        console.json(shapes.verify(report))
    else:
        console.page(verdict_lines(report), hint=next_step(report))
    return 0 if report.ok else 1


def verdict_lines(report: "VerifyReport") -> "Iterator[Line]":
    """A line per commit, further lines for further statements that fell short, the count at the end."""
    for verdict in report.commits:
        yield from verdict_line(verdict)
    yield from missing_lines(report.completeness)
    yield Line(("bold", _count(report)), ("dim", f"   {by(report.policy)}"))


def by(policy: "PolicySource") -> str:
    """By which policy a verdict was made, in words."""
    from gittraj.cli.escape import one_line

    ref = one_line(policy.ref)
    if policy.blob:
        return f"Policy: .gittraj.toml ({policy.blob[:8]}) in {ref} ({policy.commit[:8]})."
    return f"No policy in {ref}: the default rule." if ref else "No policy: the default rule."


def missing_lines(found: "Completeness") -> "Iterator[Line]":
    """A line for each thing that is missing."""
    from gittraj.cli.escape import one_line

    for each in found.findings:
        where = f" {each.commit[:8]}" if each.commit else ""
        yield Line(
            sign("fail") if each.fatal else ("note", "?"),
            ("note", where),
            ("", f"  {each.kind}: {one_line(each.detail)}"),
        )


def next_step(report: "VerifyReport") -> str:
    """What to type for the first commit that fell short, "" where none did."""
    for verdict in report.commits:
        name = verdict.commit.id[:8]
        if verdict.status == "failed":
            mend = f" · to put it in order: {REPAIR}" if any(one.order for one in verdict.damage) else ""
            return f"what is in it: git traj show {name}{mend}"
        if verdict.status == "missing":
            return f"attach it: git traj attach {name} · why it needs one: git traj policy explain {name}"
        if verdict.status == "untrusted":
            return f"whose key it is: git traj show {name} · to trust it: git traj keys trust PRINCIPAL KEY"
    if any(each.kind == "misplaced" for each in report.completeness.findings):
        return f"to have nothing but notes there: {REPAIR}"
    if report.completeness.result == "fail":
        return "get it back: git traj fetch · keep the notes as they are: git traj verify --accept-notes"
    return ""


def verdict_line(verdict: "CommitVerdict") -> "Iterator[Line]":
    """A commit with its status and why; below it what else fell short."""
    from gittraj.cli.escape import one_line
    from gittraj.cli.origin import tool

    mark = _SIGNS.get(verdict.status, sign("fail"))
    lead = (mark, ("note", f" {verdict.commit.id[:8]}"))
    if verdict.status in ("verified", "carried"):
        found = (*verdict.statements[0].checks, *verdict.checks) if verdict.statements else verdict.checks
        names = " ".join(check.name for check in found if check.result == "pass")
        count = len(verdict.statements)
        more = f"  ({count} statements)" if count > 1 else ""
        tools = ", ".join(dict.fromkeys(name for each in verdict.statements if (name := tool(each))))
        more += f"  imported from {tools}" if tools else ""
        yield Line(*lead, ("", f"  {_from(verdict)}"), ("dim", f"{names}{more}"))
        yield from _besides(verdict)
        return
    word = {"exempt": "no trace needed", "missing": "no trace", "untrusted": "untrusted"}.get(verdict.status, "failed")
    reason = one_line(verdict.reason)
    yield Line(*lead, ("", f"  {word}" + (f": {reason}" if reason else "")))
    told = {reason}
    for number, statement in enumerate(verdict.statements, 1):
        for check in statement.checks:
            text = one_line(f"{check.name}: {check.detail}")
            if check.result == "fail" and text not in told:
                told.add(text)
                where = f"statement {number}, " if len(verdict.statements) > 1 else ""
                yield Line(("", " " * 12), sign("fail"), ("", f" {where}{text}"))
    for damage in verdict.damage[:DAMAGES]:
        text = one_line(damage.reason)
        if f"note: {text}" not in told:
            yield Line(("", " " * 12), sign("fail"), ("", f" note, bytes {damage.start}–{damage.end}: {text}"))
    yield from _besides(verdict)


def _from(verdict: "CommitVerdict") -> str:
    """Where a carried commit's records are from, "" for others."""
    if verdict.carried is None:
        return ""
    from gittraj.history.rebind import words

    names = [source[:8] for source in verdict.carried.sources]
    told = ", ".join(names[:SOURCES]) + (f" and {len(names) - SOURCES} more" if len(names) > SOURCES else "")
    return f"carried from {told} ({words(verdict.carried)})  "


def _besides(verdict: "CommitVerdict") -> "Iterator[Line]":
    """What replay found and nobody demanded, where it is not plainly good."""
    from gittraj.cli.escape import one_line

    for check in verdict.checks:
        told = f"{check.name}: {check.detail}"
        plain = check.result == "skip" or (check.result == "pass" and check.detail in ("", "100%"))
        if told not in verdict.reason and not plain and (check.result == "fail" or check.name == "coverage"):
            yield Line(("", " " * 12), ("note", "?"), ("", f" {one_line(told)}"))


def _count(report: "VerifyReport") -> str:
    total = len(report.commits)
    numbers = [(status, sum(1 for each in report.commits if each.status == status)) for status in ORDER]
    parts = ", ".join(f"{number} {status}" for status, number in numbers if number)
    return f"{total} commit{'' if total == 1 else 's'}: {parts}." if total else "No commits."


COMMANDS = (
    Command(
        "verify",
        verify,
        "Check traces: signature, signer, binding, schema, edits, coverage.",
        Parameter("revisions", help="a commit or a range; HEAD if not given", metavar="RANGE"),
        Parameter("all", "--all", help="every commit that has a trace", kind=FLAG),
        Parameter(
            "allow_untrusted",
            "--allow-untrusted",
            help="a good signature of a signer nobody vouches for is enough",
            kind=FLAG,
        ),
        Parameter(
            "trust",
            "--trust",
            help="read policy and trusted keys from this ref, not from the remote's default branch",
            metavar="REF",
        ),
        Parameter(
            "min_coverage",
            "--min-coverage",
            help="per cent of the changed lines that the trace must explain",
            kind=NUMBER,
            metavar="PERCENT",
        ),
        Parameter(
            "strict", "--strict", help="replaying the recorded edits must give exactly the committed files", kind=FLAG
        ),
        Parameter(
            "accept_notes",
            "--accept-notes",
            help="take the notes as they are from now on: forget what this clone remembers of them",
            kind=FLAG,
        ),
        *READING,
        about="A valid signature, a trusted signer and a true record are three things: the first two are checked here, the third "
        "cannot be. A commit asked for by name must have a trace; in a range, a commit without one is exempt unless its message or "
        "author names an agent. The recorded edits are replayed in memory: `edits` tells whether they give the committed files, "
        "`coverage` how many of the changed lines they explain. Both decide only with --strict and --min-coverage, because a person "
        "may have changed the files before they were committed. With a range or --all, `completeness` tells what is missing from the "
        "notes: gaps and forks in a session's chain, and statements that signed heads or this clone saw before.",
        exits="1: a commit falls short, or something is missing.",
        examples=(
            ("git traj verify main..", "before you push"),
            ("git traj verify main.. --min-coverage 90", "and 90 % must be explained"),
            ("git traj verify --all --json", "for scripts"),
        ),
    ),
)
