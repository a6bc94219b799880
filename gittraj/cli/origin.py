"""Where an imported statement comes from, in words: a verified statement goes in, a short text or "" comes out."""

from typing import Any

from gittraj.cli.escape import one_line
from gittraj.model.states import Verified

_LONGEST = 60  # characters of a name that a record gives itself
_TIES = {
    "trailer": "tied to the commit by its message alone",
    "note": "tied to the commit by an unsigned note",
}


def tool(verified: Verified) -> str:
    """The tool whose history it was made from, "" where it was captured by git traj itself."""
    return one_line(str(_imported(verified).get("from", "")))[:_LONGEST]


def evidence(verified: Verified) -> str:
    """What is known of its link to the commit."""
    found = _imported(verified)
    where = found.get("checkpoints")
    names = ", ".join(str(each)[:12] for each in where[:3]) if isinstance(where, list) else ""
    more = f" and {len(where) - 3} more" if isinstance(where, list) and len(where) > 3 else ""
    tie = _TIES.get(str(found.get("evidence")), "")
    parts = [
        f"checkpoint {one_line(names)}{more}" if names else "",
        tie,
        "signed by the importer, not when it happened",
    ]
    return "; ".join(part for part in parts if part)


def _imported(verified: Verified) -> dict[str, Any]:
    record = verified.record if isinstance(verified.record, dict) else {}
    extension = record.get("gittraj") if verified.statement.kind == "record" else record
    found = extension.get("imported") if isinstance(extension, dict) else None
    return found if isinstance(found, dict) else {}
