"""Commits that have no note and are made of what records were signed for: a history goes in, the verdicts on those commits come out.

Git copies no note where a tool rewrote commits past it (plumbing, a forge, filter-repo, a cherry-pick); content alone says what they are.
Which commits these are depends on the notes and on the history, so it is worked out once for both, and kept until one of them moves.
"""

from collections.abc import Sequence

import msgspec

from gittraj.errors import StoreError
from gittraj.flows.judge import Judge
from gittraj.flows.judging import row
from gittraj.flows.wanderers import Wanderers
from gittraj.flows.wiring import House
from gittraj.model.judged import Judged
from gittraj.store import results
from gittraj.store.index import Index

_NAME = "unnoted"  # of the result
_DECODER = msgspec.msgpack.Decoder(list[Judged])


def unnoted(house: House, index: Index, tips: Sequence[str]) -> dict[str, Judged]:
    """The verdict on each commit in the history of `tips` that has no note and is carried by its content alone. Raises `StoreError`."""
    noted = index.notes()
    if not noted:
        return {}
    state = f"{' '.join(sorted(tips))} {index.state()}"
    common = house.repository.common_dir
    known = results.kept(common, _NAME, state)
    if known:
        try:
            return {one.commit: one for one in _DECODER.decode(known[""])}
        except msgspec.DecodeError:  # kept by another version of this program
            pass
    found = _worked_out(house, noted, tips)
    results.keep(common, _NAME, state, {"": msgspec.msgpack.encode(found)})
    return {one.commit: one for one in found}


def _worked_out(house: House, noted: dict[str, str], tips: Sequence[str]) -> list[Judged]:
    history = [commit for commit, _ in house.repository.history(tips)]
    if noted.keys() <= set(history) and len(tips) == 1:
        return []
    judge = Judge(house, edits=True)
    known = Wanderers(house, tips)
    if not known:
        return []
    wanted = [commit for commit in history if commit not in noted and _alike(judge, known, commit)]
    judge.tracer.about(wanted, tips)
    rows = (row(judge, commit, "") for commit in wanted)
    return [each for each in rows if each.segments]


def _alike(judge: Judge, known: Wanderers, name: str) -> bool:
    """Whether a record outside of this history could be about the commit: it has the same tree, or is of one of the same files."""
    try:
        commit = judge.snapshots.commit(name)
        if known.alike(commit, ""):
            return True
        paths = [change.path for change in judge.snapshots.changes(commit)]
    except StoreError:  # a shallow clone begins here
        return False
    return bool(known.touching(paths, judge.tracer.changes))
