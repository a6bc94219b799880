"""`git traj blame`: a file goes in; each line with its commit, and who made it in which session and turn, comes out."""

from gittraj.cli.command import FLAG, READING, TEXTS, Command, Parameter
from gittraj.cli.console import Console


def blame(
    console: Console,
    file: str,
    rev: str | None = None,
    *,
    lines: tuple[str, ...] = (),
    blanks: bool = False,
    moved: bool = False,
    copied: bool = False,
    prompt: bool = False,
    porcelain: bool = False,
    json: bool = False,
) -> int:
    """Every line of `file` at `rev`, or as it lies in the worktree."""
    from gittraj.cli.bar import Bar
    from gittraj.errors import UsageError
    from gittraj.flows.blame import blame as flow

    if json and porcelain:
        raise UsageError("blame: give --json or --porcelain, not both", hint="git traj blame -h")
    options = [word for each in lines for word in ("-L", each)]
    options += [flag for flag, given in (("-w", blanks), ("-M", moved), ("-C", copied)) if given]
    with Bar(console, "indexing") as bar:
        found = flow(file, rev, options=options, prompts=prompt, progress=bar)
    if json:
        from gittraj.cli import blame_shape

        console.json(blame_shape.report(found))
    elif porcelain:
        from gittraj.cli import blame_shape

        console.binary(blame_shape.porcelain(found))
    else:
        from gittraj.cli.blame_lines import page

        console.page(page(found))
    return 0


COMMANDS = (
    Command(
        "blame",
        blame,
        "Show, line by line, who made a file: agent, session and turn.",
        Parameter("file", help="a file of the repository, as git blame takes it", metavar="FILE", required=True),
        Parameter("rev", help="as of this commit; the file in the worktree if not given", metavar="REV"),
        Parameter(
            "lines", "-L", help="only these lines: A,B or A,+N or /REGEX/ or :FUNCTION; may be repeated", kind=TEXTS, metavar="RANGE",
        ),
        Parameter("blanks", "-w", help="ignore changes of white space, as git does", kind=FLAG),
        Parameter("moved", "-M", help="follow lines moved within the file, as git does", kind=FLAG),
        Parameter("copied", "-C", help="follow lines moved from other files of the same commit, as git does", kind=FLAG),
        Parameter("prompt", "--prompt", help="also what was asked in each turn", kind=FLAG),
        Parameter("porcelain", "--porcelain", help="git's porcelain format with keys of ours, for programs", kind=FLAG),
        *READING,
        about="The commit of each line is git's own answer. What made the line in that commit is told from the replayed record: "
        "a tool of the agent, a shell command, a merge, or nothing that was recorded (unexplained). – stands for a commit without a "
        "record. SESSION:TURN counts the prompts of the whole session; ? after an agent's name: nobody here trusts the signer. "
        "Answers come from the index, which is brought up to date first.",
        examples=(
            ("git traj blame money.py", "the whole file"),
            ("git traj blame -L 10,20 --prompt money.py", "ten lines, with what was asked"),
        ),
    ),
)  # fmt: skip
