"""Times on the page: epoch seconds or RFC 3339 text with a zone's offset go in, short text comes out."""

import datetime


def day_and_minute(seconds: int, offset: int) -> str:
    """``2026-11-21 01:15`` in the zone `offset` minutes east of UTC; the number itself where no calendar has such a day."""
    try:
        return f"{datetime.datetime.fromtimestamp(seconds, _zone(offset)):%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError, OSError):
        return f"@{seconds}"


def span(first: str, last: str, offset: int) -> str:
    """``14:02:11 → 14:02:14`` in the zone `offset`, with days where they differ; "" where the texts are no times."""
    start, end = _moment(first, offset), _moment(last, offset)
    if start is None or end is None:
        return ""
    if start.date() == end.date():
        return f"{start:%H:%M:%S} → {end:%H:%M:%S}"
    return f"{start:%Y-%m-%d %H:%M} → {end:%Y-%m-%d %H:%M}"


def _moment(text: str, offset: int) -> datetime.datetime | None:
    try:
        return datetime.datetime.fromisoformat(text).astimezone(_zone(offset))
    except (ValueError, OverflowError):
        return None


def _zone(offset: int) -> datetime.timezone:
    return datetime.timezone(datetime.timedelta(minutes=max(-1439, min(offset, 1439))))
