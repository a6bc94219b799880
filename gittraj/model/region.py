"""Regions of code and what became of the edits in them: what history hands to the command line."""

import msgspec

from gittraj.model.edit import Edit


class Place(msgspec.Struct, frozen=True):
    """Lines `start` to `end` (1-based, inclusive; `end` is `start` - 1 for a gap) of `file`."""

    file: str
    start: int
    end: int


class Fate(msgspec.Struct, frozen=True):
    """What became of an edit. `state`: alive | transformed | moved | reverted | lost; `commit`: what ended it, "" where nothing did."""

    state: str
    commit: str = ""


class RegionEdit(msgspec.Struct, frozen=True):
    """An edit's part in a region, in lines of the file right after it. `prior_sessions`: of other sessions that it built on."""

    edit: Edit
    start_line: int
    end_line: int
    lines_added: int
    lines_removed: int
    fate: Fate


class Region(msgspec.Struct, frozen=True):
    """A line range that edits overlap, in the file as asked for, with its edits, oldest first.

    `gone`: none of its lines is left; the range is then the gap, and where not even that is left, `start_line` is 0. `calls`: how many different
    calls edited it. `convergence`: converging | oscillating | expanding, "" where fewer than two calls did.
    """

    file: str
    start_line: int
    end_line: int
    edits: tuple[RegionEdit, ...]
    sessions: tuple[str, ...]
    calls: int
    convergence: str
    gone: bool = False

    @property
    def re_edit_count(self) -> int:
        """How many calls edited it again after the first."""
        return max(self.calls - 1, 0)
