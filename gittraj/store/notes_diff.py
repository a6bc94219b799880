"""Two trees of notes compared: two tree ids go in, the notes in which they differ come out, whatever the fan-out of either.

Equal subtrees are not opened, so what this costs goes with the number of notes that differ, not with the number there are.
"""

from collections.abc import Iterator, Set
from typing import NamedTuple, TypeAlias

from gittraj.errors import StoreError
from gittraj.store.notes_tree import Level, Read, plain
from gittraj.store.trees import parse

LEVELS = 2_000_000  # directories; a million notes take 66,000, a tree whose branches share one subtree has no end

Blobs: TypeAlias = tuple[str, ...]
Loose: TypeAlias = dict[bytes, Blobs]


class Pair(NamedTuple):
    """The note of one annotated id on both sides: its blobs, () where there is none, more than one in a mixed fan-out."""

    key: str
    left: Blobs
    right: Blobs


def pairs(read: Read, left: str, right: str, width: int) -> Iterator[Pair]:
    """Every annotated id whose notes differ between the trees `left` and `right` ("" for an empty one).

    Raises `StoreError`, also for trees that unfold to more than `LEVELS` directories.
    """
    waiting: list[tuple[bytes, str, Loose, str, Loose]] = [(b"", left, {}, right, {})]
    opened = 0
    while waiting:
        prefix, left_tree, left_loose, right_tree, right_loose = waiting.pop()
        opened += 1
        if opened > LEVELS:
            raise StoreError(f"a notes tree of more than {LEVELS} directories")
        if not left_loose and not right_loose:
            leaves = _leaves(read, left_tree, right_tree, width - len(prefix), width)
            if leaves is not None:
                yield from _changed(prefix, *leaves)
                continue
        one = _Side(read, left_tree, left_loose, width - len(prefix), width)
        two = _Side(read, right_tree, right_loose, width - len(prefix), width)
        names = one.trees.keys() | two.trees.keys()
        below, above = one.sink(names), two.sink(names)
        for name in sorted(names, reverse=True):
            sides = (one.trees.get(name, ""), below.get(name, {}), two.trees.get(name, ""), above.get(name, {}))
            if sides[0] != sides[2] or sides[1] or sides[3]:
                waiting.append((prefix + name, *sides))
        for rest in sorted(one.loose.keys() | two.loose.keys()):
            before, after = one.loose.get(rest, ()), two.loose.get(rest, ())
            if before != after:
                yield Pair((prefix + rest).decode("ascii"), before, after)


def _leaves(
    read: Read, left: str, right: str, rest: int, width: int
) -> tuple[dict[bytes, bytes], dict[bytes, bytes]] | None:
    """Both sides as `plain` tells them, None where one is not so."""
    one = plain(read(left) if left else b"", width // 2, rest)
    two = plain(read(right) if right else b"", width // 2, rest) if one is not None else None
    return None if one is None or two is None else (one, two)


def _changed(prefix: bytes, left: dict[bytes, bytes], right: dict[bytes, bytes]) -> Iterator[Pair]:
    for rest in sorted({rest for rest, _ in left.items() ^ right.items()}):
        before, after = left.get(rest), right.get(rest)
        yield Pair(
            (prefix + rest).decode("ascii"),
            () if before is None else (before.hex(),),
            () if after is None else (after.hex(),),
        )


class _Side:
    """One level of one tree, with the notes that a level above held for it."""

    def __init__(self, read: Read, tree: str, above: Loose, rest: int, width: int) -> None:
        level = Level(parse(read(tree), width // 2) if tree else [], rest)
        self.trees = {name: node.id for name, node in level.unread.items()}
        self.loose: Loose = dict(above)
        for key, nodes in level.notes.items():
            found = {*self.loose.get(key, ()), *(node.id for node in nodes)}
            self.loose[key] = tuple(sorted(found))  # one note twice with one content is one note

    def sink(self, names: Set[bytes]) -> dict[bytes, Loose]:
        """The loose notes that belong into the directories `names`; they are no longer here."""
        groups: dict[bytes, Loose] = {}
        for key in [key for key in self.loose if key[:2] in names]:
            groups.setdefault(key[:2], {})[key[2:]] = self.loose.pop(key)
        return groups
