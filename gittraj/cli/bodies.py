"""`git traj bodies`, `purge` and `gc`: which bodies go in; where they are now, which are gone, or what they take comes out."""

from gittraj.cli.command import FLAG, JSON, TEXTS, Command, Parameter
from gittraj.cli.console import Console
from gittraj.cli.paint import Line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gittraj.model.bodies import BodiesReport, PurgeReport


def bodies(
    console: Console, *, detach: bool = False, attach: bool = False, anew: bool = False, json: bool = False
) -> int:
    """Say where the transcripts lie, or move them."""
    from gittraj.errors import UsageError
    from gittraj.flows import move_bodies as flow

    if detach and attach:
        raise UsageError("bodies: --detach or --attach, not both", hint="git traj bodies -h")
    if anew and not detach:
        raise UsageError("bodies: --anew goes with --detach", hint="git traj bodies -h")
    report = flow.detach(anew=anew) if detach else flow.attach() if attach else flow.where()
    if json:
        console.json({name: getattr(report, name) for name in report.__struct_fields__})
    else:
        console.lines(bodies_lines(report))
    return 0


def purge(
    console: Console,
    commits: tuple[str, ...] = (),
    *,
    session: tuple[str, ...] = (),
    older_than: str | None = None,
    all: bool = False,
    dry_run: bool = False,
    json: bool = False,
) -> int:
    """Drop transcripts for good; their signatures stay."""
    from gittraj.flows.purge import purge as flow

    report = flow(commits, sessions=session, older_than=older_than, everything=all, dry_run=dry_run)
    if json:
        names = ("commit", "session", "seq", "digest")
        purged = [{name: getattr(one, name) for name in names} for one in report.purged]
        rest = {name: getattr(report, name) for name in report.__struct_fields__ if name != "purged"}
        console.json({"purged": purged, **rest})
    else:
        console.lines(purge_lines(report))
        if report.unsigned:
            console.say(f"nobody signed for this purge ({report.unsigned}): verify will call these bodies missing")
    return 0


def gc(console: Console, *, json: bool = False) -> int:
    """Pack the repository and say what the notes take."""
    from gittraj.flows.gc import collect

    report = collect()
    if json:
        console.json({name: getattr(report, name) for name in report.__struct_fields__})
        return 0
    saved = report.before - report.after
    console.lines(
        [
            Line(("good", "✓ "), ("", f"{report.before:,} bytes packed into {report.after:,}"), ("dim", f"  {saved:,} saved")),
            Line(("", f"  {report.notes} notes take {report.stored:,} bytes for {report.bytes:,} of statements and transcripts")),
        ]
    )  # fmt: skip
    return 0


def bodies_lines(report: "BodiesReport") -> "Iterator[Line]":
    """Where the bodies are, a line each."""
    if report.moved:
        yield Line(("good", "✓ "), ("", f"{report.moved} moved; signatures are as they were"))
    yield Line(("", f"  {report.attached} beside their statements"), ("dim", f"  {report.bytes_attached:,} bytes"))
    yield Line(("", f"  {report.detached} in refs/notes/traj-bodies"), ("dim", f"  {report.bytes_detached:,} bytes"))
    if report.withheld:
        yield Line(("note", f"  {report.withheld} withheld: purged, or never fetched"))
    yield from _rest(report.rewritten, report.remains)


def purge_lines(report: "PurgeReport") -> "Iterator[Line]":
    """What was dropped, and what remains where."""
    from gittraj.cli.escape import one_line

    if not report.purged:
        yield Line(("dim", "· nothing to purge"))
    verb = "would be purged" if report.dry_run else "purged"
    for one in report.purged:
        yield Line(("note", one.commit[:8]), ("", f"  {verb}: segment {one.seq + 1} of {one_line(one.session)}"))
    yield from _rest(report.rewritten, report.remains)


def _rest(rewritten: "tuple[str, ...]", remains: "tuple[str, ...]") -> "Iterator[Line]":
    from gittraj.cli.escape import one_line

    for ref in rewritten:
        yield Line(("good", "✓ "), ("", f"{ref} written anew: its history no longer holds them"))
    for where in remains:
        yield Line(("note", "! "), ("", f"still on {one_line(where)}"))


COMMANDS = (
    Command(
        "bodies",
        bodies,
        "Say where transcripts lie; keep them apart from their proofs.",
        Parameter("detach", "--detach", help="move transcripts to refs/notes/traj-bodies", kind=FLAG),
        Parameter("attach", "--attach", help="move them back beside their statements", kind=FLAG),
        Parameter(
            "anew",
            "--anew",
            help="with --detach: write the notes anew even where a remote has them, so that their history holds none",
            kind=FLAG,
        ),
        JSON,
        about="A proof is a few hundred bytes, a transcript may be megabytes and private. git config gittraj.bodies detached keeps "
        "transcripts of new commits in a ref of their own; git config gittraj.bodiesRemote REMOTE sends that ref elsewhere, or, by "
        "never being pushed, nowhere. No signature is touched by moving.",
        examples=(("git traj bodies --detach", "proofs in refs/notes/traj, transcripts in refs/notes/traj-bodies"),),
    ),
    Command(
        "purge",
        purge,
        "Drop transcripts for good; their proofs still verify.",
        Parameter("commits", help="commits whose transcripts go", kind=TEXTS, metavar="COMMIT..."),
        Parameter(
            "session", "--session", help="those of this session (the beginning of its id)", kind=TEXTS, metavar="ID"
        ),
        Parameter("older_than", "--older-than", help="those signed longer ago: 36h, 90d, 12w, 1y", metavar="AGE"),
        Parameter("all", "--all", help="all of them", kind=FLAG),
        Parameter("dry_run", "--dry-run", help="only say which", kind=FLAG),
        JSON,
        about="Signature, signer and binding verify as before; verify says that the body is withheld, and a signed word of yours says "
        "that this was on purpose. The notes are written anew without their history; what remains in this clone until git gc, and on "
        "remotes, is told. Agents' own session files are not touched.",
        examples=(
            ("git traj purge --older-than 90d", "retention"),
            ("git traj purge --session 01a1fbac", "one session, wherever it was attached"),
        ),
    ),
    Command(
        "gc",
        gc,
        "Pack the repository; say what notes and transcripts take.",
        JSON,
        about="Runs git gc, which packs everything in this repository and prunes what nothing has named for two weeks. Each note is "
        "written as a file of its own until then.",
    ),
)
