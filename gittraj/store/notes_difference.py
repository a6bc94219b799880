"""What changed in the notes: two trees of a notes ref go in, the commits whose notes differ come out."""

from gittraj.errors import StoreError
from gittraj.store import notes_tree, trees
from gittraj.store.notes import NoteStore

_HEX = frozenset("0123456789abcdef")


def tree_of(notes: NoteStore) -> str:
    """The tree that the ref holds now, "" where there are no notes. Raises `StoreError`."""
    tip = notes.tip()
    return notes.repository.commit(tip).tree if tip else ""


def keys(notes: NoteStore, tree: str) -> dict[str, str]:
    """Commit → its note in `tree` as the ids of its blobs joined by "+" (one, but for a mixed fan-out). Raises `StoreError`."""
    found: dict[str, str] = {}
    if tree:
        for commit, blob in notes_tree.walk(notes.repository.tree_bytes, tree, notes.width):
            key = commit.lower()
            found[key] = _joined([*found[key].split("+"), blob]) if key in found else blob
    return found


def changed(notes: NoteStore, old: str, new: str) -> dict[str, str] | None:
    """Commit → note in `new` ("" where it has none any more) of all whose place in the tree differs from `old`; None without `old`.

    A note that git only moved to another depth is among them. Raises `StoreError`.
    """
    read = notes.repository.tree_bytes
    if old and not notes.repository.has_object(old):  # pruned after a forced fetch
        return None
    commits: dict[str, None] = {}
    try:
        for change in trees.changes(read, old, new):
            commit = change.path.replace("/", "").lower()
            if len(commit) == notes.width and _HEX.issuperset(commit):
                commits[commit] = None
    except StoreError:
        return None
    return {commit: _joined(notes_tree.lookup(read, new, commit)) if new else "" for commit in commits}


def _joined(blobs: list[str]) -> str:
    return "+".join(sorted(blobs))
