"""Withheld bodies: why a record lies elsewhere or is gone goes in as a signed claim, and is read again.

A body that is missing without such a claim, by somebody trusted, is a failed check: whoever can write to the notes could have taken
it away (docs/adr/0018).
"""

from typing import Any

from gittraj.model.anchor import Anchor
from gittraj.model.states import Verified

KIND = "withheld"
DETACHED, PURGED = "detached", "purged"
LOCATION = (
    "refs/notes/traj-bodies"  # in the header of a record that was sealed with its body kept there (RFC 9995, label 260)
)


def claim(digest: str, why: str) -> dict[str, Any]:
    """The payload: SHA-256 of the body in hex, `DETACHED` or `PURGED`."""
    return {"body": bytes.fromhex(digest), "why": why}


def anchor_of(record: Anchor) -> Anchor:
    """The anchor of the claim about a record: the record's own, under another kind."""
    return Anchor(
        commit=record.commit, tree=record.tree, parents=record.parents, session_id=record.session_id, seq=record.seq,
        entries=record.entries, kind=KIND, object_format=record.object_format,
    )  # fmt: skip


def explained(statement: Verified) -> tuple[str, str] | None:
    """(digest of a body in hex, why it is not there), if this is such a claim, whole, signed and trusted; else None."""
    if statement.statement.kind != KIND or not statement.record or not statement.trusted:
        return None
    held = {check.name for check in statement.checks if check.result == "pass"}
    digest, why = statement.record.get("body"), statement.record.get("why")
    if not held >= {"structure", "signature", "signer", "body"} or type(digest) is not bytes or len(digest) != 32:
        return None
    if why not in (DETACHED, PURGED):
        return None
    return digest.hex(), f"{why}, says {statement.principal}"
