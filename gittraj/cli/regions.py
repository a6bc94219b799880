"""`git traj regions`: a file, a range or nothing goes in; which regions were edited by whom, how often, and what became of it, comes out."""

from gittraj.cli.command import NUMBER, READING, Command, Parameter
from gittraj.cli.console import Console

SHOWN = 20  # regions of a whole repository that are shown to a person; --json has all


def regions(
    console: Console,
    place: str | None = None,
    rev: str | None = None,
    *,
    sort: str | None = None,
    limit: int | None = None,
    json: bool = False,
) -> int:
    """The regions of `place`, as `rev` has it."""
    from gittraj.cli.bar import Bar
    from gittraj.flows.regions import regions as flow

    with Bar(console, "indexing") as bar:
        found = flow(place, rev, order=sort or "", limit=None if json else limit or SHOWN, progress=bar)
    if json:
        from gittraj.cli import regions_shape

        console.json(regions_shape.report(found, limit))
        return 0
    from gittraj.cli.regions_lines import next_step, page

    console.page(page(found, limit or (SHOWN if place is None else None), plain=console.plain), hint=next_step(found))
    return 0


def chain(console: Console, place: str, rev: str | None, *, limit: int | None = None, json: bool = False) -> int:
    """`git traj log -L`: every recorded edit of the lines of `place` (A,B:FILE), oldest first, with before and after."""
    from gittraj.cli.bar import Bar
    from gittraj.flows.regions import chain as flow

    with Bar(console, "indexing") as bar:
        found, texts = flow(place, rev, progress=bar)
    if json:
        from gittraj.cli import regions_shape

        console.json(regions_shape.chain(found, texts, limit))
        return 0
    from gittraj.cli.regions_lines import steps

    console.page(steps(found, texts, limit))
    return 0


COMMANDS = (
    Command(
        "regions",
        regions,
        "Show which code is edited again and again, and what became of it.",
        Parameter(
            "place",
            help="a file, a folder, or lines of a file (FILE:A-B); the whole repository if not given",
            metavar="PATH[:A-B]",
        ),
        Parameter("rev", help="as of this commit; HEAD if not given", metavar="REV"),
        Parameter(
            "sort",
            "--sort",
            help="most sessions, most edits, or edited last first; in a file by place if not given",
            choices=("sessions", "edits", "recent"),
            metavar="ORDER",
        ),
        Parameter("limit", "-n", "--limit", help="at most this many regions", kind=NUMBER, metavar="NUMBER"),
        *READING,
        about="A region is a range of lines that recorded edits overlap, followed through edits, commits, renames and merges to the revision asked for. "
        "It is converging where each edit is smaller than the one before, expanding where each is larger, oscillating where the code "
        "came back to what it was, or neither holds. An edit is alive, transformed (some or all of its lines were replaced), moved, "
        "reverted (what was there before is back) or lost.",
        examples=(
            ("git traj regions", "the hottest regions of the repository"),
            ("git traj regions src/main.py", "all regions of a file"),
            ("git traj regions src/main.py:10-40", "every edit of these lines"),
            ("git traj regions --sort edits --json", "for scripts"),
        ),
    ),
)
