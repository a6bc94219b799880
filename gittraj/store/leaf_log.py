"""An append-only log in a ref: leaf hashes go in, each gets its place for good; all of them, in order, come out.

The tree of the ref's commit holds tiles of `TILE` hashes, so that one more leaf rewrites 32 KiB at most, whatever the log holds.
"""

from collections.abc import Sequence

from gittraj.errors import StoreError
from gittraj.store import trees
from gittraj.store.notes_commit import write_commit
from gittraj.store.refs import ATTEMPTS, Ref
from gittraj.store.repository import Repository

REF = "refs/gittraj/log"
TILE = 1024  # leaves
_HASH = 32  # bytes


class LeafLog:
    """The log of one ref. Every method raises `StoreError`; `append` raises `RefRaceError` where others win too often."""

    def __init__(self, repository: Repository, ref: str = REF) -> None:
        self._repository = repository
        self._ref = Ref(repository.backend, repository.common_dir, ref)

    def leaves(self) -> list[bytes]:
        """The leaf hashes in their order; [] where there is no log."""
        return self._read(self._ref.read())

    def append(self, leaves: Sequence[bytes], *, message: str) -> list[bytes]:
        """Add those that are not in the log yet, in order; all leaves afterwards."""
        with self._ref.alone():
            for attempt in range(ATTEMPTS):
                tip = self._ref.read()
                before = self._read(tip)
                there = set(before)
                after = before + [leaf for leaf in dict.fromkeys(leaves) if leaf not in there]
                if len(after) == len(before):
                    return before
                tree = self._write(tip, len(before), after)
                new = write_commit(self._repository, tree, [tip] if tip else [], message)
                if self._ref.move(tip, new, f"log: {message}"):
                    return after
                self._ref.pause(attempt)
            raise self._ref.lost()

    def _read(self, tip: str) -> list[bytes]:
        found: list[bytes] = []
        for number, node in enumerate(self._tiles(tip)):
            data = self._repository.blob(node.id, fetch=True)
            whole = len(data) == TILE * _HASH
            if node.name != _name(number) or len(data) % _HASH or len(data) > TILE * _HASH or len(found) % TILE:
                raise StoreError(
                    "the log of receipts is damaged: its tiles do not follow each other",
                    hint="git log refs/gittraj/log",
                )
            found += [data[at : at + _HASH] for at in range(0, len(data), _HASH)]
            if not whole and not data:
                raise StoreError("the log of receipts is damaged: an empty tile", hint="git log refs/gittraj/log")
        return found

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
