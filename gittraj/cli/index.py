"""`git traj index`: nothing needs it; the index is brought up to date or built anew, and what it holds comes out."""

from gittraj.cli.command import FLAG, READING, Command, Parameter
from gittraj.cli.console import Console

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gittraj.model.judged import IndexReport


def index(console: Console, *, rebuild: bool = False, stats: bool = False, json: bool = False) -> int:
    """Bring the index up to date; with `rebuild` from nothing; with `stats` only say what is there."""
    from gittraj.cli.bar import Bar
    from gittraj.errors import UsageError
    from gittraj.flows import index as flow
    from gittraj.flows.current import open_current

    if rebuild and stats:
        raise UsageError("index: give --rebuild or --stats, not both", hint="git traj index -h")
    house = open_current()
    if stats:
        found = flow.stats(house)
    else:
        with Bar(console, "indexing") as bar:
            found = flow.refresh(house, bar, anew=rebuild)
    if json:
        console.json({"path": found.path, "bytes": found.size, "current": found.current, **_counts(found)})
    else:
        _show(console, found)
    return 0


_NAMES = ("notes", "waiting", "segments", "sessions", "files", "edits")


def _counts(found: "IndexReport") -> dict[str, int]:
    return {name: found.counts.get(name, 0) for name in _NAMES}


def _show(console: Console, found: "IndexReport") -> None:
    from gittraj.cli.escape import one_line
    from gittraj.cli.paint import Line

    counts = _counts(found)
    if not found.counts:
        console.lines([Line(("dim", "There is no index yet."))])
        console.hint("build it: git traj index")
        return
    state = ("good", "up to date") if found.current else ("note", "older than the notes")
    console.lines(
        [
            Line(("", "index     "), state, ("", f"   {found.size / 1e6:.1f} MB   {one_line(found.path)}")),
            Line(
                ("", f"holds     {counts['notes']} commits with notes, {counts['segments']} segments of "),
                ("", f"{counts['sessions']} sessions, {counts['files']} files, {counts['edits']} edits"),
            ),
        ]
    )
    if counts["waiting"]:
        console.lines(
            [Line(("dim", f"waiting   {counts['waiting']} notes whose commits, or parts of them, are not here"))]
        )
    if not found.current:
        console.hint("bring it up to date: git traj index")


COMMANDS = (
    Command(
        "index",
        index,
        "Bring the index of blame, regions and sessions up to date.",
        Parameter("rebuild", "--rebuild", help="throw it away and build it from the notes", kind=FLAG),
        Parameter("stats", "--stats", help="only say what it holds, write nothing", kind=FLAG),
        *READING,
        about="The index lies under .git/gittraj. Everything in it follows from the notes and the commits, so it may be deleted at "
        "any time; the commands that need it bring it up to date themselves. What changed since the last time is judged, nothing else.",
        examples=(("git traj index", "before the first blame in a large repository"), ("git traj index --stats", "how large it is")),
    ),
)  # fmt: skip
