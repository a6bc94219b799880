"""What became of edits: the lineage and the lines that are there now go in; for each edit alive, transformed, moved, reverted or lost comes out."""

from bisect import bisect_right
from collections.abc import Callable, Iterable

from gittraj.history.lineage import Lineage, Node
from gittraj.history.lines import Version
from gittraj.model.edit import HASH
from gittraj.model.region import Fate

MOVED = 3  # lines that a block must have at least to be known again elsewhere; shorter ones are like others by chance


class Present:
    """Which lines are in some versions, and what touched them last."""

    def __init__(self, versions: Iterable[Version]) -> None:
        found: list[tuple[int, int]] = []
        self.heads: set[int] = set()
        for version in versions:
            for head, first, count in version.pieces:
                if count:
                    found.append((first, first + count))
                    self.heads.add(head)
        found.sort()
        self._starts = [start for start, _ in found]
        self._ends = [end for _, end in found]

    def has(self, line: int) -> bool:
        """Whether the line is there."""
        at = bisect_right(self._starts, line) - 1
        return at >= 0 and line < self._ends[at]


Others = Callable[[str], Present | None]


class Survival:
    """Answers for the versions of one commit; `nodes`: those that may have ended what is asked for (whole regions).

    `others`: of a file that no version given has lines of, what is there; None for one that is among those given.
    """

    def __init__(
        self, lineage: Lineage, versions: Iterable[Version], nodes: Iterable[int], others: Others | None = None
    ) -> None:
        self._lineage = lineage
        self._others = others
        present = Present(versions)
        self._stands = present.has
        self._carried = lineage.ancestors(present.heads)
        self._killers: dict[int, int] = {}
        late: dict[int, int] = {}
        for node in sorted(nodes):
            told = lineage.nodes[node]
            target = late if told.commit in lineage.merges else self._killers  # a merge only repeats what a parent did
            for _, first, count in told.removed:
                target.update(dict.fromkeys(range(first, first + count), node))
        for line, node in late.items():
            self._killers.setdefault(line, node)

    def there(self, line: int) -> bool:
        """Whether the line is there."""
        return any(self._stands(number) for number in self._numbers_of(line))

    def ended(self, line: int) -> int:
        """The node that removed the line, -1 where it is there or nobody knows."""
        if self.there(line):
            return -1
        return max((self._killers.get(number, -1) for number in self._numbers_of(line)), default=-1)

    def _numbers_of(self, line: int) -> list[int]:
        """Its number, and those that it has been given since."""
        found = [line]
        while (twin := self._lineage.twins.get(found[-1], -1)) >= 0 and twin not in found:
            found.append(twin)
        return found

    def made(self, edit: int) -> list[int]:
        """The lines that the edit put there, as it was told last."""
        return [line for node in self._nodes(edit) for line in _numbers(self._lineage.nodes[node].made)]

    def fate(self, edit: int) -> Fate:
        """What became of the edit number `edit`."""
        nodes = self._nodes(edit)
        made = self.made(edit)
        removed = [line for node in nodes for line in _numbers(self._lineage.nodes[node].removed)]
        back = [line for line in removed if self.there(line)]
        if not made:
            if not back:
                return Fate("alive")
            return Fate("reverted" if len(back) == len(removed) else "transformed", self._returned(back))
        dead = [line for line in made if not self.there(line)]
        if not dead:
            return Fate("alive")
        killers = {node for line in dead if (node := self.ended(line)) >= 0}
        first, last = self._name(min(killers, default=-1)), self._name(max(killers, default=-1))
        if len(dead) < len(made):
            return Fate("transformed", first)
        if removed and len(back) == len(removed):
            return Fate("reverted", last)
        if not removed and killers and all(self._lineage.nodes[node].restores for node in killers):
            return Fate("reverted", last)
        if killers and self._moved(nodes, max(killers)):
            return Fate("moved", last)
        if any(node in self._carried for node in nodes):
            return Fate("transformed", first)
        return Fate("lost", last)

    def _nodes(self, edit: int) -> list[int]:
        return next((told for told in reversed(self._lineage.tellings[edit]) if told), [])

    def _name(self, node: int) -> str:
        return self._lineage.commits[self._lineage.nodes[node].commit] if node >= 0 else ""

    def _returned(self, lines: list[int]) -> str:
        """The commit that brought lines back which were removed."""
        wanted = set(lines)
        found = [
            node
            for node in self._carried
            if self._lineage.nodes[node].restores and wanted & set(_numbers(self._lineage.nodes[node].made))
        ]
        return self._name(max(found, default=-1))

    def _moved(self, nodes: list[int], killer: int) -> bool:
        """Whether all that they made was put somewhere else by the commit that took it away, and is there still."""
        blocks = [self._lineage.nodes[node].after for node in nodes]
        if sum(map(len, blocks)) < MOVED * HASH:
            return False
        commit = list(self._lineage.of_commit(self._lineage.nodes[killer].commit))
        return all(any(self._holds(node, block) for _, node in commit) for block in blocks if block)

    def _holds(self, node: Node, block: bytes) -> bool:
        at = node.after.find(block)
        while at >= 0 and at % HASH:
            at = node.after.find(block, at + 1)
        if at < 0:
            return False
        lines = _numbers(node.made)[at // HASH : (at + len(block)) // HASH]
        elsewhere = self._others(node.file) if self._others else None
        there = elsewhere.has if elsewhere is not None else self.there
        return bool(lines) and all(there(line) for line in lines)


def _numbers(pieces: Iterable[tuple[int, int, int]]) -> list[int]:
    return [line for _, first, count in pieces for line in range(first, first + count)]
