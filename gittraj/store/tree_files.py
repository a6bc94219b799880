"""All files of a tree: a tree id goes in, paths with their blob ids come out."""

from collections.abc import Iterator

from gittraj.errors import StoreError
from gittraj.store import trees
from gittraj.store.repository import Repository


def tree_files(repository: Repository, tree: str) -> Iterator[tuple[str, str]]:
    """(path, blob id) of every regular file below `tree`, in git's order. Raises `StoreError`."""
    waiting = [("", tree)]
    while waiting:
        prefix, at = waiting.pop()
        if prefix.count("/") > trees.DEPTH_LIMIT:
            raise StoreError(f"directories lie more than {trees.DEPTH_LIMIT} deep")
        below = []
        for node in trees.parse(repository.tree_bytes(at), len(at) // 2):
            path = prefix + trees.text(node.name)
            if node.is_tree:
                below.append((path + "/", node.id))
            elif node.kind & 0o170000 == 0o100000:
                yield path, node.id
        waiting.extend(reversed(below))
