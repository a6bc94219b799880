"""A recorded command that was run again: what came of it, data only."""

import msgspec


class RanCommand(msgspec.Struct, frozen=True):
    """One recorded command, run again. `result`: pass | differs | skipped | timeout; `reason`: why, where it is no pass.

    `diagnosis`: what explains a difference (a class of `replay.commands.diagnose`), "" for nothing. `line`: the first line that
    differs (1-based, 0 for none), `recorded` and `replayed` as it stands on both sides, None past the end. `entry`: position of
    the call in the session, -1 unknown.
    """

    command: str
    result: str
    diagnosis: str = ""
    reason: str = ""
    line: int = 0
    recorded: str | None = None
    replayed: str | None = None
    session: str = ""
    entry: int = -1
