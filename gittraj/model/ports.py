"""What one room needs of another, as protocols: flows plug the keyring's objects into the seal through these."""

from collections.abc import Callable
from typing import NamedTuple, Protocol


class Signer(Protocol):
    """A key that can sign now. `certificate`: an OpenSSH certificate for it in wire format, b"" for none.

    `principal`: who signs (an e-mail address), becomes `iss`. `public_key`: SSH wire-format public key (RFC 4253 6.6).
    `kid`: SHA-256 of `public_key`, what ``ssh-keygen -l`` shows in base64. `algorithm`: COSE -8 (EdDSA) or -7 (ES256).
    """

    @property
    def principal(self) -> str:
        """Who signs."""

    @property
    def public_key(self) -> bytes:
        """SSH wire-format public key."""

    @property
    def kid(self) -> bytes:
        """SHA-256 of `public_key`."""

    @property
    def algorithm(self) -> int:
        """COSE identifier."""

    @property
    def certificate(self) -> bytes:
        """OpenSSH certificate, or b""."""

    def sign(self, data: bytes, /) -> bytes:
        """The raw COSE signature over `data` (64 bytes for both algorithms, RFC 9053 2). Raises `KeyUnavailableError`."""


class Evidence(NamedTuple):
    """When a statement was there at the latest. `by`: epoch seconds; `source`: "receipt" | "first seen" | "now" (no more is known)."""

    by: int
    source: str = "now"


class Judgement(NamedTuple):
    """Whether a key may sign for a principal, and why, in one line.

    `unproven`: why the time of signing is not proven, where trust depends on it; `evidence`: what was asked for that, if anything.
    """

    trusted: bool
    reason: str
    unproven: str = ""
    evidence: Evidence | None = None


class Trust(Protocol):
    """Whom the reader trusts."""

    def judge(
        self,
        key: bytes,
        principal: str,
        at: int | None,
        /,
        evidence: Callable[[], Evidence] | None = None,
        certificate: bytes = b"",
    ) -> Judgement:
        """May the SSH wire-format `key` sign for `principal`? Never raises.

        `at`: claimed time of signing (epoch seconds), None if none. `evidence`: asked only where time matters. `certificate`:
        what the statement carries, in OpenSSH's wire format.
        """
