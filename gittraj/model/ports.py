"""What one room needs of another, as protocols: flows plug the keyring's objects into the seal through these."""

from typing import NamedTuple, Protocol


class Signer(Protocol):
    """A key that can sign now.

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

    def sign(self, data: bytes, /) -> bytes:
        """The raw COSE signature over `data` (64 bytes for both algorithms, RFC 9053 2). Raises `KeyUnavailableError`."""


class Judgement(NamedTuple):
    """Whether a key may sign for a principal, and why, in one line."""

    trusted: bool
    reason: str


class Trust(Protocol):
    """Whom the reader trusts."""

    def judge(self, key: bytes, principal: str, at: int | None, /) -> Judgement:
        """May the SSH wire-format `key` sign for `principal`? `at`: claimed time of signing (epoch seconds), None if none; never raises."""
