"""The lines of a repository through its history: commits go in, parents first; what followed from what, and their versions, go on the reel.

Commits with a record bring their trails from the index; of others only files that are followed by then are looked at: git's own diff
tells the way of their lines.
"""

from collections.abc import Callable, Sequence

from gittraj.errors import StoreError
from gittraj.flows.changes import hunks
from gittraj.flows.reel import Reel
from gittraj.flows.unnoted import Tellings
from gittraj.flows.wiring import House
from gittraj.history.lines import Version
from gittraj.history.sides import Side
from gittraj.history.walk import State
from gittraj.model.commit import Change, Commit
from gittraj.model.edit import Edit, Trail
from gittraj.replay import trails
from gittraj.replay.spans import Span
from gittraj.store import difference
from gittraj.store.snapshots import Snapshots
from gittraj.store.trees import GITLINK


class Walk:
    """Goes on with a reel. `digests`: the commits with trails, each with what is told of it in a word."""

    def __init__(self, house: House, index: Tellings, reel: Reel, digests: dict[str, str]) -> None:
        self._repository = house.repository
        self._index = index
        self._snapshots = Snapshots(house.repository)
        self._reel = reel
        self._digests = digests
        self._hole = False

    def on(
        self, history: Sequence[tuple[str, list[str]]], wanted: str, progress: Callable[[int, int], None] | None = None
    ) -> State:
        """All of `history`, (commit, parents) with parents first or on the reel; the versions of `wanted`, one of them, come out.

        Each state is kept as long as a commit waits for it. Raises `StoreError`.
        """
        waiting: dict[str, int] = {}
        for _, parents in history:
            for parent in parents:
                waiting[parent] = waiting.get(parent, 0) + 1
        states: dict[str, State] = {}
        main = _first_parents(history, wanted)
        found: State = {}
        for count, (commit, parents) in enumerate(history, 1):
            if progress is not None:
                progress(count, len(history))
            for parent in parents:
                if parent not in states:
                    states[parent] = self._reel.state(self._reel.places[parent]) if parent in self._reel.places else {}
            others = [states[parent] for parent in parents[1:]]
            first = parents[0] if parents else ""
            state = states.get(first, {})
            if waiting.get(first, 0) != 1 or others:
                state = dict(state)
            self._commit(commit, first, state, others, main=commit in main)
            states[commit] = state
            if commit == wanted:
                found = dict(state) if waiting.get(commit) else state
            for parent in parents:
                waiting[parent] -= 1
                if not waiting[parent]:
                    states.pop(parent, None)
            if not waiting.get(commit):
                states.pop(commit, None)
        return found

    def _commit(self, name: str, first: str, state: State, others: Sequence[State], *, main: bool) -> None:
        ways: list[Trail] = []
        edits: Sequence[Edit] = ()
        self._hole = False
        if name in self._digests:
            ways, edits = self._index.trails(name), self._index.edits(name)
        elif state or any(others):
            ways = self._plain(name, state, others)
        links: list[tuple[str, str]] = []
        sides = self._sides(name, state, others, ways, links) if others else {}
        self._reel.add(
            name,
            self._reel.places.get(first, -1),
            state,
            ways,
            edits,
            sides,
            links,
            main=main,
            time=self._snapshots.commit(name).committer_time if ways or edits else 0,
            digest=self._digests.get(name, ""),
            hole=self._hole,
        )

    def _plain(self, name: str, state: State, others: Sequence[State]) -> list[Trail]:
        """The trails of the followed files that a commit without a record changed; renames as git shows them."""
        try:
            commit = self._snapshots.commit(name)
            changes = self._snapshots.changes(commit)
        except StoreError:  # a shallow clone begins here
            self._hole = True
            return []
        followed = {change.path for change in changes if any(change.path in each for each in (state, *others))}
        if not followed:
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

    def _sides(
        self, merge: str, state: State, others: Sequence[State], ways: list[Trail], links: list[tuple[str, str]]
    ) -> dict[str, list[Side]]:
        """What the other parents of a merge have of each followed file; where only they followed it, or the first parent has the very
        same lines, there is a trail without a change, too. `links` gets each file with its name over there.
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
                links.append((path, name))
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


def _first_parents(history: Sequence[tuple[str, list[str]]], tip: str) -> set[str]:
    """`tip` and what it is reached from by first parents alone."""
    firsts = {commit: parents[0] if parents else "" for commit, parents in history}
    found: set[str] = set()
    while tip in firsts:
        found.add(tip)
        tip = firsts[tip]
    return found
