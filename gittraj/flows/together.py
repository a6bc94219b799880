"""The sessions around one commit, seen together: tails go in, those that belong to it are kept, each as its own segment.

A session belongs to a commit by itself (`belong`), or by what others did that belong to it (`capture/overwritten`).
"""

from collections.abc import Callable, Sequence

from gittraj.capture import cut, overwritten
from gittraj.flows.belong import attach_live, attach_past, keep_first
from gittraj.flows.keep import Kept
from gittraj.flows.tail import Tail
from gittraj.flows.wiring import House, worktrees_of
from gittraj.model.commit import Commit


def live(house: House, tails: Sequence[Tail], commit: Commit) -> list[tuple[Tail, Kept]]:
    """What belongs to HEAD, right after the commit. Raises what `keep` raises."""
    every = list(tails)
    return _each(
        house, every, commit, lambda tail: attach_live(house, tail, commit, every), lambda tail: len(tail.entries)
    )


def past(house: House, tails: Sequence[Tail], commit: Commit, *, scan: bool = True) -> list[tuple[Tail, Kept]]:
    """What belongs to a commit that was made earlier. Raises what `keep` raises."""

    def end(tail: Tail) -> int:
        return cut.at_time(tail.entries, tail.reading.ends, commit)

    return _each(house, tails, commit, lambda tail: attach_past(house, tail, commit, scan=scan), end, scan=scan)


def _each(
    house: House,
    tails: Sequence[Tail],
    commit: Commit,
    attach: Callable[[Tail], Kept | None],
    end: Callable[[Tail], int],
    *,
    scan: bool = True,
) -> list[tuple[Tail, Kept]]:
    several = sum(1 for tail in tails if tail.entries) > 1
    kept: list[tuple[Tail, Kept]] = []
    waiting: list[Tail] = []
    others = overwritten.Others()
    for tail in tails:
        # told before its entries are taken: what a record does not need of them goes then
        told = _told(house, tail) if several and tail.entries else overwritten.Others()
        done = attach(tail)
        if done is None:
            waiting += [tail] if tail.entries else []
            continue
        kept.append((tail, done))
        others.join(told)
    found = bool(kept)
    while found and waiting:  # one that was written over may itself have written over another
        found = False
        for tail in list(waiting):
            stop = end(tail)
            if not stop or not _was_met(house, tail, stop, commit, others):
                continue
            told = _told(house, tail)
            waiting.remove(tail)
            done = keep_first(house, tail, commit, stop, scan=scan)
            if done is not None:
                kept.append((tail, done))
                others.join(told)
                found = True
    return kept


def _told(house: House, tail: Tail) -> overwritten.Others:
    cwd = tail.reading.head.cwd
    return overwritten.Others().take(
        tail.operations(), tail.commands(), cwd or house.worktree, worktrees_of(house, cwd)
    )


def _was_met(house: House, tail: Tail, stop: int, commit: Commit, others: overwritten.Others) -> bool:
    def text(at: str) -> overwritten.Text:
        return lambda path: ((house.repository.blob_at(at, path) if at else None) or b"").decode("utf-8", "replace")

    parent = text(commit.parents[0] if commit.parents else "")
    cwd = tail.reading.head.cwd
    worktrees = worktrees_of(house, cwd)
    return bool(
        overwritten.agreeing(tail.operations(stop), others, parent, text(commit.id), cwd or house.worktree, worktrees)
    )
