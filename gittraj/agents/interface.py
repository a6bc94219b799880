"""What an agent gives to the house: a module (or object) with these names; the module is the plug-in.

The package `gittraj/agents/<name>/__init__.py` holds the light part (`NAME`, `locate`, `running`, `sniff`), stdlib `os` only, no
`re`, `json`, `pathlib`, `typing`; its `read`, `operations`, `edit_content` and `printed` import the heavy part when called.
"""

from collections.abc import Mapping
from typing import Protocol

from gittraj.model.entry import Entry
from gittraj.model.location import Location
from gittraj.model.operation import Observed
from gittraj.model.printed import Printed
from gittraj.model.session import Position, Reading


class Agent(Protocol):
    """One agent's formats. Every method raises only `gittraj.errors.AgentError` on bad input."""

    NAME: str

    def locate(self, worktree: str, env: Mapping[str, str], /) -> list[Location]:
        """Sessions whose working directory is `worktree` (absolute, real path), lies in it, or above it.

        Called at every commit: looks only where the agent's own naming points, opens as little as it can, never fails on an
        absent or unreadable store (returns []).
        """

    def running(self, env: Mapping[str, str], /) -> str | None:
        """The session id if this process runs inside the agent; "" if inside but the id is not told; None if outside."""

    def sniff(self, head: bytes, path: str, /) -> bool:
        """Whether the file at `path` with this beginning (up to 64 KiB; b"" for a folder) is a session of this agent; never raises."""

    def read(self, path: str, start: Position | None = None, *, until: int | None = None, session: str = "") -> Reading:
        """Entries from `start` (None: the beginning) to the end, or to byte offset `until`.

        `session` picks one where `path` holds several (a database). ``read(p)`` equals ``read(p, until=k)`` followed by
        ``read(p, next)``, for every line boundary `k`: entries concatenated are the same.
        """

    def operations(self, call: Entry, result: Entry | None, /) -> list[Observed]:
        """What the call did to files, from its own record and its result's; [] for tools that touch none."""

    def edit_content(self, entry: Entry, /) -> list[tuple[str | int, ...]]:
        """Key paths, from the entry's root, under which strings are the content of an edit (not paths, not prose).

        Redaction leaves these alone where the repository holds the same text, or the commit could not be replayed.
        """


class Prints(Protocol):
    """What an agent may have besides: how its shell's outputs are recorded. Without it, commands run again have nothing to be compared with."""

    def printed(self, call: Entry, result: Entry | None, version: str, /) -> list[Printed]:
        """What each command of the call (`shell_calls.commands`, in their order) printed, the agent's wrapping undone and nothing more.

        `version`: of the agent, as the session tells it, "" where it does not.
        """
