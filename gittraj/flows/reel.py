"""The walk through history as far as it was kept, and on from there: the index, kept rows and commits go in, lineage and versions come out.

Of what was kept only the files that are asked for, or that a new commit touches, are read: with all that they ever shared lines or a name with.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import msgspec

from gittraj.flows.path_groups import PathGroups
from gittraj.flows.unnoted import Tellings
from gittraj.history.lineage import Node
from gittraj.history.lines import Piece, Version
from gittraj.history.part import Counts, Part, Row, Stored, packed, unpacked
from gittraj.history.sides import Side
from gittraj.history.walk import State, advance
from gittraj.model.edit import Edit, Trail
from gittraj.model.walked import Changes, Home, Walk, WalkedCommit
from gittraj.store import walk_file
from gittraj.store.walk_file import WalkFile

_TOLD = msgspec.msgpack.Decoder(list[tuple[int, int]])  # of one path: (place among the commit's edits, number)
_encode = msgspec.msgpack.Encoder().encode
_ROOT = (0, 0, 0)


class Reel:
    """`commits`: all that were walked, parents first. What a history is extended by stands behind what the file has of it."""

    def __init__(self, index: Tellings, file: WalkFile | None, kept: Sequence[WalkedCommit], start: int) -> None:
        """`kept`: all commits of the file; those from `start` on are not part of this history."""
        self._index, self._file, self._kept = index, file, kept
        self.start = start
        self.commits = list(kept[:start])
        last = self.commits[-1] if self.commits else None
        self.lineage = Part(
            [one.id for one in self.commits],
            {at for at, one in enumerate(self.commits) if one.merge},
            [0, *(one.nodes for one in self.commits[:-1])][:start],
            Counts(last.nodes, last.edits, last.lines) if last else Counts(),
        )
        self.lineage.rest = self._nodes_at
        self._names: dict[str, int] = {}
        self._new_names: dict[str, int] = {}
        self._first_name = file.paths() if file else 0
        self._groups = PathGroups()
        self._links: list[tuple[int, int, int]] = []
        for _, one, other in file.links(start) if file else ():
            self._groups.unite(one, other)
        self._held: set[int] = set()
        self._rows: dict[Home, Row] = {}
        self._deep: dict[Home, int] = {}
        self._versions: dict[Home, Version] = {}
        self._steps: list[tuple[int, int, int, bytes]] = []
        self._told: list[tuple[int, int, bytes]] = []
        self._new_changes: list[Changes] = []
        self._light: dict[int, list[tuple[int, Node]]] = {}
        self.touched: set[int] = set()  # paths of the commits that were added

    @cached_property
    def places(self) -> dict[str, int]:
        """Commit → its place."""
        return {one.id: at for at, one in enumerate(self.commits)}

    # paths, and which belong together

    def path(self, name: str) -> int:
        """The number of a path, a new one where it has none."""
        found = self.known(name)
        if found is None:
            found = self._first_name + len(self._new_names)
            self._names[name] = self._new_names[name] = found
        return found

    def known(self, name: str) -> int | None:
        """The number of a path; None where no step ever named it."""
        if name not in self._names:
            found = self._file.path(name) if self._file else None
            if found is None:
                return None
            self._names[name] = found
        return self._names[name]

    def root(self, path: int) -> int:
        """The same number for all paths that belong together."""
        return self._groups.root(path)

    def group(self, path: int) -> list[int]:
        """All paths that belong to `path`, itself included."""
        return self._groups.of(path)

    def _link(self, names: Iterable[str]) -> int:
        """That these belong together from the next commit on; one of their numbers."""
        first, *rest = [self.path(name) for name in names]
        for other in rest:
            if self._groups.unite(first, other):
                self._links.append((len(self.commits), first, other))
                self.touched.update((first, other))
        return first

    # what is read of what was kept

    def hold(self, path: int) -> None:
        """Read all steps of a path and of those that belong to it."""
        if path in self._held and self._groups.is_alone(path):
            return
        new = [each for each in self.group(path) if each not in self._held]
        self._held.update(new)
        if self._file is None:
            return
        rows: list[tuple[int, int, int, bytes]] = []
        for each in new:
            rows += [(place, -1, each, data) for place, data in self._file.told(each, self.start)]
            rows += [(place, number, each, data) for place, number, data in self._file.steps(each, self.start)]
        edits = self._index.edits_of({self.commits[place].id for place, number, _, _ in rows if number < 0})
        try:
            for place, number, each, data in sorted(rows, key=lambda row: row[:3]):
                if number < 0:
                    for at, edit in _TOLD.decode(data):
                        self.lineage.told(edit, edits[self.commits[place].id][at])
                else:
                    row = unpacked(data)
                    self._rows[each, place, number] = row
                    self.lineage.hold(row.first, row.nodes, row.twins)
        except (msgspec.DecodeError, LookupError) as error:
            raise walk_file.damaged(error) from error

    def every_path(self) -> dict[int, str]:
        """All paths by number; from now on all are known."""
        new = {number: name for name, number in self._new_names.items()}
        found = {**(self._file.every_path() if self._file else {}), **new}
        self._names = {name: number for number, name in found.items()}
        return found

    def hold_all(self) -> None:
        """Read everything."""
        for path in self._file.every_path() if self._file else ():
            self.hold(path)

    def names(self, kind: str) -> set[str]:
        """Of what there is something in `kept`."""
        return self._file.names(kind) if self._file else set()

    def changed(self) -> set[int]:
        """The paths whose steps are other than when it was last worked out what they lead to."""
        return self.touched | (self._file.stale() | self._file.since(self.start) if self._file else set())

    def kept(self, kind: str, names: Iterable[str] | None = None) -> dict[str, bytes]:
        """What was worked out; see `changed`."""
        return self._file.kept(kind, names) if self._file else {}

    def version(self, home: Home) -> Version:
        """The version that is kept there; read when it is looked at."""
        if home not in self._versions:
            self._versions[home] = Stored(home, self._read)
        return self._versions[home]

    def _read(self, home: Home) -> tuple[Piece, ...]:
        self.hold(home[0])
        chain: list[Row] = []
        try:
            row = self._rows[home]
            while row.base is not None:
                chain.append(row)
                row = self._rows[row.base]
        except LookupError as error:
            raise walk_file.damaged(error) from error
        pieces = row.pieces
        for row in reversed(chain):
            pieces = pieces[: row.left] + row.pieces + pieces[len(pieces) - row.right :]
        return pieces

    def _nodes_at(self, place: int) -> list[tuple[int, Node]]:
        """All nodes of a kept commit, where some of its files are not held."""
        if place not in self._light:
            found = self._file.at(place) if self._file else []
            rows = [unpacked(data) for _, data in found]
            self._light[place] = [(row.first + at, node) for row in rows for at, node in enumerate(row.nodes)]
        return self._light[place]

    def state(self, place: int) -> State:
        """The followed files of the commit at `place`, -1 for none."""
        side: list[int] = []
        while place >= 0 and (place >= self.start or not self.commits[place].main):
            side.append(place)
            place = self.commits[place].first
        homes: dict[str, Home] = {}
        if self._file and place >= 0:
            homes = self._file.tips()
            for at in range(len(self._kept) - 1, place, -1):
                if self._kept[at].main:
                    _change(homes, ((path, before) for path, before, _ in self._file.changes(at)))
        for at in reversed(side):
            _change(homes, ((path, after) for path, _, after in self._changes(at)))
        return {path: self.version(home) for path, home in homes.items()}

    def _changes(self, place: int) -> Changes:
        if place >= self.start:
            return self._new_changes[place - self.start]
        return self._file.changes(place) if self._file else ()

    # how it goes on

    def add(
        self,
        name: str,
        first: int,
        state: State,
        ways: Sequence[Trail],
        edits: Sequence[Edit],
        sides: Mapping[str, Sequence[Side]],
        links: Iterable[tuple[str, str]],
        *,
        main: bool,
        time: int,
        digest: str,
        hole: bool,
    ) -> None:
        """Go on to the commit `name`: `state`, the versions of its first parent, become its own. `links`: paths that share lines by a merge."""
        place = len(self.commits)
        changes: list[tuple[str, Home | None, Home | None]] = []
        told = bool(ways or edits)
        if told:
            homes = self._prepare(ways, edits, links)
            names = dict.fromkeys(each for trail in ways for each in (trail.file, trail.old_file) if each)
            before = {each: known.home for each in names if (known := state.get(each)) is not None}
            steps = advance(self.lineage, name, state, ways, edits, sides)
            for number, (step, path) in enumerate(zip(steps, homes, strict=True)):
                step.version.home = home = (path, place, number)
                self._versions[home] = step.version
                nodes = self.lineage.nodes[step.first : step.end]
                data, self._deep[home] = packed(step, nodes, self._depth(step.base.home))
                self._steps.append((*home, data))
                self.touched.add(path)
            for each in names:
                after = known.home if (known := state.get(each)) is not None else None
                if before.get(each) != after:
                    changes.append((each, before.get(each), after))
            self._tell(place, edits)
        else:
            self.lineage.commit(name, merge=False)
        self._new_changes.append(tuple(changes))
        counts = self.lineage.counts
        self.places[name] = place
        self.commits.append(
            WalkedCommit(
                name, first, main, told, told and bool(sides), time if told else 0, digest, hole, *counts
            )
        )  # fmt: skip

    def _prepare(self, ways: Sequence[Trail], edits: Sequence[Edit], links: Iterable[tuple[str, str]]) -> list[int]:
        """Read all that the commit goes on from; the number of each trail's path comes out."""
        for pair in links:
            self.hold(self._link(pair))
        found: list[int] = []
        for trail in ways:
            names = [each for each in (trail.file, trail.old_file) if each]
            names += [edits[touch.edit].file for touch in trail.touches if touch.edit >= 0]
            self.hold(self._link(dict.fromkeys(names)) if names else -1)
            found.append(self.path(names[0]) if names else -1)
        for edit in edits:
            self.hold(self.path(edit.file))
        return found

    def _tell(self, place: int, edits: Sequence[Edit]) -> None:
        rows: dict[int, list[tuple[int, int]]] = {}
        for at, edit in enumerate(edits):
            rows.setdefault(self.path(edit.file), []).append((at, self.lineage.number(edit)))
        self._told += [(path, place, _encode(each)) for path, each in rows.items()]
        self.touched.update(rows)

    def _depth(self, home: Home | None) -> int:
        if home is None:
            return 0
        return self._deep[home] if home in self._deep else self._rows[home].depth

    def rows(self, tips: State) -> Walk:
        """What is to be written; `tips`: the versions of the last commit."""
        return Walk(
            self.start,
            self.commits[self.start :],
            list(self._new_changes),
            sorted(self._steps, key=lambda row: row[:3]),
            sorted(self._told, key=lambda row: row[:2]),
            list(self._links),
            dict(self._new_names),
            {path: version.home or _ROOT for path, version in tips.items()},
            sum(1 for one in self.commits if one.digest),
        )


def _change(homes: dict[str, Home], changes: Iterable[tuple[str, Home | None]]) -> None:
    for path, home in changes:
        if home is None:
            homes.pop(path, None)
        else:
            homes[path] = home
