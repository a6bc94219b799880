"""What git does to files between worktree and commit: a commit's tree goes in, functions that replay calls for a path come out."""

from gittraj.flows.wiring import House
from gittraj.replay import line_ends
from gittraj.replay.line_ends import Ends
from gittraj.store.attributes import Attributes
from gittraj.store.snapshots import Snapshots


class Conversions:
    """By the attributes in the tree of the commit that is judged, and this clone's ``core.autocrlf`` and ``core.eol``."""

    def __init__(self, house: House, snapshots: Snapshots, tree: str) -> None:
        self._attributes = Attributes(snapshots, tree, house.settings.values)

    def stored(self, path: str, content: bytes, committed: bytes | None) -> bytes:
        """What git stores of a file that lies in the worktree as `content`; `committed`: what it holds so far."""
        return line_ends.stored(self._ends(path), content, committed) if b"\r\n" in content else content

    def seen(self, path: str, content: bytes, committed: bytes | None) -> bytes:
        """How a file that git stores as `content` lies in the worktree."""
        del committed
        return line_ends.checked_out(self._ends(path), content)

    def filtered(self, path: str) -> str:
        """What else stands between the file and what git stores of it, "" for nothing."""
        return self._attributes.filter(path)

    def _ends(self, path: str) -> Ends:
        return Ends(*self._attributes.text(path))
