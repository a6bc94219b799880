"""`git traj carry`: a commit, and what it was made of, go in; a signed carry statement is in its note afterwards."""

from typing import Any

from gittraj.cli.command import READING, Command, Parameter
from gittraj.cli.console import Console


def carry(console: Console, *, sources: str | None = None, to: str = "HEAD", json: bool = False) -> int:
    """Sign which commits `to` was made of."""
    from gittraj.flows.carrying import carry as flow
    from gittraj.history.rebind import words

    told = flow(sources=sources, to=to)
    if json:
        from gittraj.cli.shapes import carried

        shape: dict[str, Any] = {"commit": told.commit, "by": told.by, "from": list(told.sources)}
        console.json({**shape, "carried": carried(told.carried)})
        return 0
    names = ", ".join(source[:8] for source in told.sources[:8])
    more = f" and {len(told.sources) - 8} more" if len(told.sources) > 8 else ""
    how = f" ({words(told.carried)})" if told.carried else ""
    console.say(f"{told.commit[:8]} carries the records of {names}{more}{how}")
    console.hint(f"          git traj verify {told.commit[:8]}")
    return 0


COMMANDS = (
    Command(
        "carry",
        carry,
        "Sign which commits a rewritten commit was made of.",
        Parameter(
            "sources", "--from", help="the commits it was made of; found by content if not given", metavar="RANGE"
        ),
        Parameter("to", "--to", help="the commit; HEAD if not given", default="HEAD", metavar="COMMIT"),
        *READING,
        about="For squash merges on a forge, and whatever else no hook saw. The statement names the old commits and the new one; records "
        "are not touched, and verification compares content and never needs the statement.",
        exits="1: nothing of these commits is in it.",
        examples=(
            ("git traj carry --from main..topic --to main", "after a squash merge"),
            ("git traj carry", "what HEAD was made of is found by its content"),
        ),
    ),
)
