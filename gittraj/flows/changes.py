"""The lines that commits change: a commit goes in, its files with both contents and their differing lines come out, kept for the next question."""

from collections import OrderedDict

from gittraj.errors import StoreError
from gittraj.history.change import HUNK, FileChange, digest
from gittraj.model.commit import Change, Commit
from gittraj.store import difference, trees
from gittraj.store.repository import Repository
from gittraj.store.snapshots import Snapshots

_KEPT = 128  # commits whose changes are kept: those that a squash is held against


class Changes:
    """Changes of one repository's commits against their first parents."""

    def __init__(self, repository: Repository, snapshots: Snapshots | None = None) -> None:
        self.repository = repository
        self.snapshots = snapshots or Snapshots(repository)
        self._raw: OrderedDict[str, list[FileChange]] = OrderedDict()
        self._paired: OrderedDict[str, list[FileChange]] = OrderedDict()
        self._digests: dict[str, str] = {}

    def raw(self, commit: Commit) -> list[FileChange]:
        """Every changed path by itself, renames not followed. Raises `StoreError` where an object is not here."""
        found = self._raw.get(commit.id)
        if found is None:
            found = [self._file(change, change) for change in self.snapshots.changes(commit)]
            _keep(self._raw, commit.id, found)
        return found

    def paired(self, commit: Commit) -> list[FileChange]:
        """As `git diff` shows them: what was renamed is one file. Raises `StoreError`."""
        found = self._paired.get(commit.id)
        if found is None:
            found = self._pair(commit)
            _keep(self._paired, commit.id, found)
        return found

    def digest(self, commit: Commit) -> str:
        """The digest of the change (`history.change.digest`); "" where nothing is changed. Raises `StoreError`."""
        if commit.id not in self._digests:
            self._digests[commit.id] = digest(self.raw(commit))
        return self._digests[commit.id]

    def _pair(self, commit: Commit) -> list[FileChange]:
        raw = self.raw(commit)
        changes = self.snapshots.changes(commit)
        renamed = difference.renames(self.repository, commit.id, changes)
        if not renamed:
            return raw
        by_path = {change.path: change for change in changes}
        gone = set(renamed.values())
        return [
            self._file(by_path[renamed[file.path]], by_path[file.path]) if file.path in renamed else file
            for file in raw
            if not (file.path in gone and not file.new_id)
        ]

    def _file(self, source: Change, target: Change) -> FileChange:
        links = trees.GITLINK in (source.old_mode, target.new_mode)
        old = None if links or not source.old else self._blob(source.old)
        new = None if links or not target.new else self._blob(target.new)
        opaque = links or b"\0" in (old or b"")[:8000] or b"\0" in (new or b"")[:8000]  # git's own test for binary
        return FileChange(
            target.path,
            None if opaque else old,
            None if opaque else new,
            source.old,
            target.new,
            source.old_mode,
            target.new_mode,
            () if opaque else hunks(old, new),
            opaque,
            source.path if source.path != target.path else "",
        )

    def _blob(self, oid: str) -> bytes:
        found = self.snapshots.blob(oid)
        if found is None:
            raise StoreError(f"object {oid} is not in this repository", hint="git fetch --refetch in a partial clone")
        return found


def hunks(old: bytes | None, new: bytes | None) -> list[HUNK]:
    """The differing ranges of lines as git pairs them; a file that is not there has no lines."""
    if old and new:
        return [] if old == new else difference.hunks(old, new)
    before, after = (each.count(b"\n") + (bool(each) and not each.endswith(b"\n")) for each in (old or b"", new or b""))
    return [(0, before, 0, after)] if before or after else []


def _keep(memory: OrderedDict[str, list[FileChange]], key: str, value: list[FileChange]) -> None:
    memory[key] = value
    if len(memory) > _KEPT:
        memory.popitem(last=False)
