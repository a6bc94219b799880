"""Who wrote the committed lines: a segment about to be sealed goes in, its VAC `file-attribution` comes out, as replay finds it."""

from typing import Any

from gittraj.agents.interface import Agent
from gittraj.capture.record import Segment
from gittraj.errors import AgentError, StoreError
from gittraj.flows import segments
from gittraj.flows.judge import Judge
from gittraj.flows.wiring import House
from gittraj.model.commit import Commit
from gittraj.replay.attribution import attribution

_BACK = 2  # earlier segments that are replayed for what they left: a hook runs at every commit; what is older stays unclaimed


def attributed(
    house: House, agent: Agent, segment: Segment, commit: Commit, base: str, files: dict[str, dict[str, Any]]
) -> dict[str, Any] | None:
    """The `file-attribution` of `segment`; None where it wrote no line of the commit, or where that cannot be told here."""
    head = segment.head
    mine = segments.Segment(
        head.session_id, segment.index, agent, segment.entries, segment.first, base, files, head.cwd
    )
    try:
        judge = Judge(house, back=_BACK)
        found = judge.draft(commit, mine)
    except (StoreError, AgentError):  # a shallow clone: the record is worth keeping without it
        return None
    return attribution(found, head.session_id, head.model, lambda path: judge.committed(commit, path))
