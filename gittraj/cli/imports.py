"""`git traj import`: a tool's name and revisions go in; what of its history became statements, and what could not, comes out."""

from gittraj.cli.command import FLAG, JSON, Command, Parameter
from gittraj.cli.console import Console
from gittraj.cli.paint import Line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gittraj.model.report import Imported, ImportReport

SOURCES = ("entire", "git-ai", "memento", "agentnote")
SHOWN = 20  # statements, and problems, that are told one by one; the rest is counted (all of them with --json)


def bring(
    console: Console,
    source: str,
    revisions: str | None = None,
    *,
    dry_run: bool = False,
    no_redact: bool = False,
    json: bool = False,
) -> int:
    """Turn another tool's history into signed statements."""
    from gittraj.flows import importing as flow

    counter = _Counter(console)
    report = flow.import_history(source, revisions, dry_run=dry_run, redact=not no_redact, progress=counter)
    counter.clear()
    if json:
        console.json(shape(report))
        return 0
    console.lines(lines(report))
    for what, why in report.skipped[:SHOWN]:
        console.say(f"left {what}: {why}")
    if len(report.skipped) > SHOWN:
        console.say(f"and {len(report.skipped) - SHOWN} more left out: --json lists them")
    if report.imported and not report.dry_run:
        records = any(each.kind == "record" for each in report.imported)
        check = "check them: git traj replay --all · " if records else ""  # there is nothing to replay in a claim
        console.hint(f"          {check}whose word they are: git traj show COMMIT")
    return 0


def shape(report: "ImportReport") -> "dict[str, Any]":
    """`git traj import --json` (docs/reference/json.md)."""
    names = (
        "commit",
        "kind",
        "agent",
        "session",
        "evidence",
        "origin",
        "seq",
        "entries",
        "body_bytes",
        "redactions",
        "files",
        "lines",
    )
    return {
        "from": report.source,
        "place": report.place,
        "dry_run": report.dry_run,
        "imported": [{name: getattr(each, name) for name in names} for each in report.imported],
        "already": report.already,
        "skipped": [{"what": what, "reason": why} for what, why in report.skipped],
    }


def lines(report: "ImportReport") -> "Iterator[Line]":
    """A line for each of the first statements, and the count."""
    for each in report.imported[:SHOWN]:
        yield _line(each)
    more = len(report.imported) - SHOWN
    if more > 0:
        yield Line(("dim", f"… {more} more"))
    commits = len({each.commit for each in report.imported})
    done = "would be imported" if report.dry_run else "imported"
    text = f"{_count(len(report.imported), 'statement')} {done} on {_count(commits, 'commit')} from {report.source}"
    text += f", {report.already} there already" if report.already else ""
    text += f", {len(report.skipped)} left out" if report.skipped else ""
    yield Line(("bold", f"{text}."))


def _line(each: "Imported") -> Line:
    from gittraj.cli.escape import one_line

    facts = [f"segment {each.seq + 1}", f"{each.entries} entries"] if each.kind == "record" else [each.kind]
    lines = (
        f"{_count(each.lines, 'line')} in " if each.lines or each.kind == "record" else ""
    )  # some tools name files only
    facts += [lines + _count(each.files, "file")] if each.files else []
    facts += [f"{each.body_bytes:,} bytes"] if each.body_bytes else []
    facts += [f"{_count(each.redactions, 'secret')} redacted"] if each.redactions else []
    return Line(("good", "✓ "), ("note", each.commit[:8]), ("name", f"  {one_line(each.agent)}"), ("", f" {one_line(each.session)[:8]}"),
                ("dim", f"  {', '.join(facts)}, from {one_line(each.origin)[:40]}"))  # fmt: skip


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


class _Counter:
    """A counter on stderr, on a terminal only."""

    def __init__(self, console: Console) -> None:
        self._err = console.err if console.err.isatty() else None
        self._shown = False

    def __call__(self, done: int, total: int) -> None:
        if self._err is not None:
            self._shown = True
            self._err.write(f"\rimporting {done}/{total} commits")
            self._err.flush()

    def clear(self) -> None:
        """Take the counter away."""
        if self._err is not None and self._shown:
            self._err.write("\r\x1b[K")


COMMANDS = (
    Command(
        "import",
        bring,
        "Turn another tool's history into signed statements.",
        Parameter(
            "source",
            "--from",
            help="whose history: " + ", ".join(SOURCES),
            required=True,
            choices=SOURCES,
            metavar="TOOL",
        ),
        Parameter("revisions", help="a commit or a range; every commit if not given", metavar="RANGE"),
        Parameter("dry_run", "--dry-run", help="say what would be imported, write nothing", kind=FLAG),
        Parameter("no_redact", "--no-redact", help="do not look for secrets; the record says so", kind=FLAG),
        JSON,
        about="Where a tool kept whole sessions (entire), they become records, redacted like any other; where it kept only who wrote what, an "
        "attribution: a claim, which no command takes for a record. Both are marked as imported and signed by you: that says who imported them, not that they are true. Running it "
        "again adds what is new, and nothing twice. What is damaged or missing is told, and the rest goes on.",
        exits="1: there is no such history here, or no key can sign.",
        examples=(
            ("git traj import --from entire --dry-run", "what is there"),
            ("git traj import --from entire main~20..", "the last commits only"),
            ("git traj import --from git-ai", "attributions from refs/notes/ai"),
        ),
    ),
)
