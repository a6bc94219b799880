"""From commit to commit: the versions of the parents and a commit's trails go in, its own versions come out; the lineage grows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from gittraj.history.lineage import UNTRACED, Lineage
from gittraj.history.lines import NO_NODE, Piece, Version, part
from gittraj.history.scars import OLD, Scar, laid
from gittraj.history.sides import Adopted, Side, adopted, numbered, with_heads
from gittraj.history.touches import Touched, touched
from gittraj.model.edit import HASH, UNSEEN, Edit, Run, Span, Trail

State = dict[str, Version]  # the files of one commit that are followed; an empty version where one was deleted


class Step(NamedTuple):
    """What one trail led to. `names`: its path and the one before. `first`, `end`: the nodes it made, by number, half open.

    `twins`: lines that another parent of a merge counted by the first of two numbers, and the first parent by the second.
    """

    names: tuple[str, str]
    base: Version
    version: Version
    first: int
    end: int
    twins: Sequence[tuple[int, int]] = ()


class _Way(NamedTuple):
    """One trail in work: its touches as nodes, and the scars that remain of them."""

    lineage: Lineage
    commit: int
    trail: Trail
    base: Version
    done: list[Touched]
    scars: Sequence[Scar]
    sides: Adopted


def advance(
    lineage: Lineage,
    commit: str,
    state: State,
    trails: Iterable[Trail],
    edits: Sequence[Edit] = (),
    sides: Mapping[str, Sequence[Side]] | None = None,
) -> list[Step]:
    """`state`, the versions of the first parent, become those of `commit`; changed in place. What was done for each trail comes out.

    `trails`: of the files that are followed and that the commit changes or its edits touched; `edits`: what their touches name.
    `sides`: by file, for a merge.
    """
    at = lineage.commit(commit, merge=bool(sides))
    places = [lineage.tell(edit) for edit in edits]
    gone: list[str] = []
    came: State = {}
    steps: list[Step] = []
    for trail in trails:
        first = len(lineage.nodes)
        old = trail.old_file or trail.file
        known = came.get(old, state.get(old)) if trail.late else state.get(old)
        other = (sides or {}).get(trail.file, ())
        followed = known is not None and known.length == trail.lines
        base = known if known is not None and followed else _unknown(lineage, trail.lines)
        if other and not followed:
            base = numbered(base, trail.hunks, other)
        done, scars = touched(lineage, at, trail, base, places)
        taken = adopted(lineage, at, trail.file, base, trail.hunks, other)
        way = _Way(lineage, at, trail, base, done, scars, taken)
        version = _next(way)
        steps.append(Step((trail.file, trail.old_file), base, version, first, len(lineage.nodes), taken.twins))
        if trail.old_file and trail.old_file != trail.file and trail.file:
            gone.append(trail.old_file)
        if trail.file or trail.old_file:
            came[trail.file or trail.old_file] = version
    for path in gone:
        if path not in came:
            state.pop(path, None)
    state.update(came)
    return steps


def _unknown(lineage: Lineage, lines: int) -> Version:
    """A file that was not followed until now."""
    return Version([(NO_NODE, lineage.fresh(lines), lines)] if lines else [])


def _next(way: _Way) -> Version:
    """The version that the trail leads to."""
    base = with_heads(_with_heads(way), way.sides.heads)
    source = _Tokens(way.trail)
    hunks = way.trail.hunks
    tokens = [source.take(new_end - new_start) for _, _, new_start, new_end in hunks]
    lying, outside = laid(way.scars if way.done else (), hunks, tokens, way.trail.lines)
    _lay_sides(way, lying, outside)
    changes: list[tuple[int, int, Sequence[Piece]]] = []
    gone = come = 0
    for number, span in enumerate(hunks):
        before = way.trail.before[gone : gone + (span[1] - span[0]) * HASH]
        after = way.trail.after[come : come + (span[3] - span[2]) * HASH]
        gone, come = gone + len(before), come + len(after)
        changes.append((*span[:2], _hunk(way, span, tokens[number], lying.get(number, {}), before, after)))
    for place, node in outside:
        kept = base.within(place, place)
        changes.append((place, place, [*(each for each in kept if not each[2]), (node, -1, 0)]))
    changes.sort(key=lambda each: (each[0], each[1]))
    return base.spliced(_apart(changes))


def _lay_sides(way: _Way, lying: dict[int, dict[int, list[int]]], outside: list[tuple[int, int]]) -> None:
    """The scars of a merge's other parents, where the first parent has them not."""
    if not way.sides.scars:
        return
    there = {
        head
        for place, (head, _, count) in way.base.placed()
        if not count and not any(start < place < end or start == place == end for start, end, _, _ in way.trail.hunks)
    }
    for place, node in way.sides.scars:
        if node in there:
            continue
        shift = 0
        for number, (_, old_end, new_start, new_end) in enumerate(way.trail.hunks):
            if new_start <= place <= new_end:
                lying.setdefault(number, {}).setdefault(place - new_start, []).append(node)
                break
            shift = old_end - new_end if new_end < place else shift
        else:
            outside.append((place + shift, node))


def _apart(changes: list[tuple[int, int, Sequence[Piece]]]) -> list[tuple[int, int, Sequence[Piece]]]:
    """Scars of one place made one change."""
    found: list[tuple[int, int, Sequence[Piece]]] = []
    for start, end, pieces in changes:
        if found and found[-1][:2] == (start, end) and start == end:
            known = found[-1][2]
            found[-1] = (start, end, [*known, *(piece for piece in pieces if piece not in known)])
        else:
            found.append((start, end, pieces))
    return found


class _Tokens:
    """The sources of the new lines of all hunks, taken one hunk after the other."""

    def __init__(self, trail: Trail) -> None:
        self._runs = list(trail.made)
        self._runs.reverse()

    def take(self, count: int) -> list[tuple[int, int, int]]:
        found = []
        while count:
            source, first, length = self._runs.pop() if self._runs else (UNSEEN, 0, count)
            used = min(length, count)
            found.append((source, first, used))
            if used < length:
                self._runs.append((source, first + used, length - used))
            count -= used
        return found


def _with_heads(way: _Way) -> Version:
    """The old version, where lines that attempts touched and left as they were have the last attempt as their head; without the scars that touches met."""
    inside = _outside_of(way.trail.hunks)
    nodes = way.lineage.nodes
    standing = {  # lines that a touch brought back
        line: each.node
        for each in way.done
        if nodes[each.node].restores
        for _, first, count in nodes[each.node].made
        for line in range(first, first + count)
    }
    changes: list[tuple[int, int, Sequence[Piece]]] = []
    for start, end, head in sorted((start, end, each.last) for each in way.done for start, end in each.claimed):
        for low, high in inside(start, end):
            if not changes or changes[-1][1] <= low:
                lines = [line for _, first, count in way.base.within(low, high) for line in range(first, first + count)]
                pieces = [(standing.get(line, head), line, 1) for line in lines]
                changes.append((low, high, pieces))
    left = {(scar.place, scar.node) for scar in way.scars if scar.touch == OLD}
    base = way.base.spliced(changes) if changes else way.base
    if len(base.scars()) == len(left):
        return base
    return Version(piece for place, piece in base.placed() if piece[2] or (place, piece[0]) in left)


def _outside_of(hunks: Sequence[Span]) -> Callable[[int, int], list[tuple[int, int]]]:
    """A function that gives the parts of a range which no hunk covers."""

    def parts(start: int, end: int) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        for low, high, _, _ in hunks:
            if start < low:
                found.append((start, min(end, low)))
            start = max(start, high)
            if start >= end:
                break
        if start < end:
            found.append((start, end))
        return [(low, high) for low, high in found if low < high]

    return parts


def _hunk(
    way: _Way, span: Span, tokens: Sequence[Run], lying: Mapping[int, list[int]], before: bytes, after: bytes
) -> list[Piece]:
    """What stands in place of the old lines of one hunk; what no touch explains becomes a node of its own."""
    old_start, old_end, new_start, new_end = span
    lineage = way.lineage
    unclaimed = _unclaimed(way, old_start, old_end)
    adopted = {at: line for at, line in way.sides.lines.items() if new_start <= at < new_end}
    unseen = sum(count for source, _, count in tokens if source < 0)
    own = -1
    left_alone = _alone(way, unclaimed, adopted, lying)
    if unseen > len(adopted) or left_alone:
        preds = [head for head, _, _ in unclaimed]
        if old_start == old_end and not way.done:
            preds += _between(way, old_start)
        whole = unseen == new_end - new_start and not adopted
        own = lineage.add(
            UNTRACED,
            way.commit,
            way.trail.file or way.trail.old_file,
            [*preds, *(head for head, _ in adopted.values())],
            [piece for piece in unclaimed if piece[2] or piece[0] >= 0],
            unseen - len(adopted),
            before if whole and len(before) == HASH * sum(each[2] for each in unclaimed) else b"",
            after if whole else b"",
            (new_start + 1, new_end),
        )
    found: list[Piece] = []
    at, used = new_start, 0
    for source, first, count in tokens:
        for step in range(count):
            found += [(node, -1, 0) for node in lying.get(at - new_start, ())]
            if source >= 0:
                each = way.done[source]
                found += part(lineage.nodes[each.node].made, first + step, 1, each.node)
            elif at in adopted:
                head, line = adopted[at]
                found.append((own if left_alone else head, line, 1))
            else:
                found += part(lineage.nodes[own].made, used, 1, own)
                used += 1
            at += 1
    found += [(node, -1, 0) for node in lying.get(at - new_start, ())]
    if not any(piece[2] for piece in found):
        if own >= 0:
            found.append((own, -1, 0))
        elif not found:  # another parent of a merge has it so
            found = [(head, -1, 0) for head in sorted({head for head, _, _ in unclaimed if head >= 0})]
    return found


def _unclaimed(way: _Way, start: int, end: int) -> list[Piece]:
    """The old lines that no touch removed, and the scars between them."""
    taken = tuple((a, b, 0, 0) for a, b in sorted(place for each in way.done for place in each.claimed))
    parts = _outside_of(taken)(start, end) if start < end else [(start, end)]
    return [piece for low, high in parts for piece in way.base.within(low, high)]


def _between(way: _Way, place: int) -> list[int]:
    if 0 < place < way.base.length:
        return way.lineage.around(way.base.head(place - 1), way.base.head(place))
    return []


def _alone(
    way: _Way, unclaimed: Sequence[Piece], adopted: Mapping[int, tuple[int, int]], lying: Mapping[int, list[int]]
) -> bool:
    """Whether the change of these old lines is one of its own, not one that another parent of the merge made before."""
    lines = sum(count for _, _, count in unclaimed)
    if way.commit not in way.lineage.merges:
        return bool(lines)
    theirs = [head for head, _ in adopted.values()] + [node for nodes in lying.values() for node in nodes]
    known = way.lineage.ancestors(theirs)
    fresh = {head for head, _, count in unclaimed if count and head >= 0 and way.lineage.nodes[head].live} - known
    return bool(lines) and bool(fresh)
