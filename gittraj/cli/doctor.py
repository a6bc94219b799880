"""`git traj doctor`: a repository goes in; what is well, odd or broken comes out, with the command that mends it."""

from gittraj.cli.command import JSON, Command
from gittraj.cli.console import Console
from gittraj.cli.paint import Line, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gittraj.model.report import Finding

_SIGNS: "dict[str, Span]" = {
    "ok": ("good", "✓"),
    "note": ("dim", "·"),
    "warning": ("note", "!"),
    "problem": ("bad", "✗"),
}


def doctor(console: Console, *, json: bool = False) -> int:
    """Look this repository over; 1 where something is broken."""
    from gittraj.flows.doctor import doctor as flow

    findings = list(flow())
    if json:
        from gittraj.cli import shapes

        console.json(shapes.doctor(findings))
    else:
        console.lines(finding_lines(findings))
    return 1 if any(each.level == "problem" for each in findings) else 0


def finding_lines(findings: "Iterable[Finding]") -> "Iterator[Line]":
    """A line per finding, its reason and remedy below it."""
    from gittraj.cli.escape import one_line

    for each in findings:
        what = one_line(each.what)
        yield Line(_SIGNS.get(each.level, ("", each.level)), ("", f" {what}"))
        if each.why:
            yield Line(("dim", f"  {one_line(each.why)}"))
        if each.hint:
            yield Line(("", f"  → {one_line(each.hint)}"))


COMMANDS = (
    Command(
        "doctor",
        doctor,
        "Look everything over; say what is wrong and what mends it.",
        JSON,
        about="Signs: ✓ well, · worth knowing, ! may hurt later, ✗ broken. Problems that a hook met since are listed too.",
        exits="1: something is broken.",
    ),
)
