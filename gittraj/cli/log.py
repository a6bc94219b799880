"""`git traj log`: revisions go in; a line per commit with its agents, steps, size and verdict comes out."""

from gittraj.cli.command import NUMBER, READING, Command, Parameter
from gittraj.cli.console import Console
from gittraj.cli.paint import EDGE, Line, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gittraj.model.report import Lines, LogLine

CLASSES = 24  # columns for the classes of evidence
WIDE = 100  # columns of a page from which on they are told: the subject matters more
_SIGNS: "dict[str, Span]" = {
    "verified": ("good", "✓"),
    "carried": ("good", "✓ carried"),
    "untrusted": ("note", "? untrusted"),
    "failed": ("bad", "✗ failed"),
    "missing": ("dim", "–"),
    "exempt": ("dim", "–"),
}


def log(
    console: Console,
    revisions: str | None = None,
    *,
    limit: int | None = None,
    lines_of: str | None = None,
    json: bool = False,
) -> int:
    """A line per commit of `revisions`, newest first; or, with `lines_of` (A,B:FILE), the edits of these lines, oldest first."""
    if lines_of is not None:
        from gittraj.cli.regions import chain

        return chain(console, lines_of, revisions, limit=limit, json=json)
    from gittraj.flows.log import log as flow

    lines = flow(revisions, limit=limit)
    if json:
        from gittraj.cli import shapes

        console.json(shapes.log(list(lines)))
    else:
        console.page(line for each in lines for line in commit_lines(each, console.width))
    return 0


def commit_lines(line: "LogLine", columns: int = 80) -> "Iterator[Line]":
    """The line of one commit on a page of `columns`, and one more for each further agent."""
    from gittraj.cli.columns import fit, pad
    from gittraj.cli.escape import one_line

    agents = [one_line(text) for text in _agents(line)]
    size = "" if line.added is None else f"+{line.added} −{line.removed}"
    steps = f"{line.steps} step{'' if line.steps == 1 else 's'}" if line.statements else ""
    classes = shares(line.coverage)
    yield Line(
        ("note", line.commit.id[:8]),
        ("name" if agents else "dim", "  " + pad(fit(agents[0] if agents else "–", 14), 14)),
        ("", f"  {steps:>9}  {size:<12}  "),
        ("", pad(fit(classes, CLASSES), CLASSES) + "  " if columns >= WIDE else ""),
        _SIGNS.get(line.verdict, ("dim", line.verdict)),
        ("dim", f" from {one_line(', '.join(line.imported))[:30]}," if line.imported else ""),
        ("", f" {one_line(line.commit.subject)}"),
        right=EDGE,
    )
    for agent in agents[1:]:
        yield Line(("name", " " * 10 + agent))


def shares(coverage: "dict[str, Lines]") -> str:
    """The changed lines of each class of evidence in per cent, largest first; ``?`` for those that nothing explains."""
    counts = {name: lines.added + lines.removed for name, lines in coverage.items()}
    every = sum(counts.values())
    order = sorted(counts, key=lambda name: (name == "unexplained", -counts[name]))
    parts = [
        f"{'?' if name == 'unexplained' else name} {counts[name] * 100 / every:.0f}%" for name in order if counts[name]
    ]
    return "  ".join(parts)


def _agents(line: "LogLine") -> "Iterable[str]":
    for index, agent in enumerate(line.agents):
        version = line.agent_versions[index] if index < len(line.agent_versions) else ""
        yield f"{agent.partition('-')[0]} {'.'.join(version.split('.')[:2])}".strip()


COMMANDS = (
    Command(
        "log",
        log,
        "List commits with agent, steps, size and verdict.",
        Parameter(
            "revisions", help="a range such as main~4.. or a branch; HEAD's history if not given", metavar="RANGE"
        ),
        Parameter("limit", "-n", "--limit", help="at most this many commits", kind=NUMBER, metavar="NUMBER"),
        Parameter(
            "lines_of",
            "-L",
            help="the recorded edits of lines A to B of FILE as the revision has them, oldest first, with before and after",
            metavar="A,B:FILE",
        ),
        *READING,
        about="Signs: ✓ verified, ? good signature of an untrusted signer, ✗ failed, – no trace. "
        "Lines added and removed are those of git's default diff against the first parent.",
        examples=(
            ("git traj log -n 20", "the last 20 commits"),
            ("git traj log main..", "what this branch adds"),
            ("git traj log -L 10,40:src/main.py", "every step to these lines"),
        ),
    ),
)
