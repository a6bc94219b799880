"""An append-only log in a ref: leaf hashes go in, each gets its place for good; all of them, in order, come out.

The tree of the ref's commit holds tiles of `TILE` hashes, so that one more leaf rewrites 32 KiB at most, whatever the log holds.
"""

from collections.abc import Sequence
from typing import NamedTuple

from gittraj.errors import StoreError
from gittraj.store import trees
from gittraj.store.notes_commit import write_commit
from gittraj.store.refs import ATTEMPTS, Ref
from gittraj.store.repository import Repository

REF = "refs/gittraj/log"
TILE = 1024  # leaves
_HASH = 32  # bytes


class Appended(NamedTuple):
    """All leaves after some were added, and the commit that holds them."""

    tip: str
    leaves: list[bytes]


class LeafLog:
    """The log of one ref. Every method raises `StoreError`; `append` raises `RefRaceError` where others win too often."""

    def __init__(self, repository: Repository, ref: str = REF) -> None:
        self._repository = repository
        self._ref = Ref(repository.backend, repository.common_dir, ref)

    def tip(self) -> str:
        """The commit that the ref points to, "" where there is no log."""
        return self._ref.read()

    def leaves(self) -> list[bytes]:
        """The leaf hashes in their order; [] where there is no log."""
        return self.at(self._ref.read())

    def at(self, tip: str) -> list[bytes]:
        """The leaf hashes that the log had when its ref pointed to the commit `tip`; [] for ""."""
        found: list[bytes] = []
        for number, node in enumerate(self._tiles(tip)):
            whole = not len(found) % TILE
            data = self._repository.blob(node.id, fetch=True) if whole and node.name == _name(number) else b""
            if not data or len(data) % _HASH or len(data) > TILE * _HASH:
                raise StoreError(
                    "the log of receipts is damaged: its tiles do not follow each other",
                    hint=f"git log {self._ref.name}",
                )
            found += [data[at : at + _HASH] for at in range(0, len(data), _HASH)]
        return found

    def append(self, leaves: Sequence[bytes], *, message: str) -> Appended:
        """Add those that are not in the log yet, in order; the log afterwards."""
        with self._ref.alone():
            for attempt in range(ATTEMPTS):
                tip = self._ref.read()
                before = self.at(tip)
                there = set(before)
                after = before + [leaf for leaf in dict.fromkeys(leaves) if leaf not in there]
                if len(after) == len(before):
                    return Appended(tip, before)
                tree = self._write(tip, len(before), after)
                new = write_commit(self._repository, tree, [tip] if tip else [], message)
                if self._ref.move(tip, new, f"log: {message}"):
                    return Appended(new, after)
                self._ref.pause(attempt)
            raise self._ref.lost()

    def _tiles(self, tip: str) -> list[trees.Node]:
        tree = self._repository.commit(tip).tree if tip else ""
        return trees.parse(self._repository.tree_bytes(tree), len(tree) // 2) if tree else []

    def _write(self, tip: str, known: int, leaves: list[bytes]) -> str:
        """The tree over all `leaves`, of which the whole tiles among the first `known` are there already."""
        nodes = self._tiles(tip)[: known // TILE]
        for at in range(len(nodes) * TILE, len(leaves), TILE):
            blob = self._repository.write("blob", b"".join(leaves[at : at + TILE]))
            nodes.append(trees.Node(_name(at // TILE), b"100644", blob))
        return self._repository.write("tree", trees.serialise(nodes))


def _name(number: int) -> bytes:
    return b"%08d" % number
