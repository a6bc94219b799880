"""Whether the first entries of a tail agree with a commit: operations, shell writes and snapshots on one side, its changes on the other."""

import os

from gittraj.capture import evidence
from gittraj.flows.tail import Tail
from gittraj.flows.wiring import House, worktrees_of
from gittraj.model.commit import Commit
from gittraj.store.snapshots import Snapshots


def evidence_for(house: House, tail: Tail, commit: Commit, stop: int) -> set[str]:
    """The paths of `commit` that the first `stop` entries of `tail` plainly wrote; empty: the session has no part in it."""
    changes = {change.path: change for change in house.repository.changes(commit.id)}
    if not changes:
        return set()
    head = tail.reading.head
    cwd, worktrees = head.cwd or house.worktree, worktrees_of(house, head.cwd)
    if (
        head.cwd
        and os.path.basename(head.cwd) != os.path.basename(house.worktree)
        and not _related(head.cwd, house.worktree)
    ):
        worktrees = worktrees[:1]  # a session from elsewhere counts only where it names this worktree's own paths
    snapshots = Snapshots(house.repository)  # opens each tree once, however many operations there are

    def there(path: str) -> bool:
        return snapshots.has(commit.tree, path)

    files = {path: change for path, change in changes.items() if not change.is_submodule}
    found = evidence.agreeing(tail.operations(stop), files, house.repository.blob, cwd, worktrees, there)
    found |= evidence.named_in_snapshots(tail.entries[:stop], changes, cwd, worktrees)
    return found or evidence.written_by_shell(tail.commands(stop), changes, house.repository.blob)


def _related(cwd: str, worktree: str) -> bool:
    return worktree.startswith(cwd.rstrip(os.sep) + os.sep) or cwd.startswith(worktree + os.sep)
