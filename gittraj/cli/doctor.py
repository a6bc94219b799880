"""`git traj doctor`: a repository goes in; what is well, odd or broken comes out, with the command that mends it, or what was mended."""

from gittraj.cli.command import FLAG, JSON, Command, Parameter
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


def doctor(console: Console, *, repair: bool = False, json: bool = False) -> int:
    """Look this repository over, with `repair` after mending what destroys notes and the notes themselves; 1 where something is broken."""
    from gittraj.flows.doctor import doctor as flow

    steps = []
    if repair:
        from gittraj.flows.repair import repair as mend

        steps = mend()
    findings = list(flow())
    if json:
        from gittraj.cli import shapes

        console.json(shapes.doctor(findings, steps if repair else None))
    else:
        if repair:
            from gittraj.cli.setup import step_lines
            from gittraj.model.report import Step

            for step in steps or [Step("nothing was to repair")]:
                console.lines(step_lines(step))
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
        Parameter("repair", "--repair", help="mend damaged notes, and settings that damage them", kind=FLAG),
        JSON,
        about="Signs: ✓ well, · worth knowing, ! may hurt later, ✗ broken. Problems that a hook met since are listed too. --repair lets git no "
        "longer merge notes with cat_sort_uniq, and brings back what a note lost by it from the histories of the notes that this clone has; damage goes "
        "where all of it is accounted for. Signatures stay as they are.",
        exits="1: something is broken.",
    ),
)
