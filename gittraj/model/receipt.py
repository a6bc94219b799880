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


class LogReport(msgspec.Struct, frozen=True):
    """What `git traj receipt check` found. `leaves`: of the log in this repository; `problems`: (commit, what is wrong)."""

    leaves: int
    root: str
    receipts: int
    problems: tuple[tuple[str, str], ...]


class Exported(msgspec.Struct, frozen=True):
    """A statement written to a file for registration elsewhere."""

    commit: str
    statement: str
    path: str
