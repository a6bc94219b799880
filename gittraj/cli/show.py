"""`git traj show`: a revision goes in; the story of its sessions, with the verdict of every check, comes out."""

from gittraj.cli.command import FLAG, READING, Command, Parameter
from gittraj.cli.console import Console

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gittraj.cli.paint import Line
    from gittraj.model.report import Shown
    from gittraj.model.states import Verified

DAMAGES = 10  # of a note that are told one by one


def show(
    console: Console,
    commit: str = "HEAD",
    *,
    full: bool = False,
    raw: bool = False,
    diag: bool = False,
    json: bool = False,
) -> int:
    """Show the trace of `commit`; 1 where it has none."""
    from gittraj.flows.show import show as flow

    shown = flow(commit, replay=not (json or raw or diag))
    if json:
        from gittraj.cli import shapes

        console.json(shapes.show(shown))
    elif raw:
        console.binary(shown.note)
    elif diag:
        from gittraj.cli.diagnosis import diagnosis

        console.page(diagnosis(shown))
    elif shown.statements or shown.damage:
        from gittraj.cli.paint import Line

        what = "" if full else f"git traj show --full {commit} for outputs and thoughts · git traj show --json {commit}"
        console.page([*story(shown, full=full, columns=console.width), Line()], hint=what)
    if not shown.statements and not shown.damage:
        console.say(f"{shown.commit.id[:8]} has no trace")
        console.hint(f"          attach one with  git traj attach {commit}")
        return 1
    return 0


def story(shown: "Shown", *, full: bool, columns: int) -> "Iterator[Line]":
    """The whole page of one commit: its head, then each statement's story, then what is damaged in its note."""
    from gittraj.cli.header import commit_line, lines_line
    from gittraj.cli.paint import Line

    yield commit_line(shown.commit, shown.branch)
    made = lines_line(shown.replayed) if shown.replayed else None
    if made:
        yield made
    for index, verified in enumerate(shown.statements):
        if index:
            yield Line()
            yield Line(("dim", "─" * columns))
        yield from _statement(shown, verified, full=full, columns=columns)
    for damage in shown.damage[:DAMAGES]:
        yield Line()
        yield Line(("bad", "✗ "), ("", f"bytes {damage.start}–{damage.end} of the note: {damage.reason}"))
    if len(shown.damage) > DAMAGES:
        yield Line(("bad", "✗ "), ("", f"and {len(shown.damage) - DAMAGES:,} more places of the note that are damaged"))


def _statement(shown: "Shown", verified: "Verified", *, full: bool, columns: int) -> "Iterator[Line]":
    from gittraj.cli.edits import Edits
    from gittraj.cli.escape import one_line
    from gittraj.cli.header import agent_line, carry_line, trace_lines, work_lines
    from gittraj.cli.origin import evidence, tool
    from gittraj.cli.page import Page
    from gittraj.cli.paint import Line
    from gittraj.cli.readable import readable
    from gittraj.cli.story import Teller
    from gittraj.cli.tally import every_step, failed, tally
    from gittraj.cli.turns import turns
    from gittraj.model.entry import walk

    yield from trace_lines(verified)
    if verified.statement.kind == "carry":
        yield carry_line(verified)
        return
    if verified.statement.kind == "attribution":
        from gittraj.cli.claim import claim_lines

        yield from claim_lines(verified)
        return
    record = readable(verified.record)
    if record is None:
        yield Line(("dim", "        the record itself is not here: nothing to tell"))
        return
    session, entries = record["session"], record["session"]["entries"]
    meta, environment = session.get("agent-meta"), session.get("environment")
    agent = one_line(str(meta.get("cli-name", ""))) if isinstance(meta, dict) else ""
    root = str(environment.get("working-dir", "")) if isinstance(environment, dict) else ""
    told, edits = turns(entries), Edits(agent)
    editing = [failed(step.result) for step in every_step(told) if edits.of(step)]
    yield agent_line(record, shown.commit)
    if tool(verified):
        yield Line(("dim", "from    "), ("note", tool(verified)), ("", f", {evidence(verified)}"), breaks=8)
    yield from work_lines(record, tally(entries, told, editing))
    yield Line()
    results = any(entry.get("type") == "tool-result" for entry in walk(entries))
    yield from Teller(agent, edits, Page(full=full, root=root, results=results), columns).story(told)


COMMANDS = (
    Command(
        "show",
        show,
        "Show what the agent did for a commit, and who signed it.",
        Parameter("commit", help="the commit; HEAD if not given", default="HEAD"),
        Parameter("full", "--full", help="outputs, thoughts and edits in full", kind=FLAG),
        Parameter("raw", "--raw", help="the note's exact bytes: a CBOR sequence of statements and records", kind=FLAG),
        Parameter("diag", "--diag", help="the note in CBOR diagnostic notation", kind=FLAG),
        *READING,
        about="Prompts, steps, edits as diffs, commands with their exit codes, totals, signer and the verdict of each check. Control characters and terminal escapes that a trace holds are made visible, never executed. "
        "What is shortened says so; --full shows it whole.",
        exits="1: the commit has no trace. A trace that does not verify is shown with what is wrong; ask git traj verify for a yes or no.",
        examples=(("git traj show", "the story of HEAD"), ("git traj show --full HEAD~2", "with outputs and thoughts")),
    ),
)
