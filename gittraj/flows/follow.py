"""Lines followed through the history of a revision: a house and a revision go in, the lineage of all recorded edits and its versions come out."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from gittraj.errors import StoreError
from gittraj.flows import index as indexes
from gittraj.flows.turns import Turns
from gittraj.flows.wiring import House
from gittraj.history.lineage import Lineage
from gittraj.history.lines import Version
from gittraj.history.sides import Side
from gittraj.history.walk import State, advance
from gittraj.model.commit import Change, Commit
from gittraj.model.edit import Edit, Span, Trail
from gittraj.model.report import ReplayedSegment
from gittraj.replay import trails
from gittraj.replay.lines import count
from gittraj.store import difference
from gittraj.store.index import Index
from gittraj.store.snapshots import Snapshots
from gittraj.store.trees import GITLINK

LARGEST = 8 << 20  # bytes: a larger file is no code that is edited in regions; it is followed as a whole

Progress = Callable[[int, int], None]  # commits done, commits to do


class Told(NamedTuple):
    """What the records of one commit tell."""

    edits: tuple[Edit, ...]
    trails: tuple[Trail, ...]


class Followed(NamedTuple):
    """`commit`: the revision. `versions`: its files that were followed. `times`: commit → when it was made, seconds. `segments`: of all sessions."""

    commit: str
    lineage: Lineage
    versions: State
    times: Mapping[str, int]
    segments: list[tuple[str, ReplayedSegment]]


def follow(house: House, revision: str | None = None, progress: Progress | None = None) -> Followed:
    """Every recorded edit in the history of `revision` (HEAD), and where its lines are now. Raises `StoreError`."""
    commit = house.repository.resolve(revision or "HEAD")
    return indexes.ask(house, lambda index: _follow(house, index, commit), progress)


def edits_of(house: House, revision: str | None = None, progress: Progress | None = None) -> list[Edit]:
    """Every recorded edit in the history of `revision` (HEAD), oldest commit first, each once. Raises `StoreError`."""
    return follow(house, revision, progress).lineage.edits


def _follow(house: House, index: Index, revision: str) -> Followed:
    snapshots = Snapshots(house.repository)
    noted = index.notes()
    order = list(_ordered(house, snapshots, revision))
    turns = Turns(index)
    told = {
        commit.id: Told(_numbered(turns, index.edits(commit.id)), tuple(index.trails(commit.id)))
        for commit in order
        if commit.id in noted
    }
    wanted = {edit.file for one in told.values() for edit in one.edits}
    wanted |= {
        path for one in told.values() for trail in one.trails if trail.touches for path in (trail.file, trail.old_file)
    }
    walk = _Walk(house, snapshots, wanted - {""})
    states: dict[str, State] = {}
    children: dict[str, int] = {}
    for commit in order:
        for parent in commit.parents:
            children[parent] = children.get(parent, 0) + 1
    for commit in order:
        first = commit.parents[0] if commit.parents else ""
        others = [(parent, states[parent]) for parent in commit.parents[1:] if parent in states]
        state = states.get(first, {})
        if children.get(first, 0) > 1 or others:
            state = dict(state)
        states[commit.id] = state
        walk.step(commit, state, others, told.get(commit.id))
        for parent in commit.parents:
            children[parent] -= 1
            if not children[parent]:
                states.pop(parent, None)
    times = {commit.id: commit.committer_time for commit in order}
    return Followed(revision, walk.lineage, states.get(revision, {}), times, list(index.sessions()))


def _numbered(turns: Turns, edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """`edits` with the numbers of their turns in the whole session."""
    found = []
    for edit in edits:
        segment = turns.holder((), edit.session, edit.entry)
        number = turns.number(segment, edit.turn_index) if segment is not None else edit.turn_index
        found.append(edit if number == edit.turn_index else replace(edit, turn_index=number))
    return tuple(found)


def _ordered(house: House, snapshots: Snapshots, revision: str) -> Iterator[Commit]:
    """The history of `revision`, parents before children. A shallow clone begins where it is cut off."""
    known = {name: snapshots.commit(name) for name in house.repository.revisions(revision)}
    done: set[str] = set()
    for name in reversed(known):
        waiting = [name]
        while waiting:
            at = waiting[-1]
            missing = [parent for parent in known[at].parents if parent in known and parent not in done]
            if at in done or not missing:
                waiting.pop()
                if at not in done:
                    done.add(at)
                    yield known[at]
            else:
                waiting += missing


class _Walk:
    """One pass over commits in order; files that no edit ever touched are passed over."""

    def __init__(self, house: House, snapshots: Snapshots, wanted: set[str]) -> None:
        self.lineage = Lineage()
        self._repository = house.repository
        self._snapshots = snapshots
        self._wanted = wanted

    def step(self, commit: Commit, state: State, others: list[tuple[str, State]], told: Told | None) -> None:
        """`state`, of the first parent, becomes that of `commit`."""
        if told is not None and told.trails:
            ways = [trail for trail in told.trails if trail.touches or self._follows(trail, state)]
            edits = told.edits
        else:
            ways, edits = self._plain(commit, state), ()
        sides = self._sides(commit, state, ways, others) if others else {}
        if ways or edits or sides:
            advance(self.lineage, commit.id, state, ways, edits, sides)

    def _follows(self, trail: Trail, state: State) -> bool:
        return not {trail.file, trail.old_file}.isdisjoint(self._wanted) or trail.old_file in state

    def _plain(self, commit: Commit, state: State) -> list[Trail]:
        """The trails of a commit that no record tells of."""
        try:
            changes = self._snapshots.changes(commit)
        except StoreError:  # a shallow or partial clone: where its history begins, nothing is known before
            return []
        mine = [each for each in changes if each.path in self._wanted or each.path in state]
        if not mine:
            return []
        renamed = {}
        if any(not each.new for each in mine) or any(not each.old for each in mine):
            renamed = difference.renames(self._repository, commit.id, changes)
        by_path = {each.path: each for each in changes}
        gone = set(renamed.values())
        new_names = [by_path[new] for new, old in renamed.items() if old in state or old in self._wanted]
        found: list[Trail] = []
        for change in {each.path: each for each in (*mine, *new_names)}.values():
            if change.path in gone and not change.new:
                continue
            source = by_path[renamed[change.path]] if change.path in renamed else change
            if GITLINK not in (source.old_mode, change.new_mode):
                found.append(self._trail(change, source))
        return found

    def _trail(self, change: Change, source: Change) -> Trail:
        old = self._snapshots.blob(source.old) if source.old else None
        new = self._snapshots.blob(change.new) if change.new else None
        return trails.plain(change.path, source.path if source.old else "", old, new, _hunks(old, new))

    def _sides(
        self, commit: Commit, state: State, ways: list[Trail], others: Iterable[tuple[str, State]]
    ) -> dict[str, list[Side]]:
        """The other parents' versions of the files that differ; `ways` gets a trail for those that the first parent has as the merge does."""
        told = {trail.file: trail for trail in ways}
        read = self._snapshots.reader(commit.tree)
        found: dict[str, list[Side]] = {}
        for parent, theirs in others:
            there = self._snapshots.reader(self._snapshots.commit(parent).tree)
            for name, version in theirs.items():
                path = name if name in state or name in told else _renamed(version, state, theirs)
                if not path or state.get(path) is version:
                    continue
                now, then = read(path), there(name)
                if now is None or then is None:
                    continue
                if path not in told:
                    told[path] = trails.plain(path, path, now[0], now[0], ())
                    ways.append(told[path])
                found.setdefault(path, []).append(Side(version, _hunks(then[0], now[0])))
        return found


def _renamed(version: Version, state: State, theirs: State) -> str:
    """The file of `state` that `version` became there: the one that shares most lines with it; "" for none."""
    mine = set(version.numbers())
    shared = {path: len(mine.intersection(each.numbers())) for path, each in state.items() if path not in theirs}
    return max(shared, key=lambda path: shared[path]) if any(shared.values()) else ""


def _hunks(old: bytes | None, new: bytes | None) -> tuple[Span, ...]:
    if old == new:
        return ()
    large = max(len(old or b""), len(new or b"")) > LARGEST
    if not old or not new or large or b"\0" in old[:8000] or b"\0" in new[:8000]:
        return ((0, count(old), 0, count(new)),) if old or new else ()
    return tuple(difference.hunks(old, new))
