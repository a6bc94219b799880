"""What the flows hand to the command line: one report per user intent, data only, nothing rendered."""

import msgspec

from gittraj.model.commit import Commit
from gittraj.model.states import Verified


class Attached(msgspec.Struct, frozen=True):
    """One segment that became a statement (or waits for its signature: `waiting`, with the reason)."""

    commit: str
    agent: str
    session: str
    seq: int
    entries: int
    body_bytes: int
    redactions: int
    public: int
    unknown: int
    waiting: str = ""
    path: str = ""


class AttachReport(msgspec.Struct, frozen=True):
    """What `attach` did: `attached` in order; `skipped`: sessions looked at and left, with the reason (path, reason)."""

    attached: tuple[Attached, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()


class NoteDamage(msgspec.Struct, frozen=True):
    """Bytes of a note that are no readable item, or an item that no statement names."""

    start: int
    end: int
    reason: str


class Shown(msgspec.Struct, frozen=True):
    """One commit with its statements, each verified; empty `statements` where the commit has no note."""

    commit: Commit
    branch: str
    statements: tuple[Verified, ...]
    damage: tuple[NoteDamage, ...] = ()
    note: bytes = b""


class CommitVerdict(msgspec.Struct, frozen=True):
    """`status`: verified | carried | exempt | missing | untrusted | failed (design §11); `reason`: one line where not verified."""

    commit: Commit
    status: str
    statements: tuple[Verified, ...]
    damage: tuple[NoteDamage, ...] = ()
    reason: str = ""


class VerifyReport(msgspec.Struct, frozen=True):
    """`ok` is False as soon as one commit falls short."""

    ok: bool
    commits: tuple[CommitVerdict, ...]


class LogLine(msgspec.Struct, frozen=True):
    """One commit of `git traj log`. `steps`: tool calls, children included. `added`/`removed`: lines of git's default diff."""

    commit: Commit
    statements: int
    agents: tuple[str, ...]
    agent_versions: tuple[str, ...]
    models: tuple[str, ...]
    sessions: tuple[str, ...]
    steps: int
    added: int
    removed: int
    verdict: str


class Finding(msgspec.Struct, frozen=True):
    """One thing `doctor` looked at. `level`: "ok", "note", "warning" or "problem"; `hint`: the command that mends it."""

    level: str
    what: str
    why: str = ""
    hint: str = ""


class Step(msgspec.Struct, frozen=True):
    """One thing `init` or `deinit` did (or found done): `what`, and `hint` where the user must add something by hand."""

    what: str
    done: bool = True
    hint: str = ""


class KeyLine(msgspec.Struct, frozen=True):
    """One key of `git traj keys`: who it speaks for, where it comes from, whether this machine can sign with it."""

    principal: str
    fingerprint: str
    type: str
    source: str
    role: str
    usable: str = ""
