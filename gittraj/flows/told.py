"""What is told of a replayed segment: the segment, its record and its statement go in, a row about it comes out."""

from typing import Any

from gittraj.capture import moments
from gittraj.flows.segments import Segment
from gittraj.model.entry import walk
from gittraj.model.report import ReplayedSegment
from gittraj.model.states import Statement


def told_of(segment: Segment, record: dict[str, Any], statement: Statement) -> ReplayedSegment:
    """Who ran the segment and when; what the record says in another form than ours is left empty."""
    session = record["session"]
    meta = session.get("agent-meta")
    times = [moment for entry in walk(segment.entries) if (moment := moments.seconds(entry)) is not None]
    return ReplayedSegment(
        session=segment.session,
        seq=segment.seq,
        agent=_text(meta.get("cli-name") if isinstance(meta, dict) else ""),
        model=segment.model,
        start=min(times, default=0.0),
        end=max(times, default=0.0),
        began=_text(session.get("session-start")),
        prompts=sum(1 for entry in segment.entries if entry.get("type") == "user" and not entry.get("is-meta")),
        first=segment.first,
        entries=len(segment.entries),
        kid=statement.kid.hex(),
        issuer=statement.issuer,
        issued_at=statement.issued_at,
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
