"""Lines followed through the history of a revision: a house and a revision go in, the lineage of recorded edits and its versions come out."""

from collections.abc import Callable
from typing import TypeVar

from msgspec.structs import replace

from gittraj.flows import index as indexes
from gittraj.flows import walked
from gittraj.flows.turns import Turns
from gittraj.flows.walked import Walked
from gittraj.flows.wiring import House
from gittraj.model.edit import Edit
from gittraj.store.index import Index

Progress = Callable[[int, int], None]  # commits done, commits to do
T = TypeVar("T")


def ask(house: House, commit: str, question: Callable[[Walked], T], progress: Progress | None = None) -> T:
    """What `question` makes of the history of `commit`. Raises `StoreError` where the repository cannot be read."""
    return indexes.ask(house, lambda index: walked.ask(house, index, commit, question, progress), progress)


def edits_of(house: House, revision: str | None = None, progress: Progress | None = None) -> list[Edit]:
    """Every recorded edit in the history of `revision` (HEAD), oldest commit first, each once. Raises `StoreError`."""
    return ask(house, house.repository.resolve(revision or "HEAD"), _every, progress)


def _every(found: Walked) -> list[Edit]:
    reel = found.reel
    reel.hold_all()
    turned = Turned(found.told.index)
    return [turned.edit(reel.lineage.edits[number]) for number in reel.lineage.edit_numbers()]


class Turned:
    """Edits with the number of their turn in the whole session; a segment counts its own."""

    def __init__(self, index: Index) -> None:
        self._turns = Turns(index)

    def edit(self, edit: Edit) -> Edit:
        """The same edit, its turn counted from the first of the session."""
        if edit.turn_index < 0:
            return edit
        segment = self._turns.holder((), edit.session, edit.entry)
        turn = self._turns.number(segment, edit.turn_index) if segment is not None else edit.turn_index
        return edit if turn == edit.turn_index else replace(edit, turn_index=turn)
