"""What a segment goes on from: a segment goes in, the earlier commits that must be judged for what it began with come out, in order."""

from collections.abc import Callable, Container

from gittraj.flows.segments import Segment
from gittraj.flows.traces import Traced
from gittraj.model.commit import Commit

Place = tuple[str, int]  # of a segment: session and number
Found = tuple[Commit, Traced]


def leading_to(
    segment: Segment, known: Container[Place], earlier: Callable[[str, str, int], Found | None], most: int
) -> tuple[list[Found], list[Place]]:
    """The commits, each after those that it goes on from itself, and the segments that were not looked for, being more than `most`.

    Others that worked on such a commit count too: they may have left something in the same files. `known`: segments whose leftovers
    are at hand. `earlier`: the commit of a segment, from the base of the one after it.
    """
    found: dict[str, Found] = {}
    asked: set[Place] = set()
    cut: list[Place] = []
    waiting: list[Segment | Found] = [segment]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, Segment):
            found.setdefault(one[0].id, one)
            continue
        key = one.session, one.seq - 1
        if one.seq == 0 or key in known or key in asked:
            continue
        if len(asked) >= most:
            cut.append(key)
            continue
        asked.add(key)
        if (before := earlier(one.base, *key)) is not None:
            waiting += [before, *before[1].segments]
    return list(found.values()), cut
