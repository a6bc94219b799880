"""Reports about receipts of transparency logs: data only."""

import msgspec


class Registered(msgspec.Struct, frozen=True):
    """One statement and a log's receipt for it. `statement`: its id (hex). `index`, `size`: its place, and the leaves of the log then.

    `fresh`: False where the receipt was in the note before.
    """

    commit: str
    statement: str
    log: str
    index: int
    size: int
    fresh: bool


class Problem(msgspec.Struct, frozen=True):
    """What is wrong with a log. `kind`: rollback | equivocation | removed, against what this clone or the log's own receipts say; for the
    receipt of one commit cut | moved | rewritten (the log is no longer what it was signed for) | bad (it does not hold).
    """

    kind: str
    reason: str
    commit: str = ""


class LogReport(msgspec.Struct, frozen=True):
    """What `git traj receipt check` found. `leaves`, `root`: of the log in this repository.

    `remembered`: size and root (hex) of the largest log seen in this clone before, None where none was.
    """

    leaves: int
    root: str
    receipts: int
    problems: tuple[Problem, ...]
    remembered: tuple[int, str] | None = None


class Proved(msgspec.Struct, frozen=True):
    """A signed proof, written to `path`, that a log of `newer` leaves only added to its first `older` ones. Roots in hex."""

    log: str
    older: int
    newer: int
    older_root: str
    newer_root: str
    path: str


class Compared(msgspec.Struct, frozen=True):
    """Two signed states of one log. `result`: same | grown | forked (two histories) | unproven; `reason`: why it is no better.

    `kid`: SHA-256 of the log's key; `trusted`: whether somebody here vouches for it as a log's.
    """

    log: str
    kid: str
    trusted: bool
    older: int
    newer: int
    older_root: str
    newer_root: str
    result: str
    reason: str = ""


class Exported(msgspec.Struct, frozen=True):
    """A statement written to a file for registration elsewhere."""

    commit: str
    statement: str
    path: str
