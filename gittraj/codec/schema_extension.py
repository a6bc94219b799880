"""The schema of the record's `gittraj` map (docs/reference/gittraj.cddl): the same checks as for the draft's own maps.

Every map is open: a later version may add fields, and readers keep what they do not know.
"""

from typing import Any

from gittraj.codec.problems import Problems
from gittraj.codec.schema_checks import (
    Listed,
    Mapped,
    Table,
    anything,
    boolean,
    digest,
    integer,
    nullable,
    object_id,
    one_of,
    text,
    uint,
)  # fmt: skip


class _TextOrParts:
    """Text, a list of texts, or a map: how a rule set is named (its name; names; name and version)."""

    def check(self, value: Any, path: str, problems: Problems) -> None:
        """See `schema_checks.Node.check`."""
        if type(value) is list:
            Listed(text).check(value, path, problems)
        elif type(value) is dict:
            Table(anything).check(value, path, problems)
        elif text(value):
            problems.add(path, "is neither text, nor a list of texts, nor a map")


class _ListOrMap:
    """``[* any] / {* tstr => any}``."""

    def check(self, value: Any, path: str, problems: Problems) -> None:
        """See `schema_checks.Node.check`."""
        if type(value) is dict:
            Table(anything).check(value, path, problems)
        elif type(value) is not list:
            problems.add(path, "is neither an array nor a map")


SEGMENT = Mapped(
    # last is -1 where the session has no entries at all; that is why it is no uint
    {"index": uint, "first": uint, "last": integer, "prev": nullable(digest)},
    {"entries": uint},
)
BASE = Mapped(
    {"commit": nullable(object_id)}, {"files": Table(Mapped({}, {"blob": nullable(object_id), "patch": anything}))}
)
SOURCE = Mapped(
    {"format": text},
    {"sha-256": digest, "byte-range": Listed(uint, least=2, most=2), "agent-version": text, "unknown-items": uint},
)
_HIT = Mapped({"rule": text, "bytes": uint}, {"entry": nullable(integer)})
REDACTION = Mapped(
    {},
    {
        "rules": _TextOrParts(),
        "hits": Listed(_HIT),
        "reasoning": one_of("kept", "dropped"),
        "substitutions": _ListOrMap(),
        "no-redact": boolean,
    },
)
LIMITS = Mapped({}, {"cut": Listed(Mapped({"entry": uint, "bytes": uint, "sha-256": digest}))})
IMPORTED = Mapped(
    {"from": text, "evidence": one_of("trailer", "note")},
    {
        "ref": text,
        "checkpoints": Listed(text),
        "transcript": Listed(object_id),
        "label": text,
        "note": object_id,
        "version": text,
    },
)
EXTENSION = Mapped(
    {},
    {
        "version": uint,
        "segment": SEGMENT,
        "base": BASE,
        "source": SOURCE,
        "redaction": REDACTION,
        "limits": LIMITS,
        "imported": IMPORTED,
        "flags": Listed(text),
    },
)
