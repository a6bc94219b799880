"""Neutral file operations: what a tool call did to files, whatever the agent calls it.

`path` is as the agent wrote it (absolute, or relative to `Observed.cwd`). Contents are text as the agents write it: UTF-8
when stored; `before`/`after` are recorded states of the whole file, the strongest evidence there is.
"""

import msgspec


class Write(msgspec.Struct, frozen=True, tag="write"):
    """The whole file becomes `content`; with `create`, the tool refuses where the file exists."""

    path: str
    content: str
    create: bool = False


class Replace(msgspec.Struct, frozen=True, tag="replace"):
    """`old` becomes `new`, once or everywhere; `matching` names the tool's own matcher ("exact" where there is none).

    Several replacements of one call (`edits` of pi, MultiEdit of Claude) are several operations with the same call; `batch`
    tells how they relate: "sequence" (each on the result of the one before) or "original" (all against the state before).
    """

    path: str
    old: str
    new: str
    all: bool = False
    matching: str = "exact"
    batch: str = "sequence"


class Patch(msgspec.Struct, frozen=True, tag="patch"):
    """Hunks for one file: `dialect` "unified" (`@@ -a,b +c,d @@`) or "codex" (the body of an `*** Update File` section)."""

    path: str
    hunks: str
    dialect: str
    move_to: str = ""


class Delete(msgspec.Struct, frozen=True, tag="delete"):
    """The file goes away."""

    path: str


class Move(msgspec.Struct, frozen=True, tag="move"):
    """The file gets another path."""

    path: str
    to: str


class Chmod(msgspec.Struct, frozen=True, tag="chmod"):
    """The file's mode becomes `mode` (as git keeps it: 0o100644 or 0o100755)."""

    path: str
    mode: int


Operation = Write | Replace | Patch | Delete | Move | Chmod


class Observed(msgspec.Struct, frozen=True):
    """An operation with what is known of its outcome.

    `state`: "applied", "failed", "denied", "open" (no result yet) or "unknown" (the source has no results at all).
    `before`, `after`: recorded full text of the file, None where not recorded, "" with `created`/`Delete` where empty.
    `evidence`: "state" (after recorded) | "diff" (exact diff or before recorded) | "operation" | "fuzzy" (the tool matches
    loosely and recorded nothing) | "none".
    """

    operation: Operation
    call_id: str
    state: str
    cwd: str = ""
    before: str | None = None
    after: str | None = None
    evidence: str = "operation"
    redacted: bool = False
