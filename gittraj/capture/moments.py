"""Times of entries: an entry goes in, seconds since the epoch come out."""

import datetime
import functools

from gittraj.model.entry import Entry

_LONGEST = 64  # characters of RFC 3339 text that are read
_KNOWN = 4096  # texts remembered: each is asked for several times while a record is read


def seconds(entry: Entry) -> float | None:
    """When the entry was written, as the agent says; None where it says nothing readable."""
    return parse(entry.get("timestamp"))


def parse(stamp: object) -> float | None:
    """Seconds since the epoch of RFC 3339 text or of a count of milliseconds; None for anything else."""
    if isinstance(stamp, str):
        return _parsed(stamp) if len(stamp) <= _LONGEST else None
    if isinstance(stamp, int) and not isinstance(stamp, bool):
        return stamp / 1000
    return None


@functools.lru_cache(_KNOWN)
def _parsed(stamp: str) -> float | None:
    try:
        moment = datetime.datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return moment.timestamp() if moment.tzinfo else None


def rfc3339(moment: float) -> str:
    """RFC 3339 text in UTC with milliseconds."""
    whole = datetime.datetime.fromtimestamp(int(moment), datetime.UTC)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{int(moment * 1000) % 1000:03d}Z"
