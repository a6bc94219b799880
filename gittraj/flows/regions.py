"""`git traj regions`: a place or nothing goes in; the regions there with every edit that touched them, and what became of it, come out."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from gittraj.errors import StoreError, UsageError
from gittraj.flows.all_regions import all_regions
from gittraj.flows.current import open_current
from gittraj.flows.follow import Progress, Turned, ask
from gittraj.flows.walked import Walked
from gittraj.flows.wiring import House
from gittraj.history import regions as rooms
from gittraj.history.lines import Version
from gittraj.model.edit import Touch
from gittraj.model.region import RegionReport
from gittraj.store.snapshots import Snapshots

if TYPE_CHECKING:
    from gittraj.flows.judge import Judge


def regions(
    place: str | None = None,
    revision: str | None = None,
    *,
    order: str = "",
    limit: int | None = None,
    directory: str | None = None,
    progress: Progress | None = None,
) -> RegionReport:
    """`place`: None for the whole repository, a file, a folder, or ``FILE:A-B``. `order`: sessions | edits | recent.

    `limit`: how many regions of a repository are told with their edits, and half-lives of agents alone; None for all of it. Raises `StoreError` where
    there is no such file, `UsageError` where the range is none.
    """
    house = open_current(directory)
    name = _name(house, directory)
    path, start, end = parsed(place, name) if place is not None else (None, 0, 0)
    if (
        place is not None
        and start
        and _content(house, house.repository.resolve(revision or "HEAD"), name(place)) is not None
    ):
        path, start, end = name(place), 0, 0  # a file whose name ends like lines
    if path is None or not start:
        order = order or ("sessions" if path is None else "")
        report = all_regions(house, revision, path, progress, order=order, limit=limit if path is None else None)
        if path and not report.sizes:
            _check(house, report.commit, path)
        return report
    return _range(house, revision, path, start, end, progress)


def chain(
    place: str,
    revision: str | None = None,
    *,
    directory: str | None = None,
    progress: Progress | None = None,
) -> tuple[RegionReport, dict[int, list[tuple[bytes, bytes]]]]:
    """The edits of ``A,B:FILE`` in order, and for each, by its place in the region, what stood there before and after."""
    house = open_current(directory)
    path, start, end = ranged(place, _name(house, directory))
    report = _range(house, revision, path, start, end, progress)
    from gittraj.flows.judge import Judge

    judge = Judge(house, texts=True)
    texts: dict[int, list[tuple[bytes, bytes]]] = {}
    known: dict[str, dict[tuple[object, ...], list[Touch]]] = {}
    for number, each in enumerate(report.regions[0].edits):
        for commit in each.told:
            if commit not in known:
                known[commit] = _texts(judge, commit)
            touches = known[commit].get(each.edit.key, [])
            found = [one.texts for one in touches if one.texts and (one.before, one.after) in each.places]
            if found:
                texts[number] = found
                break
    return report, texts


def _range(
    house: House, revision: str | None, path: str, start: int, end: int, progress: Progress | None
) -> RegionReport:
    commit = house.repository.resolve(revision or "HEAD")

    def question(walked: Walked) -> RegionReport:
        version = _version(house, walked, path)
        if start > version.length:
            raise StoreError(f"{path} has {version.length} lines", hint=f"git traj regions {path}")
        region = rooms.of_range(walked.reel.lineage, path, version, start - 1, min(end, version.length))
        turned = Turned(walked.told.index)
        edits = tuple(replace(each, edit=turned.edit(each.edit)) for each in region.edits)
        return RegionReport(commit, path, (replace(region, edits=edits),), {path: version.length})

    return ask(house, commit, question, progress)


def parsed(place: str, name: Callable[[str], str]) -> tuple[str, int, int]:
    """(path, first line, last line) of ``FILE:A-B``, ``FILE:A``, ``FILE:A,B`` or ``FILE`` (0, 0). Raises `UsageError`."""
    head, colon, tail = place.rpartition(":")
    numbers = tail.replace(",", "-").split("-")
    if not colon or not all(map(_is_number, numbers)) or len(numbers) > 2:
        return name(place), 0, 0
    return name(head), *_lines(place, numbers[0], numbers[-1])


def ranged(place: str, name: Callable[[str], str]) -> tuple[str, int, int]:
    """The same of ``A,B:FILE``, as `git log -L` takes it; ``A,+N`` too. Raises `UsageError`."""
    lines, colon, file = place.partition(":")
    first, comma, last = lines.partition(",")
    if not colon or not file or not _is_number(first) or not (_is_number(last.removeprefix("+")) or not comma):
        raise UsageError(f"-L {place}: expected A,B:FILE, for instance -L 10,40:src/main.py", hint="git traj log -h")
    if last.startswith("+"):
        last = str(int(first) + int(last[1:]) - 1)
    return name(file), *_lines(place, first, last or first)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _lines(place: str, first: str, last: str) -> tuple[int, int]:
    if not 0 < int(first) <= int(last):
        raise UsageError(f"{place}: lines are counted from 1, the first one first", hint="git traj regions -h")
    return int(first), int(last)


def _name(house: House, directory: str | None) -> Callable[[str], str]:
    """Paths as typed in the current directory → paths in the repository."""
    here = os.path.realpath(directory or os.curdir)

    def name(path: str) -> str:
        top = house.repository.workdir
        if not top:
            return os.path.normpath(path).replace(os.sep, "/")
        whole = os.path.normpath(os.path.join(here, path))
        below = os.path.realpath(top)
        if whole == below:
            return ""
        if not whole.startswith(below + os.sep):
            raise StoreError(f"{path}: outside of the repository")
        return whole[len(below) + 1 :].replace(os.sep, "/")

    return name


def _version(house: House, walked: Walked, path: str) -> Version:
    """The file's version; one that no edit touched where the repository has the file. Raises `StoreError`."""
    found = walked.state.get(path)
    if found is not None:
        return found
    content = _check(house, walked.commit, path)
    from gittraj.replay.lines import count

    return Version([(-1, walked.reel.lineage.fresh(count(content)), count(content))] if content else [])


def _check(house: House, commit: str, path: str) -> bytes:
    """The content of a file that no edit touched, of a folder nothing. Raises `StoreError` where there is neither."""
    found = _content(house, commit, path)
    if found is None and not _is_folder(house, commit, path):
        tail = path.rpartition(":")[2]
        if tail != path and tail and not tail.strip("0123456789,+-"):
            raise UsageError(
                f"{path}: lines are told as FILE:A-B, for instance src/main.py:10-40", hint="git traj regions -h"
            )
        raise StoreError(f"{path}: no such file in {commit[:8]}", hint="git traj regions")
    return found or b""


def _content(house: House, commit: str, path: str) -> bytes | None:
    snapshots = Snapshots(house.repository)
    found = snapshots.reader(snapshots.commit(commit).tree)(path)
    return found[0] if found else None


def _texts(judge: "Judge", commit: str) -> dict[tuple[object, ...], list[Touch]]:
    """The touches that the records of a commit tell, with their texts, by edit."""
    found: dict[tuple[object, ...], list[Touch]] = {}
    try:
        verdict = judge.commit(judge.snapshots.commit(commit))
    except StoreError:
        return found
    for trail in verdict.trails:
        for touch in trail.touches:
            if touch.texts is not None and touch.edit >= 0:
                found.setdefault(verdict.edits[touch.edit].key, []).append(touch)
    return found


def _is_folder(house: House, commit: str, path: str) -> bool:
    snapshots = Snapshots(house.repository)
    return snapshots.listing(snapshots.commit(commit).tree)(path) is not None
