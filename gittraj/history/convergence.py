"""Whether edits of one region come to an end: its nodes and its pieces go in; converging, oscillating or expanding comes out.

The states of the region are found backwards: from what stands there in the end, each change is taken back in turn.
"""

import itertools
from collections.abc import Sequence

from gittraj.history.lineage import UNTRACED, Lineage
from gittraj.history.lines import Piece
from gittraj.model.edit import HASH

CONVERGING, OSCILLATING, EXPANDING = "converging", "oscillating", "expanding"
WORK = 2_000_000  # lines of states that are compared for one region, about a second; of a longer history the latest edits decide

Line = tuple[int, bytes | int]  # (head, content: its hash, or the line's number where no change told it)


def convergence(lineage: Lineage, nodes: Sequence[int], pieces: Sequence[Piece], sizes: Sequence[int]) -> str:
    """By the inventory's rules (first match wins); `nodes`: all of the region, in order; `pieces`: what stands there; `sizes`: lines per edit.

    Oscillating: the content after an edit is that before an earlier one, whatever the sizes. Converging: sizes never grow and the last is
    smaller than the first. Expanding: they never shrink and the last is larger. Anything else oscillates.
    """
    if returns(lineage, nodes, pieces):
        return OSCILLATING
    steps = list(itertools.pairwise(sizes))
    if all(a >= b for a, b in steps) and sizes[-1] < sizes[0]:
        return CONVERGING
    if all(a <= b for a, b in steps) and sizes[-1] > sizes[0]:
        return EXPANDING
    return OSCILLATING


def returns(lineage: Lineage, nodes: Sequence[int], pieces: Sequence[Piece]) -> bool:
    """Whether the content after some edit equals the content before an earlier edit (A→B→A)."""
    contents = _contents(lineage, nodes)
    state = _expanded(pieces, contents)
    later: set[tuple[bytes | int, ...]] = set()  # after edits that came later than the one looked at
    waiting: tuple[bytes | int, ...] | None = None
    work = 0
    edit = None
    for node in sorted(nodes, reverse=True):
        found = lineage.nodes[node]
        work += len(state) + 1
        if work > WORK:
            return False
        if found.edit != UNTRACED and found.edit != edit:
            edit = found.edit
            if waiting is not None:
                later.add(waiting)
            waiting = _content(state)
        state = _taken_back(state, node, _expanded(found.removed, contents))
        if found.edit != UNTRACED and _content(state) in later:
            return True
    return False


def _taken_back(state: list[Line], node: int, removed: list[Line]) -> list[Line]:
    at = next((place for place, (head, _) in enumerate(state) if head == node), None)
    if at is None:
        return state + removed
    return state[:at] + removed + [line for line in state[at:] if line[0] != node]


def _content(state: Sequence[Line]) -> tuple[bytes | int, ...]:
    return tuple(content for _, content in state if content != b"")


def _expanded(pieces: Sequence[Piece], contents: dict[int, bytes]) -> list[Line]:
    """Single lines; a scar is one without content."""
    found: list[Line] = []
    for head, first, count in pieces:
        if not count:
            found.append((head, b""))
        found += [(head, contents.get(line, line)) for line in range(first, first + count)]
    return found


def _contents(lineage: Lineage, nodes: Sequence[int]) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    for node in nodes:
        told = lineage.nodes[node]
        for pieces, content in ((told.removed, told.before), (told.made, told.after)):
            lines = [line for _, first, count in pieces for line in range(first, first + count)]
            if len(lines) * HASH == len(content):
                found.update((line, content[at * HASH : (at + 1) * HASH]) for at, line in enumerate(lines))
    return found
