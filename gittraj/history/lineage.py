"""What followed from what: changes of lines go in one by one; which led to which, and which belong to one region, comes out.

A node is one change in one place: a touch of an edit, or a change that nobody recorded. Its predecessors are the nodes whose lines
it replaced, inside of whose lines it put its own, or at whose scar. So the nodes that touched a range are those of its lines with
all their predecessors, as `git log -L` follows a range; and nodes that are connected in this way, with a recorded edit at the
root, are one region.
"""

import heapq
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import NamedTuple

from gittraj.history.lines import NO_NODE, Piece
from gittraj.model.edit import HASH, Edit

UNTRACED = -1  # as edit of a node: nothing recorded tells what made it


class Node(NamedTuple):
    """`edit`, `commit`: places in the lineage's lists. `removed`: pieces as they were. `made`: the lines it put there, under itself.

    `before`, `after`: `HASH` bytes per line of both. `start`, `end`: its lines in the file right after it (1-based, inclusive).
    `live`: it is, or follows from, a recorded edit. `restores`: its lines are ones that were there before; `source`: the node that had
    removed them, -1 for none.
    """

    edit: int
    commit: int
    file: str
    preds: tuple[int, ...]
    removed: tuple[Piece, ...]
    made: tuple[Piece, ...]
    before: bytes
    after: bytes
    start: int
    end: int
    live: bool
    restores: bool
    source: int = -1


class Lineage:
    """All nodes and edits so far, each named by its place in its list; everything only grows.

    `starts`: by commit, the number of its first node. `beside`: what is told from now on is of another history; of an edit that both
    have, what was told before holds.
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.edits: list[Edit] = []
        self.commits: list[str] = []
        self.starts: list[int] = []
        self.merges: set[int] = set()
        self.tellings: list[list[list[int]]] = []  # of each edit, its nodes each time it was told
        self.beside = False
        self._telling: dict[int, list[int]] = {}  # the one of each edit that goes on
        self.twins: dict[
            int, int
        ] = {}  # a line's number → that of the same line, where two parents of a merge counted it each
        self._keys: dict[tuple[str, int, str, str, str], int] = {}
        self._above: list[int] = []
        self._tombs: dict[bytes, list[int]] = {}
        self._lines = 0

    def fresh(self, count: int) -> int:
        """The first number of `count` new lines."""
        first = self._lines
        self._lines += count
        return first

    def commit(self, name: str, *, merge: bool) -> int:
        """The place of a commit that is told next."""
        self.commits.append(name)
        self.starts.append(len(self.nodes))
        if merge:
            self.merges.add(len(self.commits) - 1)
        return len(self.commits) - 1

    def tell(self, edit: Edit) -> int:
        """The place of an edit; one that was told before is replaced by what is told of it now, if its commit has it."""
        found = self._keys.get(edit.key)
        if found is None:
            self._keys[edit.key] = found = len(self.edits)
            self.edits.append(edit)
            self._telling[found] = []
            self.tellings.append([self._telling[found]])
        else:
            self._tell_again(found, edit)
        return found

    def number(self, edit: Edit) -> int:
        """The place of an edit that was told."""
        return self._keys[edit.key]

    def _tell_again(self, number: int, edit: Edit) -> None:
        telling: list[int] = []
        if self.beside and self.edits[number].committed:
            self.tellings[number].insert(0, telling)
        else:
            self.tellings[number].append(telling)
            if edit.committed or not self.edits[number].committed:
                self.edits[number] = edit
        self._telling[number] = telling

    def add(
        self,
        edit: int,
        commit: int,
        file: str,
        preds: Iterable[int],
        removed: Sequence[Piece],
        count: int,
        before: bytes,
        after: bytes,
        place: tuple[int, int],
    ) -> int:
        """The place of a new node that makes `count` lines; lines that it brings back have their old numbers."""
        number = len(self.nodes)
        known = tuple(sorted({pred for pred in preds if pred >= 0}))
        source = self._restored(known, removed, after) if after else -1
        if source >= 0:
            made = tuple((number, first, length) for _, first, length in self.nodes[source].removed if length)
        else:
            made = ((number, self.fresh(count), count),) if count else ()
        live = edit != UNTRACED or any(self.nodes[pred].live for pred in known)
        restores = source >= 0 or self._undoes(known, removed, count)
        node = Node(edit, commit, file, known, tuple(removed), made, before, after, *place, live, restores, source)
        self.nodes.append(node)
        self._above.append(number)
        self._join(number, node)
        if edit != UNTRACED:
            self._telling[edit].append(number)
        return number

    def numbers(self) -> Iterable[int]:
        """The nodes that are here, in order."""
        return range(len(self.nodes))

    def edit_numbers(self) -> Iterable[int]:
        """The edits that are here, in order."""
        return range(len(self.edits))

    def of_commit(self, commit: int) -> Iterable[tuple[int, Node]]:
        """All nodes of a commit with their numbers."""
        end = self.starts[commit + 1] if commit + 1 < len(self.starts) else len(self.nodes)
        return ((number, self.nodes[number]) for number in range(self.starts[commit], end))

    def region(self, node: int) -> int:
        """The name of the region that `node` belongs to: one of its nodes."""
        while self._above[node] != node:
            self._above[node] = self._above[self._above[node]]
            node = self._above[node]
        return node

    def ancestors(self, nodes: Iterable[int]) -> set[int]:
        """`nodes` and all that they follow from."""
        found = {node for node in nodes if node >= 0}
        waiting = list(found)
        while waiting:
            for pred in self.nodes[waiting.pop()].preds:
                if pred not in found:
                    found.add(pred)
                    waiting.append(pred)
        return found

    def around(self, left: int, right: int) -> list[int]:
        """The latest nodes in whose lines a place between lines of these two heads lies: those that both follow from."""
        if left == NO_NODE or right == NO_NODE:
            return []
        if left == right:
            return [left] if self.nodes[left].live else []
        if not (self.nodes[left].live and self.nodes[right].live) or self.region(left) != self.region(right):
            return []
        colours = {left: 1, right: 2}
        queue = [-left, -right]
        heapq.heapify(queue)
        found: list[int] = []
        while queue and any(colours[-each] != 7 for each in queue):
            node = -heapq.heappop(queue)
            colour = colours[node]
            if colour == 3:
                found.append(node)
                colour = 7  # what it follows from is common too, but not the latest
            for pred in self.nodes[node].preds:
                if pred not in colours:
                    heapq.heappush(queue, -pred)
                colours[pred] = colours.get(pred, 0) | colour
        return [node for node in found if self.nodes[node].live]

    def _unite(self, one: int, other: int) -> None:
        one, other = self.region(one), self.region(other)
        self._above[max(one, other)] = min(one, other)

    def _join(self, number: int, node: Node) -> None:
        """What follows from a node that is new here."""
        for pred in node.preds:
            if self.nodes[pred].live:
                self._unite(number, pred)
        if node.source >= 0:
            # they are there again; what removes them next can be undone in turn
            self._tombs[_digest(node.after)].remove(node.source)
        if node.before:
            self._tombs.setdefault(_digest(node.before), []).append(number)

    def _restored(self, preds: Sequence[int], removed: Sequence[Piece], after: bytes) -> int:
        """The earlier node that removed lines with just this content from there; -1 for none."""
        tombs = self._tombs.get(_digest(after))
        if not tombs:
            return -1
        earlier = self.ancestors(preds)
        gone = _lines(removed)
        for number in reversed(tombs):
            node = self.nodes[number]
            lines = _lines(node.removed)
            if number in earlier and node.before == after and len(lines) * HASH == len(after) and not gone & lines:
                return number
        return -1

    def _undoes(self, preds: Sequence[int], removed: Sequence[Piece], count: int) -> bool:
        """Whether it takes away just what an earlier node put in between."""
        if count:
            return False
        gone = _lines(removed)
        return any(not _lines(node.removed) and _lines(node.made) == gone for node in (self.nodes[at] for at in preds))


def _lines(pieces: Iterable[Piece]) -> set[int]:
    return {line for _, first, count in pieces for line in range(first, first + count)}


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=2 * HASH).digest()
