"""Times of entries: an entry goes in, seconds since the epoch come out."""

import datetime

from gittraj.model.entry import Entry


def seconds(entry: Entry) -> float | None:
    """When the entry was written, as the agent says; None where it says nothing readable."""
    return parse(entry.get("timestamp"))


def parse(stamp: object) -> float | None:
    """Seconds since the epoch of RFC 3339 text or of a count of milliseconds; None for anything else."""
    if isinstance(stamp, str):
        try:
            moment = datetime.datetime.fromisoformat(stamp)
        except ValueError:
            return None
        return moment.timestamp() if moment.tzinfo else None
    if isinstance(stamp, int) and not isinstance(stamp, bool):
        return stamp / 1000
    return None


def rfc3339(moment: float) -> str:
    """RFC 3339 text in UTC with milliseconds."""
    whole = datetime.datetime.fromtimestamp(int(moment), datetime.UTC)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{int(moment * 1000) % 1000:03d}Z"
