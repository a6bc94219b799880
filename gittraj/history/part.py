"""A lineage of which a part is held: kept rows of some files go in; nodes, edits and versions as the walk left them come out.

Nodes, edits and lines have the numbers that they have in the whole; of what is not here nothing is known but how many there are.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from gittraj.history.lineage import Lineage, Node
from gittraj.history.lines import Home, Piece, Version
from gittraj.history.walk import Step
from gittraj.model.edit import Edit

DEEP = 32  # versions that are kept as what differs from the one before, until one is kept whole
_NOTHING: Any = None  # where a node or an edit would be that is not here


class Counts(NamedTuple):
    """How many nodes, edits and lines there are in the whole."""

    nodes: int = 0
    edits: int = 0
    lines: int = 0


class Row(msgspec.Struct, array_like=True, frozen=True):
    """A step as it is kept. The version: the first `left` and last `right` pieces of `base` with `pieces` between; without `base` all of it.

    `depth`: how many versions in a row are kept in that way. `nodes`: with their numbers from `first` on. `twins`: as in `Step`.
    """

    base: Home | None
    depth: int
    left: int
    right: int
    pieces: tuple[Piece, ...]
    first: int
    nodes: tuple[Node, ...]
    twins: tuple[tuple[int, int], ...] = ()


_row = msgspec.msgpack.Decoder(Row).decode
_encode = msgspec.msgpack.Encoder().encode


def packed(step: Step, nodes: Sequence[Node], depth: int) -> tuple[bytes, int]:
    """A step as bytes, and how deep it lies; `depth`: how deep its base does."""
    whole = Row(None, 0, 0, 0, step.version.pieces, step.first, tuple(nodes), tuple(step.twins))
    if step.base.home is None or depth + 1 >= DEEP:
        return _encode(whole), 0
    old, new = step.base.pieces, step.version.pieces
    most = min(len(old), len(new))
    left = next((at for at in range(most) if old[at] != new[at]), most)
    most -= left
    right = next((at for at in range(most) if old[-1 - at] != new[-1 - at]), most)
    middle = new[left : len(new) - right]
    if 2 * len(middle) > len(new):
        return _encode(whole), 0
    row = Row(step.base.home, depth + 1, left, right, middle, step.first, tuple(nodes), tuple(step.twins))
    return _encode(row), depth + 1


def unpacked(data: bytes) -> Row:
    """The step in these bytes. Raises `msgspec.DecodeError`."""
    return _row(data)


class Stored(Version):
    """A version that is read where it is looked at."""

    __slots__ = ("_read",)

    def __init__(self, home: Home, read: Callable[[Home], tuple[Piece, ...]]) -> None:
        self.home = home
        self._read = read

    def __getattr__(self, name: str) -> Any:
        if name not in ("pieces", "length", "_ends"):
            raise AttributeError(name)
        self._hold(self._read(self.home or (0, 0, 0)))
        return getattr(self, name)


class Part(Lineage):
    """`rest`: tells all nodes of a commit. `commits`: the names of all of them, whether anything is known of them or not; `starts`: by commit, the number of its first node."""

    def __init__(self, commits: list[str], merges: set[int], starts: list[int], counts: Counts) -> None:
        super().__init__()
        self.commits, self.merges, self.starts = commits, merges, starts
        self.nodes = [_NOTHING] * counts.nodes
        self.edits = [_NOTHING] * counts.edits
        self.tellings = [_NOTHING] * counts.edits
        self._above = list(range(counts.nodes))
        self._lines = counts.lines
        self._nodes_here: list[int] = []
        self._edits_here: list[int] = []
        self.rest: Callable[[int], Iterable[tuple[int, Node]]] | None = None

    @property
    def counts(self) -> Counts:
        """How many there are now."""
        return Counts(len(self.nodes), len(self.edits), self._lines)

    def numbers(self) -> Iterable[int]:
        """The nodes that are here, in order."""
        return sorted(self._nodes_here)

    def edit_numbers(self) -> Iterable[int]:
        """The edits that are here, in order."""
        return sorted(self._edits_here)

    def of_commit(self, commit: int) -> Iterable[tuple[int, Node]]:
        """All nodes of a commit with their numbers, read by `rest` where they are not here."""
        found = list(super().of_commit(commit))
        if self.rest is not None and any(node is _NOTHING for _, node in found):
            return self.rest(commit)
        return found

    def is_here(self, node: int) -> bool:
        """Whether the node is in the part that is held."""
        return self.nodes[node] is not _NOTHING

    def tell(self, edit: Edit) -> int:
        """As `Lineage.tell`; what was told of the edit before is here."""
        known = len(self.edits)
        number = super().tell(edit)
        if number == known:
            self._edits_here.append(number)
        return number

    def add(self, *words: Any) -> int:
        """As `Lineage.add`."""
        number = super().add(*words)
        self._nodes_here.append(number)
        return number

    def told(self, number: int, edit: Edit) -> None:
        """An edit as a kept commit tells it; tellings come in order, and before the nodes of the same commit."""
        if self.edits[number] is _NOTHING:
            self._keys[edit.key] = number
            self.edits[number] = edit
            self._telling[number] = []
            self.tellings[number] = [self._telling[number]]
            self._edits_here.append(number)
        else:
            self._tell_again(number, edit)

    def hold(self, first: int, nodes: Iterable[Node], twins: Iterable[tuple[int, int]]) -> None:
        """The nodes of a kept step, those that they follow from are here, and its twins."""
        self.twins.update(twins)
        for number, node in enumerate(nodes, first):
            self.nodes[number] = node
            self._nodes_here.append(number)
            self._join(number, node)
            if node.edit >= 0:
                self._telling[node.edit].append(number)
