"""`git traj replay`: revisions go in; what the recorded actions explain of each commit comes out, and exit code 1 where it falls short."""

from gittraj.cli.command import FLAG, NUMBER, READING, Command, Parameter
from gittraj.cli.console import Console

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gittraj.cli.replay_told import Told
    from gittraj.flows.replay import Plan


def replay(
    console: Console,
    revisions: str | None = None,
    *,
    all: bool = False,
    lines: bool = False,
    trace: str | None = None,
    agent: str | None = None,
    unchecked: bool = False,
    commands: bool = False,
    timeout: int | None = None,
    total_timeout: int | None = None,
    unsafe_no_sandbox: bool = False,
    json: bool = False,
) -> int:
    """The verdicts on `revisions` (a commit, a range; HEAD) or on every commit with a note; 0 only where all are reproducible."""
    from gittraj.errors import UsageError
    from gittraj.flows import replay as flow

    if all and revisions:
        raise UsageError("replay: give a range or --all, not both", hint="git traj replay -h")
    if agent and not trace:
        raise UsageError("replay: --agent goes with --trace", hint="git traj replay -h")
    if not commands and (unsafe_no_sandbox or timeout is not None or total_timeout is not None):
        raise UsageError("replay: no command is run without --commands", hint="git traj replay --commands")
    plan = flow.plan(revisions, everything=all)
    rules = None
    if commands:
        from gittraj.flows.stage import rules as read_rules

        rules = read_rules(plan.house, seconds=timeout, total=total_timeout, bare=unsafe_no_sandbox)
    from gittraj.cli import replay_told

    several = len(plan.commits) > 1
    shown = replay_told.Shown(json=json, ranges=lines, brief=several, single=plan.single)
    found = []
    for told in flow.replay(plan, shown.told, unchecked=unchecked, trace=trace, agent=agent, commands=rules):
        found.append(told)
        _progress(console, plan, len(found))
    found.reverse()
    ok = not [told for told in found if not told.passes]
    if json:
        from gittraj.cli.replay_shape import report

        console.data(report([told.text for told in found], ok=ok) + "\n")
    else:
        from gittraj.cli.replay_lines import count_line

        page = [line for told in found for line in told.lines]
        console.page([*page, count_line([told.status for told in found])] if several else page, hint=_next(found))
    return 0 if ok else 1


def _progress(console: Console, plan: "Plan", done: int) -> None:
    """A counter on stderr, for long ranges on a terminal only."""
    total = len(plan.commits)
    if total < 50 or not console.err.isatty():
        return
    if done == total:
        console.err.write("\r\x1b[K")
    elif done % 10 == 0:
        console.err.write(f"\rreplaying {done}/{total}")
        console.err.flush()


def _next(found: "list[Told]") -> str:
    for told in found:
        name = told.commit[:8]
        if told.status == "no_trace" and len(found) == 1:
            return f"attach its session: git traj attach {name}"
        if told.status in ("partial", "not_reproducible"):
            more = " · line by line: --lines" if len(found) == 1 else f" · more: git traj replay {name}"
            return f"what the agent did: git traj show {name}{more}"
    return ""


COMMANDS = (
    Command(
        "replay",
        replay,
        "Replay recorded edits and compare with the committed files.",
        Parameter("revisions", help="a commit or a range; HEAD if not given", metavar="RANGE"),
        Parameter("all", "--all", help="every commit that has a trace", kind=FLAG),
        Parameter("lines", "--lines", help="also what made each range of added lines", kind=FLAG),
        Parameter(
            "trace", "--trace", help="judge this session file, attached or not, against the commits", metavar="FILE"
        ),
        Parameter("agent", "--agent", help="whose file --trace names, where it cannot be told", metavar="NAME"),
        Parameter("unchecked", "--unchecked", help="replay statements whose checks fail, too", kind=FLAG),
        Parameter(
            "commands", "--commands", help="run the recorded commands again, in a sandbox, and compare", kind=FLAG
        ),
        Parameter("timeout", "--timeout", help="seconds for one command (60)", kind=NUMBER, metavar="SECONDS"),
        Parameter("total_timeout", "--total-timeout", help="for all of a commit (600)", kind=NUMBER, metavar="SECONDS"),
        Parameter("unsafe_no_sandbox", "--unsafe-no-sandbox", help="run them as you, with all your rights", kind=FLAG),
        *READING,
        about="From the state before the session, every recorded edit is applied in memory, and the result is compared with the "
        "commit, byte by byte. Each changed line is put in one class: made by a tool of the agent, by a shell command whose effect "
        "is certain from its text, merged from another branch, or unexplained. Nothing from a trace is run, unless --commands asks "
        "for it: then every recorded command runs again in a throwaway copy, at its place among the edits, inside bubblewrap (no "
        "network, nothing of yours to read or write), and its output is compared byte for byte.",
        exits="1: a commit that has a trace is not reproducible, or the commit asked for has none; a command differs or takes too long.",
        examples=(
            ("git traj replay HEAD", "the last commit"),
            ("git traj replay --commands HEAD", "its commands, too"),
            ("git traj replay --all --json", "for scripts"),
        ),
    ),
)
