"""`git traj audit`: revisions go in; a report of all verdicts comes out as text, HTML, Markdown or JSON, signed if asked for, or is checked."""

from gittraj.cli.command import FLAG, READING, Command, Parameter
from gittraj.cli.console import Console, sign
from gittraj.cli.paint import Line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gittraj.model.audit import AuditReport

ENDING = ".cose"  # a signature lies beside its report
LIMIT = 1 << 30  # bytes of a report that is checked


def audit(
    console: Console,
    revisions: str | None = None,
    *,
    all: bool = False,
    html: str | None = None,
    md: bool = False,
    output: str | None = None,
    sign: bool = False,
    check: str | None = None,
    trust: str | None = None,
    json: bool = False,
) -> int:
    """Report on `revisions` (HEAD's history where not given) or every commit with a note; 0 only where all is well."""
    from gittraj.errors import UsageError
    from gittraj.flows.audit import audit as flow

    if check is not None:
        return _check(console, check, trust, json=json)
    if all and revisions:
        raise UsageError("audit: give a range or --all, not both", hint="git traj audit -h")
    if sum((html is not None, md, json)) > 1:
        raise UsageError("audit: one of --html, --md and --json", hint="git traj audit -h")
    path = html or output
    if html is not None and output is not None:
        raise UsageError("audit: --html names its file itself", hint=f"git traj audit --html {output}")
    if output is not None and not (md or json):
        raise UsageError("audit: --output goes with --md or --json", hint=f"git traj audit --md --output {output}")
    if sign and path is None:
        raise UsageError(
            "audit: a signature lies beside a file",
            hint="git traj audit --html FILE --sign, or --json --output FILE --sign",
        )
    report = flow(revisions, everything=all, trusted=trust)
    if not (html is not None or md or json):
        console.page(_page(report), hint="the whole report: git traj audit --html FILE")
        return 0 if report.ok else 1
    text, kind = _rendered(report, html=html is not None, md=md)
    if path is None:
        console.data(text)
        return 0 if report.ok else 1
    _keep(path, text.encode("utf-8"))
    console.say(f"{path} written: {len(report.commits)} commits, {'all is well' if report.ok else 'it falls short'}")
    if sign:
        from gittraj.flows.audit import sign_report

        _keep(path + ENDING, sign_report(report, text.encode("utf-8"), kind))
        console.say(f"{path}{ENDING} is its signature; to check it: git traj audit --check {path}")
    return 0 if report.ok else 1


def _rendered(report: "AuditReport", *, html: bool, md: bool) -> tuple[str, str]:
    """The report's text and its media type."""
    from gittraj.cli.audit_shape import shape

    found = shape(report)
    if html:
        from gittraj.cli import audit_html

        return audit_html.render(found), "text/html"
    if md:
        from gittraj.cli import audit_md

        return audit_md.render(found), "text/markdown"
    from gittraj.cli import ascii_json

    return ascii_json.text(found) + "\n", "application/json"


def _page(report: "AuditReport") -> "Iterator[Line]":
    """The totals, and a line for each commit that falls short."""
    from gittraj.cli.escape import one_line
    from gittraj.cli.verify import missing_lines

    yield Line(("bold", f"audit of {one_line(report.repository) or 'this repository'}, {one_line(report.asked)}"))
    statuses = ", ".join(f"{number} {status}" for status, number in report.statuses().items())
    yield Line(sign("pass" if report.ok else "fail"), ("", f" {len(report.commits)} commits: {statuses or 'none'}"))
    lines = ", ".join(
        f"{name} +{each.added} -{each.removed}" for name, each in report.lines().items() if each.added or each.removed
    )
    yield Line(("", f"  lines: {lines or 'none'}"))
    for name, commits, sessions in report.agents():
        yield Line(("", f"  {one_line(name)}: {commits} commits, {sessions} sessions"))
    for who, kid, trusted, count in report.signers():
        yield Line(
            sign("pass") if trusted else ("note", "?"),
            ("", f" {one_line(who)} {kid[:16]}: {count} statements{'' if trusted else ', not trusted'}"),
        )
    yield from missing_lines(report.completeness)
    for each in report.commits:
        if each.status in ("failed", "missing", "untrusted"):
            yield Line(
                sign("fail"), ("note", f" {each.commit.id[:8]}"), ("", f"  {each.status}: {one_line(each.reason)}")
            )


def _check(console: Console, path: str, trust: str | None, *, json: bool) -> int:
    from gittraj.flows.audit import check_report

    found = check_report(_read(path), _read(path + ENDING), trusted=trust)
    if json:
        checks: dict[str, Any] = {one.name: {"result": one.result, "detail": one.detail} for one in found.checks}
        console.json({"ok": found.ok, "principal": found.principal, "commit": found.commit, "checks": checks})
        return 0 if found.ok else 1
    from gittraj.cli.escape import one_line

    who = f"signed by {one_line(found.principal)}, about {found.commit[:12]}" if found.commit else "not signed"
    console.lines([Line(sign("pass" if found.ok else "fail"), ("", f" {one_line(path)}: {who}"))])
    for one in found.checks:
        if one.result != "pass":
            console.lines([Line(("", "  "), sign(one.result), ("", f" {one.name}: {one_line(one.detail)}"))])
    return 0 if found.ok else 1


def _keep(path: str, data: bytes) -> None:
    from gittraj.errors import GitTrajError

    try:
        with open(path, "wb") as file:
            file.write(data)
    except OSError as error:
        raise GitTrajError(f"{path}: cannot be written: {error.strerror}") from error


def _read(path: str) -> bytes:
    from gittraj.errors import GitTrajError

    try:
        with open(path, "rb") as file:
            return file.read(LIMIT)
    except OSError as error:
        hint = f"a report's signature lies beside it, as NAME{ENDING}: git traj audit --html FILE --sign"
        raise GitTrajError(f"{path}: cannot be read: {error.strerror}", hint=hint) from error


COMMANDS = (
    Command(
        "audit",
        audit,
        "Report on many commits: verdicts, lines, signers, what is missing.",
        Parameter("revisions", help="a range, or a commit; the history of HEAD if not given", metavar="RANGE"),
        Parameter("all", "--all", help="every commit that has a trace", kind=FLAG),
        Parameter("html", "--html", help="write the report as one HTML file", metavar="FILE"),
        Parameter("md", "--md", help="print the report as Markdown", kind=FLAG),
        Parameter("output", "--output", help="with --md and --json: write to FILE, not to stdout", metavar="FILE"),
        Parameter("sign", "--sign", help="sign the file: FILE.cose beside it", kind=FLAG),
        Parameter("check", "--check", help="check the signature of a report: FILE with FILE.cose", metavar="FILE"),
        Parameter(
            "trust",
            "--trust",
            help="read policy and trusted keys from this ref, not from the remote's default branch",
            metavar="REF",
        ),
        *READING,
        about="The verdicts are those of `git traj verify`. The same commits, notes and policy give the same bytes: no time of making and no "
        "path is in a report, so two people who audit the same state get the same file. The HTML page is one file that loads nothing and runs "
        "nothing. A signature is a COSE statement over the digest of the file, bound to the newest commit.",
        exits="1: a commit falls short, something is missing, or a checked signature does not hold.",
        examples=(
            ("git traj audit main~20..", "the totals on the terminal"),
            ("git traj audit --all --html audit.html --sign", "for the file"),
            ("git traj audit --check audit.html", "by whoever gets it"),
        ),
    ),
)
