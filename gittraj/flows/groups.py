"""What the walk leads to, by groups of files that share lines or names: a walked history goes in; regions, lives and shares come out.

Each group is worked out from its own steps alone, so what was kept of one holds until a commit touches it.
"""

from collections.abc import Callable, Iterable, Mapping
from zlib import compress, decompress, error

import msgspec

from gittraj.flows.walked import Walked
from gittraj.history.half_life import Life, lives
from gittraj.history.lines import Version
from gittraj.history.regions import grouped, regions
from gittraj.history.sessions import Share, shares
from gittraj.history.survival import Present, Survival
from gittraj.model.region import Region

FILE, BRIEF, GROUP, LEANS = (
    "file",
    "brief",
    "group",
    "leans",
)  # kinds of what is kept: by path; by the number of the group


class FileFound(msgspec.Struct, array_like=True, frozen=True):
    """A file that edits touched: how many lines it has, and its regions; kept in brief without their edits. `recent`: each one's last edit."""

    size: int
    regions: tuple[Region, ...]
    recent: tuple[str, ...]


class SessionFound(msgspec.Struct, array_like=True, frozen=True):
    """What a session has in a group: how many edits, in how many files, their fates by name, and its share where it has nodes."""

    edits: int
    files: int
    fates: dict[str, int]
    share: Share | None


class GroupFound(msgspec.Struct, array_like=True, frozen=True):
    """`leans`: files of other groups whose lines were asked for."""

    lives: tuple[Life, ...]
    sessions: dict[str, SessionFound]
    leans: tuple[str, ...]


read_brief = msgspec.msgpack.Decoder(FileFound).decode
read_group = msgspec.msgpack.Decoder(GroupFound).decode
_read_leans = msgspec.msgpack.Decoder(tuple[str, ...]).decode
_encode = msgspec.msgpack.Encoder().encode


def read_file(data: bytes) -> FileFound:
    """A file's row with the edits. Raises `msgspec.DecodeError`."""
    try:
        return read_brief(decompress(data))
    except error as found:
        raise msgspec.DecodeError(str(found)) from found


class Groups:
    """The groups of one walked history; `within`: whether a commit is of the history whose fates are told (all are if not given)."""

    def __init__(self, walked: Walked, within: Callable[[str], bool] | None = None) -> None:
        self._walked = walked
        self._reel = walked.reel
        self._within = within or (lambda commit: True)
        self._reel.every_path()
        self._tips: dict[int, dict[str, Version]] = {}  # group → its files in the commit asked for
        for path, version in walked.state.items():
            self._tips.setdefault(self._reel.root(self._reel.path(path)), {})[path] = version
        self._present: dict[int, Present] = {}

    def of(self, names: Iterable[str]) -> set[int]:
        """The groups of these files; of such as no edit touched none."""
        known = (self._reel.known(name) for name in names)
        return {self._reel.root(path) for path in known if path is not None}

    def paths(self, group: int) -> Mapping[str, Version]:
        """Its files in the commit asked for."""
        return self._tips.get(group, {})

    def every(self) -> set[int]:
        """All groups of the history and of what was ever kept."""
        return {self._reel.root(path) for path in self._reel.every_path()}

    def stale(self) -> set[int]:
        """The groups of which nothing is kept that holds now."""
        changed = {self._reel.root(path) for path in self._reel.changed()}
        for name, data in self._reel.kept(LEANS).items():
            if changed & self.of(_read_leans(data)):
                changed.add(self._reel.root(int(name)))
        kept = self._reel.names(GROUP)
        return changed | {group for group in self.every() if str(group) not in kept}

    def work_out(self, groups: set[int]) -> tuple[dict[str, FileFound], dict[int, GroupFound]]:
        """What these lead to, by path and by group."""
        for group in groups:
            self._reel.hold(group)
        nodes, edits, members = self._sorted(groups)
        times = {one.id: one.time for one in self._reel.commits if one.told} if groups else {}
        files: dict[str, FileFound] = {}
        found: dict[int, GroupFound] = {}
        lineage = self._reel.lineage
        for group in sorted(groups):
            leans: dict[str, None] = {}
            others = self._others(group, leans)
            versions = self.paths(group)
            by_file: dict[str, list[Region]] = {path: [] for path in versions}
            for region in regions(lineage, versions, members=members.get(group, {}), others=others):
                by_file[region.file].append(region)
            for path, each in by_file.items():
                recent = tuple(max((one.edit.timestamp for one in region.edits), default="") for region in each)
                files[path] = FileFound(versions[path].length, tuple(each), recent)
            survival = Survival(lineage, versions.values(), nodes.get(group, ()), others)
            mine = edits.get(group, [])
            found[group] = GroupFound(
                tuple(lives(lineage, survival, mine, times)),
                self._sessions(survival, nodes.get(group, []), mine),
                tuple(leans),
            )
        return files, found

    def rows(
        self, files: Mapping[str, FileFound], found: Mapping[int, GroupFound]
    ) -> dict[str, dict[str, bytes | None]]:
        """The same as it is kept; with None for what it takes the place of."""
        names = self._reel.every_path()
        old = [path for group in found for path in self._reel.group(group)]
        gone: dict[str, bytes | None] = {names[path]: None for path in old if path in names}
        brief = {
            path: FileFound(each.size, tuple(map(_brief, each.regions)), each.recent) for path, each in files.items()
        }
        return {
            FILE: {**gone, **{path: compress(_encode(each), 1) for path, each in files.items()}},
            BRIEF: {**gone, **{path: _encode(each) for path, each in brief.items()}},
            LEANS: {
                **{str(path): None for path in old},
                **{str(group): _encode(each.leans) for group, each in found.items() if each.leans},
            },
            GROUP: {
                **{str(path): None for path in old},
                **{str(group): _encode(each) for group, each in found.items()},
            },
        }

    def _sorted(
        self, groups: set[int]
    ) -> tuple[dict[int, list[int]], dict[int, list[int]], dict[int, dict[int, list[int]]]]:
        """The nodes, the edits, and the regions with their nodes, of each group."""
        lineage = self._reel.lineage
        roots: dict[str, int] = {}

        def root(name: str) -> int:
            if name not in roots:
                roots[name] = self._reel.root(self._reel.path(name))
            return roots[name]

        nodes: dict[int, list[int]] = {}
        for number in lineage.numbers():
            nodes.setdefault(root(lineage.nodes[number].file), []).append(number)
        edits: dict[int, list[int]] = {}
        for number in lineage.edit_numbers():
            edits.setdefault(root(lineage.edits[number].file), []).append(number)
        members: dict[int, dict[int, list[int]]] = {}
        for name, each in grouped(lineage).items():
            members.setdefault(root(lineage.nodes[name].file), {})[name] = each
        return nodes, edits, members

    def _others(self, group: int, leans: dict[str, None]) -> Callable[[str], Present | None]:
        def others(file: str) -> Present | None:
            other = self._reel.root(self._reel.path(file))
            if other == group:
                return None
            leans[file] = None
            if other not in self._present:
                self._present[other] = Present(self.paths(other).values())
            return self._present[other]

        return others

    def _sessions(self, survival: Survival, nodes: list[int], edits: list[int]) -> dict[str, SessionFound]:
        lineage = self._reel.lineage
        shared = shares(lineage, nodes)
        counts: dict[str, int] = {}
        files: dict[str, set[str]] = {}
        fates: dict[str, dict[str, int]] = {}
        for number in edits:
            edit = lineage.edits[number]
            counts[edit.session] = counts.get(edit.session, 0) + 1
            files.setdefault(edit.session, set()).add(edit.file)
            if self._within(edit.commit):
                mine = fates.setdefault(edit.session, {})
                fate = survival.fate(number).state
                mine[fate] = mine.get(fate, 0) + 1
        return {
            name: SessionFound(count, len(files[name]), fates.get(name, {}), shared.get(name))
            for name, count in counts.items()
        }


def _brief(region: Region) -> Region:
    return msgspec.structs.replace(region, edits=())
