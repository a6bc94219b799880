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
    """An edit's part in a region, in lines of the file right after it.

    `places`: for each place it changed there, digests of the lines before and after. `told`: commits whose records tell of it.
    """

    edit: Edit
    start_line: int
    end_line: int
    lines_added: int
    lines_removed: int
    fate: Fate
    places: tuple[tuple[bytes, bytes], ...] = ()
    told: tuple[str, ...] = ()


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


class HalfLife(msgspec.Struct, frozen=True):
    """Committed lines of one agent, model or path: `lines` ever, `alive` now, `seconds` until half of them had ended (None: not that late yet)."""

    lines: int
    alive: int
    seconds: int | None


class RegionReport(msgspec.Struct, frozen=True):
    """`commit`: the revision asked for. `path`: the file or folder, "" for all. `sizes`: files and their lines. `half_lives`: by kind and name."""

    commit: str
    path: str
    regions: tuple[Region, ...]
    sizes: dict[str, int] = {}
    half_lives: dict[str, dict[str, HalfLife]] = {}
