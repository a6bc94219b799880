"""`git traj attach` and `git traj finish`: a commit and sessions go in; what became a statement, and what not, comes out."""

from gittraj.cli.command import FLAG, JSON, NUMBER, TEXTS, Command, Parameter
from gittraj.cli.console import Console
from gittraj.cli.paint import Line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gittraj.model.report import Attached, AttachReport


def attach(
    console: Console,
    commit: str | None = None,
    *,
    session: tuple[str, ...] = (),
    agent: str | None = None,
    no_redact: bool = False,
    missing: bool = False,
    limit: int | None = None,
    json: bool = False,
) -> int:
    """Attach sessions to `commit` (HEAD), or to recent commits that have none."""
    from gittraj.errors import UsageError
    from gittraj.flows import attach as flow

    if missing and (commit or session or agent or no_redact):
        raise UsageError(
            "attach: --missing looks at recent commits by itself; only -n goes with it", hint="git traj attach -h"
        )
    if limit is not None and not missing:
        raise UsageError("attach: -n goes with --missing", hint="git traj attach -h")
    if missing:
        report = flow.attach_missing(count=limit)
    else:
        report = flow.attach(commit or "HEAD", sessions=list(session), agent=agent, redact=not no_redact)
    return _tell(console, report, json=json, nothing="nothing to attach")


def finish(console: Console, *, json: bool = False) -> int:
    """Seal what waits for a signature and attach the rest of the last turn."""
    from gittraj.flows import attach as flow

    return _tell(console, flow.finish(), json=json, nothing="nothing waits")


def _tell(console: Console, report: "AttachReport", *, json: bool, nothing: str) -> int:
    if json:
        from gittraj.cli import shapes

        console.json(shapes.attach(report))
    else:
        console.lines(attached_lines(report))
        for path, reason in report.skipped:
            console.say(f"left {path}: {reason}" if path else reason)
        if not report.attached:
            console.say(nothing)
    for warning in report.warnings:
        console.say(warning)
    if any(each.waiting for each in report.attached):
        console.hint("          sign what waits with  git traj finish")
    return 0


def attached_lines(report: "AttachReport") -> "Iterator[Line]":
    """A line per statement made."""
    from gittraj.cli.escape import one_line

    for each in report.attached:
        sign = ("note", "… ") if each.waiting else ("good", "✓ ")
        facts = [f"segment {each.seq + 1}", _count(each.entries, "entry", "entries"), f"{each.body_bytes:,} bytes"]
        facts += _notes(each)
        yield Line(sign, ("note", each.commit[:8]), ("name", f"  {one_line(each.agent)}"),
                   ("", f" {one_line(each.session)[:8]}"), ("dim", f"  {', '.join(facts)}"))  # fmt: skip
        if each.waiting:
            yield Line(("", f"  waits unsigned: {one_line(each.waiting)}"))
            yield Line(("", f"  → {one_line(each.remedy)}"))


def _notes(each: "Attached") -> list[str]:
    notes = [f"{_count(each.redactions, 'secret', 'secrets')} redacted"] if each.redactions else []
    notes += [f"{_count(each.public, 'secret', 'secrets')} kept because the commit holds them"] if each.public else []
    return notes + ([f"{_count(each.unknown, 'item', 'items')} not understood, kept raw"] if each.unknown else [])


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


COMMANDS = (
    Command(
        "attach",
        attach,
        "Attach sessions by hand, or catch up after missed hooks.",
        Parameter("commit", help="the commit; HEAD if not given"),
        Parameter("session", "--session", help="a session file, database or folder; may be given several times", kind=TEXTS,
                  metavar="PATH"),
        Parameter("agent", "--agent", help="which agent's format, or which agent's sessions to look for", metavar="NAME"),
        Parameter("no_redact", "--no-redact", help="do not look for secrets; the record says so", kind=FLAG),
        Parameter("missing", "--missing", help="look at recent commits without a trace instead", kind=FLAG),
        Parameter("limit", "-n", "--limit", help="with --missing: how many commits to look back", kind=NUMBER, metavar="NUMBER"),
        JSON,
        about="Without --session, the sessions whose working directory is this worktree and whose edits agree with the commit are "
        "found. Every record is redacted before it is signed.",
        exits="1: no session was found, or redaction was not possible.",
        examples=(
            ("git traj attach HEAD~1", "what discovery finds"),
            ("git traj attach --session ~/s.jsonl", "this file, for HEAD"),
            ("git traj attach --missing", "recent commits whose hook never ran"),
        ),
    ),
    Command(
        "finish",
        finish,
        "Sign what waits, attach what came after the commit.",
        JSON,
        exits="1: the key still cannot sign.",
    ),
)  # fmt: skip
