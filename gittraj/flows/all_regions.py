"""The regions of every file at a revision: a revision goes in, those asked for come out, of what was kept as far as it holds."""

from collections.abc import Iterable

import msgspec

from gittraj.flows.follow import Progress, Turned, ask
from gittraj.flows.groups import BRIEF, FILE, GROUP, FileFound, GroupFound, Groups, read_brief, read_file, read_group
from gittraj.flows.walked import Walked
from gittraj.flows.wiring import House
from gittraj.history.half_life import KINDS, half_lives
from gittraj.history.regions import hottest
from gittraj.model.region import HalfLife, Region, RegionReport


def all_regions(
    house: House,
    revision: str | None = None,
    path: str | None = None,
    progress: Progress | None = None,
    *,
    order: str = "",
    limit: int | None = None,
) -> RegionReport:
    """The regions of the whole repository (None), of a file, or of the files in a folder; in `order`, else by file and place.

    `limit`: the others, of a repository, come without their edits, and half-lives of agents alone. `sizes` is empty where no edit touched
    the file. Raises `StoreError`.
    """
    commit = house.repository.resolve(revision or "HEAD")
    return ask(house, commit, lambda walked: _found(walked, path, order, limit), progress)


def _found(walked: Walked, path: str | None, order: str, limit: int | None) -> RegionReport:
    if not path:
        return _whole(walked, path, order, limit)
    groups = Groups(walked)
    names = [name for name in walked.state if name == path or name.startswith(path + "/")]
    wanted = groups.of(names)
    files, _ = groups.work_out(wanted & groups.stale() if wanted else set())
    kept = walked.reel.kept(FILE, (name for name in names if name not in files))
    found = {name: files[name] if name in files else read_file(kept[name]) for name in sorted(names)}
    turned = Turned(walked.told.index)
    told = [_turned(region, turned) for each in found.values() for region in each.regions]
    recent = [moment for each in found.values() for moment in each.recent]
    if order:
        told = hottest(told, order, recent)
    return RegionReport(walked.commit, path, tuple(told), {name: each.size for name, each in found.items()})


def brought_up(walked: Walked) -> tuple[Groups, dict[str, FileFound], dict[int, GroupFound]]:
    """The groups, and what had to be worked out of them, which is kept from now on."""
    groups = Groups(walked)
    stale = groups.stale()
    files, found = groups.work_out(stale)
    if stale:
        walked.found.update(groups.rows(files, found))
    return groups, files, found


def _whole(walked: Walked, path: str | None, order: str, limit: int | None) -> RegionReport:
    groups, files, new = brought_up(walked)
    names = sorted(walked.state)
    kind = FILE if limit is None else BRIEF
    kept = walked.reel.kept(kind)
    read = read_file if limit is None else read_brief
    found = {name: files[name] if name in files else read(kept[name]) for name in names}
    regions = [region for each in found.values() for region in each.regions]
    recent = [moment for each in found.values() for moment in each.recent]
    if order:
        regions = hottest(regions, order, recent)
    turned = Turned(walked.told.index)
    if limit is None:
        regions = [_turned(each, turned) for each in regions]
    else:
        shown = regions[:limit]
        whole = {name: files[name] for name in {each.file for each in shown} & files.keys()}
        more = walked.reel.kept(FILE, {each.file for each in shown} - whole.keys())
        whole |= {name: read_file(data) for name, data in more.items()}
        told = {_place(region): region for each in whole.values() for region in each.regions}
        regions = [*(_turned(told[_place(each)], turned) for each in shown), *regions[limit:]]
    halves = {} if path is not None else _half_lives(walked, groups, new, KINDS if limit is None else KINDS[:1])
    sizes = {} if path is None else {name: each.size for name, each in found.items()}
    return RegionReport(walked.commit, path or "", tuple(regions), sizes, halves)


def _place(region: Region) -> tuple[object, ...]:
    return region.file, region.start_line, region.end_line, region.sessions, region.calls


def _half_lives(
    walked: Walked, groups: Groups, new: dict[int, GroupFound], kinds: Iterable[str]
) -> dict[str, dict[str, HalfLife]]:
    kept = walked.reel.kept(GROUP)
    found = [life for group in every(groups, new, kept) for life in group.lives]
    tip = walked.house.repository.commit(walked.commit).committer_time
    return half_lives(found, max(tip, *(one.time for one in walked.reel.commits if one.told), tip), kinds)


def every(groups: Groups, new: dict[int, GroupFound], kept: dict[str, bytes]) -> Iterable[GroupFound]:
    """All groups, those that were kept as they were kept."""
    return (new[group] if group in new else read_group(kept[str(group)]) for group in sorted(groups.every()))


def _turned(region: Region, turned: Turned) -> Region:
    edits = tuple(msgspec.structs.replace(each, edit=turned.edit(each.edit)) for each in region.edits)
    return msgspec.structs.replace(region, edits=edits)
