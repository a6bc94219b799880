"""The tree of a notes ref: one commit's note goes in or out, in the fan-out that git itself would choose.

A note lies under the annotated id, cut into directories of two hex digits (``ab/cd/ef…``); one ref may mix depths. How deep,
git decides while it writes: a level is split when each of its 16 first digits leads to more than one thing (git's notes.c,
`determine_fanout`). Subtrees that a change does not concern keep their ids unread, so one note among 10,000 costs two trees.
"""

import functools
import re
from collections.abc import Callable, Iterator, Sequence

from gittraj.errors import StoreError
from gittraj.store.trees import Node, parse, serialise

HEX = frozenset(b"0123456789abcdefABCDEF")

_LEVELS = 16  # kept for reading; the root of a hundred thousand notes that never were fanned out takes 20 MB
_FEWEST = 32  # notes of a level that git would split: two for each first digit

Read = Callable[[str], bytes]
Write = Callable[[bytes], str]
Join = Callable[[Sequence[str]], str]


class Level:
    """One level of the tree, taken apart: loose notes, subtrees not read yet, subtrees read, and what is neither."""

    def __init__(self, nodes: list[Node], rest: int) -> None:
        """`rest`: how many hex digits of the annotated id are left at this level."""
        self.rest = rest
        self.notes: dict[bytes, list[Node]] = {}  # more than one where depths overlap and hold the same id twice
        self.unread: dict[bytes, Node] = {}
        self.doubles: list[
            Node
        ] = []  # directories whose name stands in the tree before: git reads both, `git fsck` refuses them
        self.loaded: dict[bytes, Level] = {}
        self.others: list[Node] = []
        for node in nodes:
            is_hex = HEX.issuperset(node.name)
            if is_hex and len(node.name) == rest and node.kind & 0o170000 == 0o100000:
                self.notes.setdefault(node.name.lower(), []).append(node)
            elif is_hex and len(node.name) == 2 and rest > 2 and node.is_tree and node.name == node.name.lower():
                if self.unread.setdefault(node.name, node) is not node:
                    self.doubles.append(node)
            else:
                self.others.append(node)

    @classmethod
    def leaf(cls, notes: dict[bytes, bytes], rest: int) -> "Level":
        """The level of notes that `plain` found, made without asking each entry what it is."""
        level = cls([], rest)
        level.notes = {name: [Node(name, b"100644", raw.hex())] for name, raw in notes.items()}
        return level

    @property
    def weight(self) -> int:
        """1 for a note; 2 for a subtree not read, which stands for many."""
        return len(self.notes) + 2 * len(self.unread) + sum(level.weight for level in self.loaded.values())

    @property
    def crowded(self) -> bool:
        """Whether git would split this level: each first digit leads to more than a single note."""
        if len(self.notes) < _FEWEST and not self.unread and not self.loaded:
            return False
        slots = dict.fromkeys(b"0123456789abcdef", 0)
        for key in self.notes:
            slots[key[0]] += 1
        for key in self.unread:
            slots[key[0]] += 2
        for key, level in self.loaded.items():
            slots[key[0]] += level.weight
        return self.rest > 2 and min(slots.values()) > 1


def plain(data: bytes, size: int, rest: int) -> dict[bytes, bytes] | None:
    """The notes (name → raw id) of a level that holds nothing but notes as git writes them, each once; None for any other level.

    Most levels are such: what is to be said of them needs no look at each entry.
    """
    found = _files(size, rest).findall(data)
    if len(found) * (len(b"100644 ") + rest + 1 + size) != len(data):  # it skipped some
        return None
    notes = dict(found)
    return notes if len(notes) == len(found) else None


@functools.cache
def _files(size: int, rest: int) -> re.Pattern[bytes]:
    return re.compile(rb"100644 ([0-9a-f]{%d})\0(.{%d})" % (rest, size), re.DOTALL)


@functools.lru_cache(_LEVELS)
def _level(data: bytes, size: int, rest: int) -> Level:
    """A level that is only read: who reads many notes meets the same root each time."""
    return Level(parse(data, size), rest)


def lookup(read: Read, tree: str, key: str) -> list[str]:
    """The blobs of the note of `key` (hex), at whatever depth; more than one where a mixed fan-out holds it twice."""
    found: list[str] = []
    waiting = [(tree, key.encode("ascii"))]
    while waiting:
        tree, rest = waiting.pop()
        level = _level(read(tree), len(key) // 2, len(rest))
        found.extend(node.id for node in level.notes.get(rest, ()))
        below = level.unread.get(rest[:2])
        if below is not None:
            same = [below, *(node for node in level.doubles if node.name == below.name)]
            waiting.extend((node.id, rest[2:]) for node in same)
    return found


def walk(read: Read, tree: str, width: int, prefix: bytes = b"") -> Iterator[tuple[str, str]]:
    """Every note as (annotated id, blob id), level by level in the order of the names."""
    level = Level(parse(read(tree), width // 2), width - len(prefix))
    for name in sorted([*level.notes, *level.unread]):
        if name in level.unread:
            for node in (level.unread[name], *(node for node in level.doubles if node.name == name)):
                yield from walk(read, node.id, width, prefix + name)
        for node in level.notes.get(name, ()):
            yield (prefix + name).decode("ascii"), node.id


def change(read: Read, write: Write, join: Join, tree: str, updates: dict[str, str], width: int) -> str:
    """The tree with the notes of `updates` (annotated id → blob id, "" removes) instead of whatever stood there.

    `tree` "" is an empty one; `join` makes one blob of the several that a mixed fan-out holds for one id.
    Returns the new tree's id: the same where nothing changes, "" where nothing is left. Raises `StoreError`.
    """
    builder = _Builder(read, write, join, width)
    root = builder.load(tree, width)
    for key, blob in updates.items():
        if len(key) != width or not HEX.issuperset(key.encode()):
            raise StoreError(f"{key!r} is no object id of this repository ({width} hex digits)")
        builder.put(root, key.lower().encode("ascii"), blob)
    nodes = builder.emit(root)
    return write(serialise(nodes)) if nodes else ""


class _Builder:
    def __init__(self, read: Read, write: Write, join: Join, width: int) -> None:
        self.read = read
        self.write = write
        self.join = join
        self.width = width

    def load(self, tree: str, rest: int) -> Level:
        data = self.read(tree) if tree else b""
        notes = plain(data, self.width // 2, rest)
        if notes is not None:
            return Level.leaf(notes, rest)
        level = Level(parse(data, self.width // 2), rest)
        above = b"0" * (self.width - rest)
        for node in level.doubles:
            for key, blob in walk(self.read, node.id, self.width, above + node.name):
                level.notes.setdefault(key[len(above) :].encode("ascii"), []).append(Node(b"", b"100644", blob))
        for prefix in {key[:2] for key in level.notes} & level.unread.keys():
            self._open(level, prefix)
        return level

    def _open(self, level: Level, prefix: bytes) -> Level:
        """Read one subtree; loose notes that belong into it go there."""
        below = self.load(level.unread.pop(prefix).id, level.rest - 2)
        level.loaded[prefix] = below
        for key in [key for key in level.notes if key[:2] == prefix]:
            self._add(below, key[2:], level.notes.pop(key))
        return below

    def _below(self, level: Level, key: bytes) -> Level | None:
        return self._open(level, key[:2]) if key[:2] in level.unread else level.loaded.get(key[:2])

    def _add(self, level: Level, key: bytes, nodes: list[Node]) -> None:
        below = self._below(level, key)
        if below is not None:
            self._add(below, key[2:], nodes)
        else:
            level.notes.setdefault(key, []).extend(nodes)

    def put(self, level: Level, key: bytes, blob: str) -> None:
        below = self._below(level, key)
        if below is not None:
            self.put(below, key[2:], blob)
        elif blob:
            level.notes[key] = [Node(key, b"100644", blob)]
        else:
            level.notes.pop(key, None)

    def emit(self, level: Level) -> list[Node]:
        if level.crowded:
            return self._split(level)
        others, notes = self._flat(level)
        return others + notes

    def _flat(self, level: Level) -> tuple[list[Node], list[Node]]:
        for prefix in list(level.unread):
            self._open(level, prefix)
        others, notes = list(level.others), [self._one(key, nodes) for key, nodes in level.notes.items()]
        for prefix, below in level.loaded.items():
            kept, risen = self._flat(below)
            notes.extend(node._replace(name=prefix + node.name) for node in risen)
            if kept:  # what is no note stays under its directory
                others.append(Node(prefix, b"40000", self.write(serialise(kept))))
        return others, notes

    def _split(self, level: Level) -> list[Node]:
        groups = dict(level.loaded)
        for key, nodes in level.notes.items():
            groups.setdefault(key[:2], Level([], level.rest - 2)).notes[key[2:]] = nodes
        result = [*level.others, *level.unread.values()]
        for prefix, below in groups.items():
            nodes = self.emit(below)
            if nodes:
                result.append(Node(prefix, b"40000", self.write(serialise(nodes))))
        return result

    def _one(self, key: bytes, nodes: list[Node]) -> Node:
        if len(nodes) > 1:
            return Node(key, b"100644", self.join([node.id for node in nodes]))
        return nodes[0] if nodes[0].name == key else nodes[0]._replace(name=key)
