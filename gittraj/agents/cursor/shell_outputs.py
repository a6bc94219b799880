"""Cursor's recorded outputs: its transcripts have none, so every command comes out as not known to have run."""

from gittraj.agents import shell_calls
from gittraj.model.entry import Entry
from gittraj.model.printed import Printed, never


def printed(call: Entry, result: Entry | None, version: str) -> list[Printed]:
    """What each command of `call` printed, as `gittraj.agents.outputs` hands it on."""
    return [never("Cursor's transcripts hold no results")] * len(shell_calls.commands(call, result))
