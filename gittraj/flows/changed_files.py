"""The files that a commit changed, as replay takes them: its changes go in; contents, old names and other parents' versions come out."""

from collections.abc import Callable, Iterable, Iterator

from gittraj.model.commit import Change, Commit
from gittraj.replay.compare import Changed
from gittraj.replay.engine import Replay
from gittraj.replay.spans import Span
from gittraj.replay.steps import Blob
from gittraj.store import difference
from gittraj.store.snapshots import Snapshots
from gittraj.store.trees import GITLINK


def tree(snapshots: Snapshots, oid: str) -> Callable[[str], Blob | None]:
    """A function that gives the file at a path of the tree ("": the empty one)."""
    entry, content = snapshots.entry, snapshots.blob

    def read(path: str) -> Blob | None:
        blob, mode = (entry(oid, path) if oid else None) or ("", 0)
        data = content(blob) if blob and mode != GITLINK else None
        return None if data is None else Blob(data, mode, blob)

    return read


def spare_reading(snapshots: Snapshots, engine: Replay, changes: Iterable[Change]) -> None:
    """What replay made of a file is what the commit has of it where git gives it the same id: then the blob need not be read."""
    for change in changes:
        file = engine.files.loaded.get(change.path)
        if file is not None and file.steps and change.new and file.now.content is not None:
            snapshots.take(change.new, file.now.content)


def changed(snapshots: Snapshots, commit: Commit, changes: list[Change]) -> Iterator[Changed]:
    """Each file of `changes`, a renamed one once. Raises `StoreError`."""
    renamed = difference.renames(snapshots.repository, commit.id, changes)
    by_path = {change.path: change for change in changes} if renamed else {}
    gone = set(renamed.values())
    others = [snapshots.commit(parent).tree for parent in commit.parents[1:]]
    readers = [snapshots.reader(each) for each in others]
    for change in changes:
        if change.path in gone and not change.new:
            continue
        source = by_path[renamed[change.path]] if change.path in renamed else change
        yield Changed(
            change.path,
            source.path,
            snapshots.blob(source.old) if source.old else None,
            snapshots.blob(change.new) if change.new else None,
            source.old_mode,
            change.new_mode,
            tuple(found[0] if (found := read(change.path)) else None for read in readers),
        )


def diff(old: bytes, new: bytes) -> list[Span]:
    """The ranges of lines that differ, as git's default diff tells them."""
    return [Span(*hunk) for hunk in difference.hunks(old, new)]
