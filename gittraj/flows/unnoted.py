"""Commits that have no note and are made of what records were signed for: a history goes in, the verdicts on those commits come out.

Git copies no note where a tool rewrote commits past it (plumbing, a forge, filter-repo, a cherry-pick); content alone says what they are.
Which commits these are depends on the notes and on the history, so it is worked out once for both, and kept until one of them moves.
"""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import msgspec

from gittraj.codec.digest import sha256_hex
from gittraj.errors import StoreError
from gittraj.flows.straight import reached_by_walk
from gittraj.flows.wiring import House
from gittraj.model.edit import Edit, Trail
from gittraj.model.judged import Judged
from gittraj.store import results
from gittraj.store.index import Index

if TYPE_CHECKING:
    from gittraj.flows.judge import Judge
    from gittraj.flows.wanderers import Wanderers


class Tellings:
    """What the index tells of commits with a note, and beside it the verdicts on commits without."""

    def __init__(self, index: Index, unnoted: dict[str, Judged] | None = None) -> None:
        self.index = index
        self._unnoted = unnoted or {}

    def traced(self) -> dict[str, str]:
        """The commits with trails, each with a digest of these and of its edits."""
        return {**self.index.traced(), **_digests(self._unnoted)}

    def trails(self, commit: str) -> list[Trail]:
        """The way of the lines of every file that `commit` changed or its edits touched."""
        return list(self._unnoted[commit].trails) if commit in self._unnoted else self.index.trails(commit)

    def edits(self, commit: str) -> list[Edit]:
        """What was recorded for `commit`, in order."""
        return self.edits_of([commit])[commit]

    def edits_of(self, commits: Collection[str]) -> dict[str, list[Edit]]:
        """The same for several commits."""
        beside = {name: list(self._unnoted[name].edits) for name in commits if name in self._unnoted}
        return {**self.index.edits_of([name for name in commits if name not in beside]), **beside}

    def more(self, unnoted: dict[str, Judged]) -> dict[str, str]:
        """Take further verdicts, where none was known; their commits with a digest come out."""
        new = {name: one for name, one in unnoted.items() if name not in self._unnoted}
        self._unnoted = {**new, **self._unnoted}
        return _digests(new)


def _digests(told: dict[str, Judged]) -> dict[str, str]:
    """A digest of each verdict that has trails."""
    return {name: sha256_hex(msgspec.msgpack.encode(one)) for name, one in told.items() if one.trails}


_NAME = "unnoted"  # of the result
_DECODER = msgspec.msgpack.Decoder(list[Judged])


def unnoted(house: House, index: Index, tips: Sequence[str], reached: Collection[str] = ()) -> dict[str, Judged]:
    """The verdict on each commit in the history of `tips` that has no note and is carried by its content alone.

    `reached`: commits that are known to be in that history. Raises `StoreError`.
    """
    noted = index.notes()
    if not noted or (
        len(tips) == 1 and noted.keys() <= set(reached)
    ):  # no record is left that could be about another commit
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
    if len(tips) == 1 and noted.keys() <= reached_by_walk(house, tips[0]):
        return []
    history = [commit for commit, _ in house.repository.history(tips)]
    if len(tips) == 1 and noted.keys() <= set(history):
        return []
    from gittraj.flows.judge import Judge  # loads much, and the answer is mostly kept
    from gittraj.flows.judging import row
    from gittraj.flows.wanderers import Wanderers

    judge = Judge(house, edits=True)
    known = Wanderers(house, tips)
    if not known:
        return []
    wanted = [commit for commit in history if commit not in noted and _alike(judge, known, commit)]
    judge.tracer.about(wanted, tips)
    rows = (row(judge, commit, "") for commit in wanted)
    return [each for each in rows if each.segments]


def _alike(judge: "Judge", known: "Wanderers", name: str) -> bool:
    """Whether a record outside of this history could be about the commit: it has the same tree, or is of one of the same files."""
    try:
        commit = judge.snapshots.commit(name)
        if known.alike(commit, ""):
            return True
        paths = [change.path for change in judge.snapshots.changes(commit)]
    except StoreError:  # a shallow clone begins here
        return False
    return bool(known.touching(paths, judge.tracer.changes))
