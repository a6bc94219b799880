"""The edits of a rewritten commit: the verdicts on the commits it was made of go in; their edits, and the way of its lines through them, come out."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from gittraj.flows import edit_events
from gittraj.flows.changes import hunks
from gittraj.flows.origins import Origins
from gittraj.model.commit import Commit
from gittraj.model.edit import Edit, Trail
from gittraj.model.report import ReplayedCommit
from gittraj.replay import trails
from gittraj.replay.compare import Changed
from gittraj.replay.retraced import Leg, displaced, retraced
from gittraj.replay.spans import Span


class _Source(NamedTuple):
    """A commit with a record of its own. `trails`: their touches name the edits of the rewritten commit."""

    commit: Commit
    trails: list[Trail]


def with_edits(
    origins: Origins, found: ReplayedCommit, sources: Sequence[ReplayedCommit], changed: Iterable[Changed], how: str
) -> ReplayedCommit:
    """`found`, the verdict on a rewritten commit, with edits and trails. `how`: as in `Carried`. Raises `StoreError`."""
    edits: list[Edit] = []
    known: list[_Source] = []
    for source in sources:
        known.append(_Source(source.commit, [_numbered(trail, len(edits)) for trail in source.trails]))
        edits += (replace(edit, commit=found.commit.id) for edit in source.edits)
    ways = list(_Retracing(origins, found, known, edits, how).ways(list(changed)))
    done = {
        touch.edit
        for trail in ways
        if not trail.late
        for touch, is_in in zip(trail.touches, trails.in_commit(trail), strict=True)
        if is_in
    }
    told = tuple(replace(edit, committed=number in done) for number, edit in enumerate(edits))
    return replace(found, edits=told, trails=tuple(ways))


class _Retracing:
    def __init__(
        self, origins: Origins, found: ReplayedCommit, sources: list[_Source], edits: Sequence[Edit], how: str
    ) -> None:
        self._origins = origins
        self._found = found
        self._edits = edits
        self._sources = {source.commit.id: source for source in sources}
        self._chains = origins.chains([source.commit for source in sources])
        self._same = how in ("tree", "patch") and len(sources) == 1
        self._whole = how != "split"
        self._walked: set[str] = set()  # names that files had on a way

    def ways(self, changed: Sequence[Changed]) -> Iterator[Trail]:
        """The trail of each file that the commit changes; then of those that were touched for nothing, and of what came after it."""
        guessed: list[Changed] = []
        for change in changed:
            trail = self._file(change)
            if trail is None:
                guessed.append(change)
            else:
                yield trail
        yield from edit_events.carried(guessed, self._found.files, self._edits, _diff)
        self._walked |= {path for change in changed for path in (change.path, change.old_path)}
        if not self._whole:
            return
        last = {chain[-1].id for chain in self._chains}
        for source in self._sources.values():
            for trail in source.trails:
                path = trail.file or trail.old_file
                if trail.hunks or not trail.touches or (not trail.late and path in self._walked):
                    continue
                theirs, ours = (self._at(one, path) for one in (source.commit, self._found.commit))
                if not trail.late:
                    self._walked.add(path)
                    legs = self._single(path) or []
                    if legs:
                        yield retraced(
                            trails.plain(path, path if ours is not None else "", ours, ours, ()),
                            ours,
                            ours,
                            legs,
                            _diff,
                        )
                elif source.commit.id in last:
                    yield displaced(trail, theirs, ours, _diff)

    def _file(self, change: Changed) -> Trail | None:
        """The trail of one changed file; None where its way is not a single one."""
        if any(b"\0" in (content or b"")[:8000] for content in (change.old, change.new)):
            return None
        legs = self._single(change.path) or (self._single(change.old_path) if change.old_path != change.path else None)
        if not legs or not any(leg.trail for leg in legs):
            return None
        found = [Span(*hunk) for hunk in hunks(change.old, change.new)]
        same = self._same and len(legs) == 1 and _sizes(found) == _sizes(legs[0].hunks)
        if not (self._whole or _sizes(found) == _sizes(legs[0].hunks)):
            return None
        plain = trails.plain(
            change.path, change.old_path if change.old is not None else "", change.old, change.new, found
        )
        return retraced(plain, change.old, change.new, legs, _diff, same=same)

    def _single(self, path: str) -> list[Leg] | None:
        """What the originals did to the file, where those that did anything follow on each other."""
        found = [legs for chain in self._chains if (legs := self._legs(chain, path))]
        return found[0] if len(found) == 1 else None

    def _legs(self, chain: Sequence[Commit], path: str) -> list[Leg]:
        """Followed back through renames; [] where no original touched it, or what it tells is not what git tells."""
        legs: list[Leg] = []
        some = False
        names = {path}
        for one in reversed(chain):
            source = self._sources.get(one.id)
            file = next((each for each in self._origins.changes.paired(one) if each.path == path), None)
            mine = [trail for trail in source.trails if not trail.late] if source else []
            if file is not None:
                trail = next((each for each in mine if (each.file or each.old_file) == path), None)
                if file.opaque or (trail is not None and trail.hunks != tuple(map(tuple, file.hunks))):
                    return []
                legs.append(Leg(file.old, file.new, file.hunks, trail))
                path = file.old_path or path
                names.add(path)
            else:
                trail = next((each for each in mine if (each.file or each.old_file) == path and not each.hunks), None)
                if trail is not None:
                    content = self._at(one, path)
                    legs.append(Leg(content, content, (), trail))
            some = some or trail is not None
        if some:
            self._walked |= names
        return legs[::-1] if some else []

    def _at(self, commit: Commit, path: str) -> bytes | None:
        snapshots = self._origins.changes.snapshots
        found = snapshots.reader(commit.tree)(path)
        return found[0] if found else None


def _numbered(trail: Trail, offset: int) -> Trail:
    touches = (replace(touch, edit=touch.edit + offset) if touch.edit >= 0 else touch for touch in trail.touches)
    return replace(trail, touches=tuple(touches))


def _sizes(found: Iterable[Sequence[int]]) -> tuple[int, int]:
    """How many lines hunks remove and add."""
    spans = list(found)
    return sum(span[1] - span[0] for span in spans), sum(span[3] - span[2] for span in spans)


def _diff(old: bytes, new: bytes) -> list[Span]:
    return [Span(*hunk) for hunk in hunks(old, new)]
