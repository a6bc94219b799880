"""The lines of a repository through its history: revisions and the index go in, what followed from what, and each version of the files asked for, come out.

Commits with a record bring their trails from the index; of others only files that are followed by then are looked at: git's own diff
tells the way of their lines.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gittraj.errors import StoreError
from gittraj.flows.changes import hunks
from gittraj.flows.unnoted import unnoted
from gittraj.flows.wiring import House
from gittraj.history.lineage import Lineage
from gittraj.history.lines import Version
from gittraj.history.sides import Side
from gittraj.history.walk import State, advance
from gittraj.model.commit import Change, Commit
from gittraj.model.edit import Trail
from gittraj.model.judged import Judged
from gittraj.replay import trails
from gittraj.replay.spans import Span
from gittraj.store import difference
from gittraj.store.index import Index
from gittraj.store.snapshots import Snapshots
from gittraj.store.trees import GITLINK


class Walked(NamedTuple):
    """`states`: by commit asked for, its files that recorded edits touched; other files are not followed."""

    lineage: Lineage
    states: dict[str, State]


def walk(house: House, index: Index, tips: Sequence[str]) -> Walked:
    """All commits from the first to `tips` (ids), parents first. Raises `StoreError`."""
    return _Walk(house, index).to(tips)


class _Walk:
    def __init__(self, house: House, index: Index) -> None:
        self._house = house
        self._repository = house.repository
        self._index = index
        self._snapshots = Snapshots(house.repository)
        self._lineage = Lineage()
        self._traced = index.traced()
        self._unnoted: dict[str, Judged] = {}

    def to(self, tips: Sequence[str]) -> Walked:
        """Each state is kept as long as a commit waits for it."""
        self._unnoted = unnoted(self._house, self._index, tips)
        history = self._repository.history(tips)
        waiting: dict[str, int] = {}
        for _, parents in history:
            for parent in parents:
                waiting[parent] = waiting.get(parent, 0) + 1
        states: dict[str, State] = {}
        wanted: dict[str, State] = {}
        for commit, parents in history:
            others = [states.get(parent, {}) for parent in parents[1:]]
            first = parents[0] if parents else ""
            state = states.get(first, {})
            if waiting.get(first, 0) != 1 or first in wanted or others:
                state = dict(state)
            self._commit(commit, state, others)
            states[commit] = state
            if commit in tips:
                wanted[commit] = dict(state)
            for parent in parents:
                waiting[parent] -= 1
                if not waiting[parent]:
                    states.pop(parent, None)
            if not waiting.get(commit):
                states.pop(commit, None)
        return Walked(self._lineage, wanted)

    def _commit(self, name: str, state: State, others: Sequence[State]) -> None:
        found: Iterable[Trail]
        if name in self._traced:
            found, edits = self._index.trails(name), self._index.edits(name)
        elif name in self._unnoted:
            found, edits = self._unnoted[name].trails, list(self._unnoted[name].edits)
        elif state or any(others):
            found, edits = self._plain(name, state, others), []
        else:
            return
        ways = list(found)
        sides = self._sides(name, state, others, ways) if others else {}
        if ways or edits:
            advance(self._lineage, name, state, ways, edits, sides)

    def _plain(self, name: str, state: State, others: Sequence[State]) -> list[Trail]:
        """The trails of the followed files that a commit without a record changed; renames as git shows them."""
        try:
            commit = self._snapshots.commit(name)
            changes = self._snapshots.changes(commit)
        except StoreError:  # a shallow clone begins here
            return []
        followed = {path for each in (state, *others) for path in each}
        if not any(change.path in followed for change in changes):
            return []
        renamed = difference.renames(self._repository, name, changes)
        by_path = {change.path: change for change in changes}
        gone = set(renamed.values())
        found: list[Trail] = []
        for change in changes:
            source = by_path[renamed[change.path]] if change.path in renamed else change
            if (change.path in gone and not change.new) or not {change.path, source.path} & followed:
                continue
            found.append(self._trail(source, change))
        return found

    def _trail(self, source: Change, target: Change) -> Trail:
        old, new = self._content(source.old, source.old_mode), self._content(target.new, target.new_mode)
        spans = [Span(*hunk) for hunk in hunks(old, new)]
        return trails.plain(target.path, source.path if old is not None else "", old, new, spans)

    def _content(self, blob: str, mode: int) -> bytes | None:
        return None if not blob or mode == GITLINK else self._snapshots.blob(blob)

    def _sides(self, merge: str, state: State, others: Sequence[State], ways: list[Trail]) -> dict[str, list[Side]]:
        """What the other parents of a merge have of each followed file; where only they followed it, or the first parent has the very
        same lines, there is a trail without a change, too.
        """
        commit = self._snapshots.commit(merge)
        found: dict[str, list[Side]] = {}
        told = {trail.file for trail in ways}
        for parent, other in zip(commit.parents[1:], others, strict=True):
            for name, version in other.items():
                path = name if name in state or name in told else _renamed(version, state, other) or name
                if version is state.get(path):
                    continue
                merged = self._at(commit, path)
                if merged is None or (theirs := self._at(self._snapshots.commit(parent), name)) is None:
                    continue
                found.setdefault(path, []).append(Side(version, tuple(hunks(theirs, merged))))
                if path not in told:
                    told.add(path)
                    mine = self._at(self._snapshots.commit(commit.parents[0]), path)
                    spans = [Span(*hunk) for hunk in hunks(mine, merged)]
                    ways.append(trails.plain(path, path if mine is not None else "", mine, merged, spans))
        return found

    def _at(self, commit: Commit, path: str) -> bytes | None:
        found = self._snapshots.reader(commit.tree)(path)
        return found[0] if found else None


def _renamed(version: Version, state: State, theirs: State) -> str:
    """The file of `state` that `version` became there: the one that shares most lines with it; "" for none."""
    mine = set(version.numbers())
    shared = {path: len(mine.intersection(each.numbers())) for path, each in state.items() if path not in theirs}
    return max(shared, key=lambda path: shared[path]) if any(shared.values()) else ""
