"""Where a past commit's segment ends: entries and the commit go in, the number of entries that belong to it comes out."""

from gittraj.capture.commit_calls import CommitCall
from gittraj.capture.moments import seconds
from gittraj.model.commit import Commit
from gittraj.model.entry import Entry, walk


def at_call(entries: list[Entry], ends: list[int], call: CommitCall, commit: Commit | None = None) -> int:
    """The number of entries up to the call that made the commit and its result, on a boundary where the source can be cut.

    Where a sub-agent made it, its session went on meanwhile: up to the time of `commit` then, where that is given.
    """
    stop = call.place + 1
    for index in range(call.place, len(entries)):
        if any(e["type"] == "tool-result" and e.get("call-id") == call.call_id for e in walk([entries[index]])):
            stop = index + 1
            break
    nested = entries[call.place].get("call-id") != call.call_id
    return max(_boundary(stop, ends), at_time(entries, ends, commit) if nested and commit else 0)


def at_time(entries: list[Entry], ends: list[int], commit: Commit) -> int:
    """The number of entries that were written no later than the commit (git keeps whole seconds, so its second counts whole).

    Entries without a time go with the one before them.
    """
    stop = 0
    for index, entry in enumerate(entries):
        moment = seconds(entry)
        if moment is not None and moment >= commit.committer_time + 1:
            break
        stop = index + 1
    return _boundary(stop, ends)


def _boundary(stop: int, ends: list[int]) -> int:
    """Never between two entries of one source line: the next reading starts at a line."""
    while 0 < stop < len(ends) and ends[stop] and ends[stop] == ends[stop - 1]:
        stop += 1
    return stop
