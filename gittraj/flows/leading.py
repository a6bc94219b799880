"""What a segment goes on from: a segment goes in, the earlier commits that must be judged for what it began with come out, in order."""

import heapq
from collections.abc import Callable, Iterator

from gittraj.errors import StoreError
from gittraj.flows.segments import Segment
from gittraj.flows.timeline import WALK
from gittraj.flows.traces import Traced
from gittraj.model.commit import Commit
from gittraj.store.snapshots import Snapshots

Place = tuple[str, int]  # of a segment: session and number
Found = tuple[Commit, Traced]


def leading_to(
    commit: Commit,
    segment: Segment,
    known: Callable[[Commit, Segment], bool],
    earlier: Callable[[Commit, Segment], Found | None],
    most: int,
) -> tuple[list[Found], list[Place]]:
    """The commits, each after those that it goes on from itself, and the segments that were not looked for, being more than `most`.

    Others that worked on such a commit count too: they may have left something in the same files. `known`: whether what the segment before
    one of a commit left is at hand. `earlier`: where that is.
    """
    found: dict[str, Found] = {}
    asked: set[Place] = set()
    cut: list[Place] = []
    waiting: list[tuple[Commit, Segment | Traced]] = [(commit, segment)]
    while waiting:
        at, one = waiting.pop()
        if isinstance(one, Traced):
            found.setdefault(at.id, (at, one))
            continue
        key = one.session, one.seq - 1
        if one.seq == 0 or key in asked or known(at, one):
            continue
        if len(asked) >= most:
            cut.append(key)
            continue
        asked.add(key)
        if (before := earlier(at, one)) is not None:
            waiting += [before, *((before[0], each) for each in before[1].segments)]
    return list(found.values()), cut


def behind(snapshots: Snapshots, base: str, end: str = "") -> Iterator[Commit]:
    """`base` and its first-parent ancestors, then what was merged into these, youngest first; of both at most `WALK`.

    `end`: a first-parent ancestor at which to stop. Where a shallow clone ends, so does this.
    """
    sides: list[str] = []
    seen: set[str] = set()
    at = base
    for _ in range(WALK):
        commit = _here(snapshots, at) if at != end else None
        if commit is None:
            break
        yield commit
        seen.add(commit.id)
        sides += commit.parents[1:]
        at = commit.parents[0] if commit.parents else ""
    waiting: list[tuple[int, str, Commit]] = []
    for _ in range(WALK):
        for side in sides:
            if side not in seen and (commit := _here(snapshots, side)) is not None:
                heapq.heappush(waiting, (-commit.committer_time, side, commit))
            seen.add(side)
        if not waiting:
            return
        commit = heapq.heappop(waiting)[2]
        yield commit
        sides = list(commit.parents)


def _here(snapshots: Snapshots, commit: str) -> Commit | None:
    try:
        return snapshots.commit(commit) if commit else None
    except StoreError:
        return None
