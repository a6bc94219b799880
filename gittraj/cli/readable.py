"""What of a record can be told as a story: a record of any shape goes in, one whose entries are maps all the way down comes out.

A record that breaks the schema may be signed all the same; what is left out here is in `--json` and `--diag`.
"""

from typing import Any


def readable(record: Any) -> dict[str, Any] | None:
    """`record` with its readable entries; None where there is no session with a list of them."""
    session = record.get("session") if isinstance(record, dict) else None
    if not isinstance(session, dict) or not isinstance(session.get("entries"), list):
        return None
    return {**record, "session": {**session, "entries": _entries(session["entries"])}}


def _entries(values: Any) -> list[dict[str, Any]]:
    found = [entry for entry in values if isinstance(entry, dict)] if isinstance(values, list) else []
    return [{**entry, "children": _entries(entry["children"])} if "children" in entry else entry for entry in found]
