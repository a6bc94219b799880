"""The states a segment passes through, one type each, so that no step can be skipped: draft → redacted → sealed → verified."""

from typing import Any

import msgspec

from gittraj.model.anchor import Anchor
from gittraj.model.verdict import Check


class Draft(msgspec.Struct, frozen=True):
    """A record as built from a segment, not redacted: may hold secrets, must not be written anywhere."""

    record: dict[str, Any]


class Redacted(msgspec.Struct, frozen=True):
    """A record that went through redaction; only `gittraj.redact` makes one (and `pending` gives one back)."""

    record: dict[str, Any]


class Sealed(msgspec.Struct, frozen=True):
    """A statement and its body, ready for the note: `statement` is a tagged COSE_Sign1, `body` the record's exact bytes."""

    statement: bytes
    body: bytes


class Statement(msgspec.Struct, frozen=True):
    """A statement taken apart, nothing checked beyond its structure.

    `raw`: the exact bytes. `protected`: the exact protected header bytes; `header`: decoded. `payload`: the signed payload
    (for a hash envelope the body's SHA-256). `detached`: True for a hash envelope. `digest`: SHA-256 (hex) of what was
    signed for: the body's digest for a hash envelope, else of the payload; never of the envelope, because (r, n-s) verifies too.
    """

    raw: bytes
    protected: bytes
    header: dict[Any, Any]
    unprotected: dict[Any, Any]
    payload: bytes
    signature: bytes
    detached: bool
    digest: str
    kind: str
    kid: bytes
    alg: int
    issuer: str
    issued_at: int | None
    anchor: Anchor | None


class Verified(msgspec.Struct, frozen=True):
    """A statement after all numbered steps ran, with its verdicts; `record` is None where the body is missing or wrong."""

    statement: Statement
    checks: tuple[Check, ...]
    record: dict[str, Any] | None
    principal: str = ""
    trusted: bool = False

    @property
    def ok(self) -> bool:
        """True when no check failed and the ones that must pass did."""
        return bool(self.checks) and not any(check.result == "fail" for check in self.checks)
