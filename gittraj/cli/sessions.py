"""`git traj sessions`: nothing goes in; a line or two for each session that the notes hold comes out, in the order they began."""

from gittraj.cli.command import READING, Command
from gittraj.cli.console import Console
from gittraj.cli.paint import EDGE, Line, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gittraj.model.session_report import SessionReport

_FATES = (("alive", "good"), ("transformed", ""), ("moved", ""), ("reverted", "bad"), ("lost", "bad"))


def sessions(console: Console, *, json: bool = False) -> int:
    """Every session in the notes."""
    from gittraj.cli.bar import Bar
    from gittraj.flows.sessions import sessions as flow

    with Bar(console, "indexing") as bar:
        found = flow(progress=bar)
    if json:
        console.json({"sessions": [shape(each) for each in found]})
    elif found:
        console.page((line for each in found for line in lines(each)), hint="where they met: git traj regions")
    else:
        console.say("no session is in the notes")
        console.hint("          git traj attach --missing attaches what agents left on this machine")
    return 0


def shape(each: "SessionReport") -> "dict[str, Any]":
    """A session as JSON has it (design §11)."""
    return {
        "session": each.session,
        "agent": each.agents[0] if each.agents else None,
        "agents": list(each.agents),
        "model": each.models[-1] if each.models else None,
        "models": list(each.models),
        "start": each.start or None,
        "end": each.end or None,
        "commits": list(each.commits),
        "prompts": each.prompts,
        "edits": each.edits,
        "files": each.files,
        "survival": {name: each.survival.get(name, 0) for name, _ in _FATES},
        "prior_sessions_same_repo": each.prior_repo,
        "prior_sessions_same_region": each.prior_region,
        "session_reopened_within_s": each.reopened,
        "region_re_edit_count": each.re_edited,
    }


def lines(each: "SessionReport") -> "Iterator[Line]":
    """Who and when and how much; then what became of it, and what others had done there before."""
    from gittraj.cli.columns import fit, pad
    from gittraj.cli.escape import one_line

    agent = one_line(", ".join(each.agents)) or "–"
    when = each.start[:16].replace("T", " ") or "–"
    size = f"{_count(len(each.commits), 'commit')}, {_count(each.edits, 'edit')} in {_count(each.files, 'file')}"
    yield Line(
        ("note", f"{one_line(each.session[:8]):<8}"),
        ("name", "  " + pad(fit(agent, 14), 14)),
        ("dim", f"  {when:<16}  "),
        ("", size),
        right=(("dim", one_line(each.models[-1]) if each.models else ""),) if each.models else EDGE,
        breaks=10,
    )
    parts: list[Span] = []
    for name, style in _FATES:
        if each.survival.get(name):
            parts += [("dim", ", " if parts else ""), (style, f"{name} {each.survival[name]}")]
    before = _before(each)
    if parts or before:
        gap = "   " if parts and before else ""
        yield Line(("", " " * 10), *parts, ("dim", gap + before), right=EDGE)


def _before(each: "SessionReport") -> str:
    if not each.prior_repo:
        return ""
    here = each.prior_region or 0
    where = f", {here} of them in the same lines" if here else ""
    return f"after {_count(each.prior_repo, 'session')}{where}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


COMMANDS = (
    Command(
        "sessions",
        sessions,
        "List the sessions in the notes with what became of their edits.",
        *READING,
        about="For each session: its commits and edits, how many of the edits are alive, transformed, moved, reverted or lost at HEAD, and how "
        "many sessions had ended before it began, in this repository and in the same lines.",
        examples=(("git traj sessions", "all of them, in the order they began"), ("git traj sessions --json", "for scripts")),
    ),
)  # fmt: skip
