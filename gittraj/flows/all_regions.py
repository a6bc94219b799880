"""The regions of every file at a revision, worked out once: a revision goes in, those asked for come out of what was kept.

Kept beside the index for one revision at a time, each file by itself, with the notes they were worked out from.
"""

from collections.abc import Sequence

import msgspec

from gittraj.flows import index as indexes
from gittraj.flows.follow import Progress, follow
from gittraj.flows.wiring import House
from gittraj.history import regions as rooms
from gittraj.history.half_life import half_lives
from gittraj.model.region import HalfLife, Region, RegionReport
from gittraj.store import results

_NAME = "regions"  # of the result
_HEAD = ""  # the part that tells of all


class _Head(msgspec.Struct, frozen=True):
    """`sizes`: every file that edits touched, with its lines, by name."""

    sizes: dict[str, int]
    half_lives: dict[str, dict[str, HalfLife]]


_READ_HEAD = msgspec.msgpack.Decoder(_Head)
_READ_REGIONS = msgspec.msgpack.Decoder(tuple[Region, ...])


def all_regions(
    house: House, revision: str | None = None, path: str | None = None, progress: Progress | None = None
) -> RegionReport:
    """The regions of the whole repository (None), of a file, or of the files in a folder, by file and place; with half-lives for the whole.

    `sizes` is empty where no edit touched the file. Raises `StoreError`.
    """
    commit = house.repository.resolve(revision or "HEAD")
    state = f"{commit} {indexes.ask(house, lambda index: index.state(), progress)}"
    return _kept(house, commit, state, path) or _worked_out(house, commit, state, path, progress)


def _kept(house: House, commit: str, state: str, path: str | None) -> RegionReport | None:
    common = house.repository.common_dir
    try:
        top = results.kept(common, _NAME, state)
        if top is None:
            return None
        head = _READ_HEAD.decode(top[_HEAD])
        names = _within(head.sizes, path)
        found = results.kept(common, _NAME, state, names)
        if found is None or len(found) != len(names):
            return None
        regions = tuple(region for name in names for region in _READ_REGIONS.decode(found[name]))
    except msgspec.DecodeError:  # kept by another version of this program
        return None
    return _report(commit, path, regions, head, names)


def _worked_out(house: House, commit: str, state: str, path: str | None, progress: Progress | None) -> RegionReport:
    followed = follow(house, commit, progress)
    versions = followed.versions
    half = half_lives(followed.lineage, versions.values(), followed.times)
    by_file: dict[str, list[Region]] = {name: [] for name in sorted(versions)}
    for region in rooms.regions(followed.lineage, versions):
        by_file[region.file].append(region)
    head = _Head({name: versions[name].length for name in by_file}, half)
    if f"{commit} {indexes.ask(house, lambda index: index.state())}" == state:  # no note came meanwhile
        parts = {name: msgspec.msgpack.encode(each) for name, each in by_file.items()}
        results.keep(house.repository.common_dir, _NAME, state, {**parts, _HEAD: msgspec.msgpack.encode(head)})
    names = _within(head.sizes, path)
    return _report(commit, path, tuple(region for name in names for region in by_file[name]), head, names)


def _within(sizes: dict[str, int], path: str | None) -> list[str]:
    """The names of the files asked for."""
    if not path:
        return list(sizes)
    return [name for name in sizes if name == path or name.startswith(path + "/")]


def _report(
    commit: str, path: str | None, regions: tuple[Region, ...], head: _Head, names: Sequence[str]
) -> RegionReport:
    if path is None:
        return RegionReport(commit, "", regions, {}, head.half_lives)
    return RegionReport(commit, path, regions, {name: head.sizes[name] for name in names})
