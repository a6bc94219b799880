"""Lines followed through the history of a revision: a house and a revision go in, the lineage of all recorded edits and its versions come out."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from gittraj.flows import index as indexes
from gittraj.flows.lineage import walk
from gittraj.flows.turns import Turns
from gittraj.flows.wiring import House
from gittraj.history.lineage import Lineage
from gittraj.history.walk import State
from gittraj.model.edit import Edit
from gittraj.store.index import Index

Progress = Callable[[int, int], None]  # commits done, commits to do


class Followed(NamedTuple):
    """`commit`: the revision. `versions`: its files that recorded edits touched. `times`: commit with edits, or ending some → its time, seconds."""

    commit: str
    lineage: Lineage
    versions: State
    times: Mapping[str, int]


def follow(house: House, revision: str | None = None, progress: Progress | None = None) -> Followed:
    """Every recorded edit in the history of `revision` (HEAD), and where its lines are now. Raises `StoreError`."""
    commit = house.repository.resolve(revision or "HEAD")
    return indexes.ask(house, lambda index: _follow(house, index, commit), progress)


def edits_of(house: House, revision: str | None = None, progress: Progress | None = None) -> list[Edit]:
    """Every recorded edit in the history of `revision` (HEAD), oldest commit first, each once. Raises `StoreError`."""
    return follow(house, revision, progress).lineage.edits


def _follow(house: House, index: Index, revision: str) -> Followed:
    walked = walk(house, index, [revision])
    lineage = walked.lineage
    turns = Turns(index)
    for number, edit in enumerate(lineage.edits):
        segment = turns.holder((), edit.session, edit.entry)
        if segment is not None and edit.turn_index >= 0:
            turn = turns.number(segment, edit.turn_index)
            if turn != edit.turn_index:
                lineage.edits[number] = replace(edit, turn_index=turn)
    times = {name: house.repository.commit(name).committer_time for name in (*lineage.commits, revision)}
    return Followed(revision, lineage, walked.states.get(revision, {}), times)
