"""Purged histories: two notes commits go in; which of their histories goes on when they are united comes out.

A purge writes the notes anew without a parent, and counts itself in a file of the tree that is no note. A union with a history that saw
fewer purges must not link that history again: what was purged would be reachable once more.
"""

from collections.abc import Sequence

from gittraj.errors import StoreError
from gittraj.store.repository import Repository
from gittraj.store.trees import Node, parse, serialise

NAME = b"gittraj-purged"
_DIGITS = 9  # of the count; a file with more is none of ours


def generation(repository: Repository, tip: str) -> int:
    """How many purges the history of the notes commit `tip` ("": none) has seen. Raises `StoreError`."""
    return count(repository, repository.commit(tip).tree) if tip else 0


def parents(repository: Repository, ours: str, theirs: str) -> list[str]:
    """Which of two notes commits ("" for none) a union of them follows: both, or only the one that saw more purges. Raises `StoreError`."""
    if not ours or not theirs:
        return [one for one in (ours, theirs) if one]
    mine, other = generation(repository, ours), generation(repository, theirs)
    return [ours, theirs] if mine == other else [ours] if mine > other else [theirs]


def stamp(repository: Repository, tree: str, *tips: str) -> str:
    """`tree` with the highest count of these notes commits. Raises `StoreError`."""
    number = max((generation(repository, tip) for tip in tips), default=0)
    return tree if not number or count(repository, tree) == number else with_count(repository, tree, number)


def next_stamp(repository: Repository, tree: str) -> str:
    """`tree` with a count that is one higher. Raises `StoreError`."""
    return with_count(repository, tree, count(repository, tree) + 1)


def count(repository: Repository, tree: str) -> int:
    """How many purges the tree says ("": none). Raises `StoreError`."""
    if not tree:
        return 0
    node = next((node for node in _nodes(repository, tree) if node.name == NAME and not node.is_tree), None)
    if node is None:
        return 0
    try:
        text = repository.blob(node.id, fetch=True).strip()
    except StoreError:
        return 0
    return int(text) if text.isdigit() and len(text) <= _DIGITS else 0


def with_count(repository: Repository, tree: str, number: int) -> str:
    """`tree` that says this number of purges. Raises `StoreError`."""
    kept = [node for node in _nodes(repository, tree) if node.name != NAME] if tree else []
    blob = repository.write("blob", b"%d\n" % number)
    return repository.write("tree", serialise([*kept, Node(NAME, b"100644", blob)]))


def _nodes(repository: Repository, tree: str) -> Sequence[Node]:
    return parse(repository.tree_bytes(tree), 32 if repository.object_format == "sha256" else 20)
