"""Regions of files: the lineage and a commit's versions go in; ranges with every edit that touched them come out."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gittraj.history.convergence import convergence
from gittraj.history.lineage import UNTRACED, Lineage
from gittraj.history.lines import Piece, Version
from gittraj.history.survival import Others, Survival
from gittraj.model.region import Region, RegionEdit


class Found(NamedTuple):
    """A region before its edits are told: 0-based half open lines, its nodes in order, and the pieces that are its own."""

    file: str
    start: int
    end: int
    nodes: list[int]
    pieces: list[Piece]
    gone: bool = False


def regions(
    lineage: Lineage,
    versions: Mapping[str, Version],
    *,
    lost: bool = True,
    members: Mapping[int, list[int]] | None = None,
    others: Others | None = None,
) -> list[Region]:
    """The regions of the files given, by file and place. `lost`: also those of which nothing is left, in files of these names.

    `members`: where what `grouped` tells is known already, of these files at least. `others`: see `Survival`.
    """
    members = grouped(lineage) if members is None else members
    found: list[Found] = []
    seen: set[int] = set()
    for file, version in sorted(versions.items()):
        mine = _of_file(lineage, file, version, members)
        seen |= {lineage.region(node) for each in mine for node in each.nodes}
        found += mine
    for name, nodes in members.items() if lost else ():
        if name not in seen:
            files = {lineage.nodes[node].file for node in nodes if lineage.nodes[node].edit != UNTRACED}
            found += [Found(file, -1, -1, nodes, [], True) for file in sorted(files)[:1] if file in versions]
    survival = Survival(lineage, versions.values(), (node for each in found for node in each.nodes), others)
    return [told(lineage, each, survival) for each in found]


def of_range(lineage: Lineage, file: str, version: Version, start: int, end: int) -> Region:
    """The range `start` to `end` (0-based, half open) of one file with every edit that touched these lines or what they followed from."""
    pieces = version.within(start, end)
    nodes = sorted(lineage.ancestors(head for head, _, _ in pieces))
    names = {lineage.region(node) for node in nodes}
    whole = [node for node in lineage.numbers() if lineage.region(node) in names]
    survival = Survival(lineage, [version], whole)
    return told(lineage, Found(file, start, end, nodes, pieces), survival)


def grouped(lineage: Lineage) -> dict[int, list[int]]:
    """Region → its nodes, in order; only those with a recorded edit."""
    members: dict[int, list[int]] = {}
    for number in lineage.numbers():
        if lineage.nodes[number].live:
            members.setdefault(lineage.region(number), []).append(number)
    return members


def told(lineage: Lineage, found: Found, survival: Survival) -> Region:
    """The region with its edits, in the order they happened."""
    parts: dict[int, list[int]] = {}
    for node in found.nodes:
        edit = lineage.nodes[node].edit
        if edit != UNTRACED:
            parts.setdefault(edit, []).append(node)
    edits: list[RegionEdit] = []
    sizes: list[int] = []
    for edit, nodes in parts.items():
        event = lineage.edits[edit]
        first = _first_told(lineage, edit, nodes)
        added = sum(count for node in first for _, _, count in lineage.nodes[node].made)
        removed = sum(count for node in first for _, _, count in lineage.nodes[node].removed)
        if len(event.spans) == 1:
            added, removed = event.lines_added, event.lines_removed
        edits.append(
            RegionEdit(
                event,
                min(lineage.nodes[node].start for node in first),
                max(lineage.nodes[node].end for node in first),
                added,
                removed,
                survival.fate(edit),
                tuple((lineage.nodes[node].before, lineage.nodes[node].after) for node in first),
                tuple(dict.fromkeys(lineage.commits[lineage.nodes[node].commit] for node in (*first, *nodes))),
            )
        )
        sizes.append(added + removed)
    calls = len({(each.edit.session, each.edit.call or each.edit.entry) for each in edits})
    return Region(
        found.file,
        found.start + 1,
        max(found.end, 0),
        tuple(edits),
        tuple(dict.fromkeys(each.edit.session for each in edits)),
        calls,
        convergence(lineage, found.nodes, found.pieces, sizes) if calls > 1 else "",
        found.gone,
    )


def _first_told(lineage: Lineage, edit: int, nodes: Sequence[int]) -> list[int]:
    """Of the edit's nodes here, those of the telling that knew its spans."""
    for telling in lineage.tellings[edit]:
        here = [node for node in telling if node in set(nodes)]
        if here:
            return here
    return list(nodes)


def _of_file(lineage: Lineage, file: str, version: Version, members: Mapping[int, list[int]]) -> list[Found]:
    """Connected pieces, joined once more where their ranges overlap in this version."""
    hulls: dict[int, tuple[int, int]] = {}
    own: dict[int, list[Piece]] = {}
    for place, piece in version.placed():
        if piece[0] >= 0 and lineage.nodes[piece[0]].live:
            name = lineage.region(piece[0])
            low, high = hulls.get(name, (place, place))
            hulls[name] = (min(low, place), max(high, place + piece[2]))
            own.setdefault(name, []).append(piece)
    found: list[Found] = []
    for name, (start, end) in sorted(hulls.items(), key=lambda item: (item[1][0], -item[1][1])):
        gone = not any(piece[2] for piece in own[name])
        if found and _overlap(found[-1], start, end):
            last = found[-1]
            nodes = sorted({*last.nodes, *members[name]})
            pieces = [*last.pieces, *own[name]]
            found[-1] = Found(file, last.start, max(last.end, end), nodes, pieces, last.gone and gone)
        else:
            found.append(Found(file, start, end, members[name], own[name], gone))
    return found


def _overlap(last: Found, start: int, end: int) -> bool:
    if start == end:
        return last.start < start < last.end or (last.start == last.end == start)
    return start < last.end


def hottest(found: Sequence[Region], order: str, recent: Sequence[str]) -> list[Region]:
    """By `order`: "sessions" (most first, then edits), "edits" (most calls first) or "recent" (edited last first; `recent`: when each was)."""
    keys = {
        "sessions": lambda at: (-len(found[at].sessions), -found[at].calls, found[at].file, found[at].start_line),
        "edits": lambda at: (-found[at].calls, -len(found[at].sessions), found[at].file, found[at].start_line),
        "recent": lambda at: (recent[at], found[at].file),
    }
    return [found[at] for at in sorted(range(len(found)), key=keys[order], reverse=order == "recent")]
