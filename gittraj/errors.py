"""Every exception of the house: what goes wrong comes in, one line for the user and the next thing to type go out."""


class GitTrajError(Exception):
    """An expected failure: `message` says what and why, `hint` what to type next. The edge exits with `exit_code`."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(GitTrajError):
    """The command was called wrongly."""

    exit_code = 2


class CodecError(GitTrajError):
    """Bytes are not what the format says: malformed, not deterministic, too large, too deep."""


class SchemaError(CodecError):
    """A record breaks the VAC schema or one of our own rules for it."""


class AgentError(GitTrajError):
    """A session cannot be read as the agent's format says."""


class CaptureError(GitTrajError):
    """A segment cannot be cut or a record cannot be built."""


class RedactError(GitTrajError):
    """Redaction could not be done, so nothing may be sealed."""


class SealError(GitTrajError):
    """A statement cannot be made or is malformed."""


class KeyringError(GitTrajError):
    """A key or a trust file cannot be used at all."""


class KeyUnavailableError(KeyringError):
    """The key exists but cannot sign now (locked, no agent, a prompt would be needed): the record waits."""


class PolicyError(GitTrajError):
    """A policy cannot be read, demands nothing, or is not where it must be: whoever enforces it says no."""


class StoreError(GitTrajError):
    """The repository cannot be read or written."""


class RefRaceError(StoreError):
    """Another process moved the ref between our read and our write, more often than we retry."""


class UnsupportedRepositoryError(StoreError):
    """The repository uses an object format or a ref storage that cannot be served yet."""


class IndexUnusableError(StoreError):
    """The index cannot be used now (locked, read-only, no room); what it would tell is worked out without it."""


class IndexDamagedError(IndexUnusableError):
    """The index is not what was written; it is thrown away and built again."""


class SandboxError(GitTrajError):
    """Commands cannot be run in a sandbox here."""
