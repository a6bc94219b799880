"""What the index keeps of a judged commit: derived from its note and its content alone, nothing of who trusts whom."""

import msgspec

from gittraj.model.edit import Edit, Trail
from gittraj.model.report import LineRange, ReplayedSegment


class JudgedFile(msgspec.Struct, frozen=True):
    """A changed file: `path` in the commit, `old_path` where a rename came from, else "", and what made its added lines."""

    path: str
    old_path: str
    ranges: tuple[LineRange, ...]


class Judged(msgspec.Struct, frozen=True):
    """A commit with a note. `note`: the blob ids of its note, joined by "+". `status`: as in `ReplayedCommit`.

    `leans`: other commits that its note is also about, whose notes or objects may tell more of it; each with whether it was here.
    """

    commit: str
    note: str
    status: str
    segments: tuple[ReplayedSegment, ...] = ()
    files: tuple[JudgedFile, ...] = ()
    edits: tuple[Edit, ...] = ()
    trails: tuple[Trail, ...] = ()
    leans: tuple[tuple[str, bool], ...] = ()


class IndexReport(msgspec.Struct, frozen=True):
    """The index's file: where, how large, whether it holds every note as it is now, and how much of what; empty where there is none."""

    path: str
    size: int
    current: bool
    counts: dict[str, int]
