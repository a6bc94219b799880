"""Whose a commit's lines are, where others were made of the same: commits go in, every changed line with the commit it is from comes out."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence

from gittraj.errors import StoreError
from gittraj.flows.changes import Changes, hunks
from gittraj.history.change import FileChange, changed
from gittraj.history.change import size as size_of
from gittraj.history.rebind import Owned
from gittraj.model.carried import Part
from gittraj.model.commit import Commit
from gittraj.replay.compose import Stage, compose, joined, zipped
from gittraj.replay.coverage import Attributed
from gittraj.replay.lines import UNEXPLAINED
from gittraj.replay.spans import Span
from gittraj.replay.steps import Origin
from gittraj.store.repository import Repository

SIDES = 2  # of a change: lines added, lines removed
WALK = 200  # commits between two originals that are looked at to find out that one follows on the other

KEPT = 256  # commits whose ancestors are kept: more originals than one commit is held against


class Origins:
    """Composes commits of one repository out of others."""

    def __init__(self, repository: Repository, changes: Changes) -> None:
        self.repository = repository
        self.changes = changes
        self._above: OrderedDict[str, list[Commit]] = OrderedDict()  # the ancestors of each of a squash's originals

    def size(self, commit: Commit) -> int:
        """How many lines the commit changes. Raises `StoreError`."""
        return size_of(self.changes.paired(commit))

    def owned(self, commit: Commit, sources: Sequence[str]) -> tuple[Owned, dict[str, int], bool]:
        """Every changed line with the source it is from; the sizes of the sources that are here; whether all are here.

        Raises `StoreError` where the commit's own objects are not here.
        """
        here = [one for source in sources if (one := self.here(source)) is not None]
        sizes = {one.id: self.size(one) for one in here}
        parts: list[Part] = []
        for file, attributed in self.files(commit, here):
            parts += _parts(file.path, attributed.added, removed=False)
            parts += _parts(file.old_path or file.path, attributed.removed, removed=True)
        return Owned(tuple(parts)), sizes, len(here) == len(sources)

    def here(self, commit_id: str) -> Commit | None:
        """The commit, where it and all that it changed is in this repository."""
        try:
            if not self.repository.has_commit(commit_id):
                return None
            commit = self.changes.snapshots.commit(commit_id)
            self.changes.paired(commit)
        except StoreError:
            return None
        return commit

    def files(
        self, commit: Commit, sources: Sequence[Commit], *, same: bool = False
    ) -> Iterable[tuple[FileChange, Attributed]]:
        """Every changed file with the origin of its lines, `UNEXPLAINED` for what is none of the sources'.

        An origin names the source (`session`), the place of the line there (`entry`) and `SIDES` times the number of the file
        there (`paired`), plus one for a removed line (`turn`). `same`: the one source is known to make exactly this change.
        Raises `StoreError`.
        """
        wanted = {source.id for source in sources}
        chains = self.chains(sources)
        for file in self.changes.paired(commit):
            found = []
            for chain in chains:
                stages = self._stages(commit, chain, file, wanted)
                if same and len(stages) == 1 and alike(file, stages[0][0]):
                    found = [zipped(_spans(file.hunks), stages[0][1]) if not file.opaque else _opaque(file, stages)]
                    break
                if stages:
                    found.append(_attributed(file, stages))
            yield file, joined(found) if found else _nobody(file)

    def chains(self, sources: Sequence[Commit]) -> list[list[Commit]]:
        """The sources put in order: each list oldest first, from the first of several that follow on each other to the last, with what lies between."""
        left = {source.id: source for source in sources}
        chains: list[list[Commit]] = []
        below: set[str] = set()
        for source in sources:
            for one in self._ancestors(source)[1:]:
                if one.id in left:
                    below.add(one.id)
        for source in sources:
            if source.id in below:
                continue
            chain = self._ancestors(source)
            last = max(place for place, one in enumerate(chain) if one.id in left)
            chains.append(chain[last::-1])
        chains.sort(key=lambda chain: -sum(1 for one in chain if one.id in left))
        return chains

    def _ancestors(self, commit: Commit) -> list[Commit]:
        """The commit and its first-parent ancestors, as far as they are here."""
        known = self._above.get(commit.id)
        if known is not None:
            return known
        chain = [commit]
        while chain[-1].parents and len(chain) < WALK:
            one = self._here(chain[-1].parents[0])
            if one is None:
                break
            chain.append(one)
        self._above[commit.id] = chain
        if len(self._above) > KEPT:
            self._above.popitem(last=False)
        return chain

    def _here(self, commit_id: str) -> Commit | None:
        try:
            return self.changes.snapshots.commit(commit_id)
        except StoreError:
            return None

    def _stages(
        self, commit: Commit, chain: Sequence[Commit], file: FileChange, wanted: set[str]
    ) -> list[tuple[FileChange, Stage]]:
        """What the chain did to the file, followed back through renames; also under a name that the commit no longer has."""
        found = self._followed(chain, file.path, wanted)
        if not found and file.old_path:
            found = self._followed(chain, file.old_path, wanted)
        if found or not chain:
            return found
        names = {each.path for one in chain if one.id in wanted for each in self.changes.paired(one) if each.new_id}
        gone = sorted(name for name in names if not self.changes.snapshots.has(commit.tree, name))
        for name in gone:
            found = self._followed(chain, name, wanted)
            if found:
                return found
        return []

    def _followed(self, chain: Sequence[Commit], path: str, wanted: set[str]) -> list[tuple[FileChange, Stage]]:
        found: list[tuple[FileChange, Stage]] = []
        some = False
        for one in reversed(chain):
            files = self.changes.paired(one)
            number = next((number for number, each in enumerate(files) if each.path == path), -1)
            if number < 0:
                continue
            file = files[number]
            some = some or one.id in wanted
            found.append((file, _stage(one.id if one.id in wanted else "", file, number)))
            path = file.old_path or path
        return found[::-1] if some else []


def alike(one: FileChange, other: FileChange) -> bool:
    """Whether two files are changed at the same number of lines in the same way of naming it."""
    sizes = [[len(side) for side in changed(each)] for each in (one, other)]
    return sizes[0] == sizes[1] and (one.path, one.old_path, one.opaque) == (other.path, other.old_path, other.opaque)


def _stage(source: str, file: FileChange, number: int) -> Stage:
    """What a commit did to a file; nobody's where it is no source."""
    added, removed = changed(file) if source else ([], [])
    return Stage(
        file.old,
        file.new,
        _spans(file.hunks),
        {at: Origin("carried", source, at, SIDES * number) for at in added},
        {at: Origin("carried", source, at, SIDES * number + 1) for at in removed},
    )


def _attributed(file: FileChange, stages: Sequence[tuple[FileChange, Stage]]) -> Attributed:
    if file.opaque:
        return _opaque(file, stages)
    texts = [stage for each, stage in stages if not each.opaque]
    if not texts:
        return _nobody(file)
    return compose(file.old, file.new, _spans(file.hunks), texts, lambda old, new: _spans(hunks(old, new)))


def _opaque(file: FileChange, stages: Sequence[tuple[FileChange, Stage]]) -> Attributed:
    """What is no text is a source's where it is what the source left there, byte for byte."""
    result = _nobody(file)
    for each, stage in stages:
        if file.new_id and each.new_id == file.new_id:
            result = Attributed([(0, stage.added.get(0, UNEXPLAINED))], result.removed)
        if file.old_id and each.old_id == file.old_id:
            result = Attributed(result.added, [(0, stage.removed.get(0, UNEXPLAINED))])
    return result


def _nobody(file: FileChange) -> Attributed:
    added, removed = changed(file)
    return Attributed([(at, UNEXPLAINED) for at in added], [(at, UNEXPLAINED) for at in removed])


def _spans(found: Iterable[Sequence[int]]) -> list[Span]:
    return [Span(*hunk) for hunk in found]


def _parts(path: str, found: Iterable[tuple[int, Origin]], *, removed: bool) -> list[Part]:
    parts: list[Part] = []
    for at, origin in sorted(found, key=lambda item: item[0]):
        source = origin.session
        if parts and parts[-1].source == source and parts[-1].end == at:
            parts[-1] = Part(path, parts[-1].start, at + 1, source, removed)
        else:
            parts.append(Part(path, at + 1, at + 1, source, removed))
    return parts
