"""Questions about content that git answers best: a commit and a value go in, whether it is tracked, how it differs, how many lines, comes out."""

from collections.abc import Iterator

import pygit2

from gittraj.errors import StoreError
from gittraj.store import difference, trees
from gittraj.store.notes import NoteStore
from gittraj.store.repository import Repository


def holds(repository: Repository, commit: str, value: bytes) -> bool:
    """Whether `value` stands, as it is, in a file that `commit` tracks.

    Asked through standard input, so that the value (maybe a secret) is never seen in a list of processes. A value with a line
    end is looked for in the files that the commit changes, because git searches line by line.
    """
    if not value or b"\0" in value:
        return False
    if b"\n" in value:
        return any(
            value in repository.blob(change.new) for change in repository.changes(commit) if _file(change.new_mode)
        )
    code, _ = repository.git.call(
        ["grep", "--quiet", "--fixed-strings", "--text", "-f", "-", commit], data=value + b"\n", ok=(0, 1)
    )
    return code == 0


def patch_between(old: bytes | None, new: bytes) -> str:
    """A unified patch (git's, no file names' worth) that makes `new` of `old`; a file that was not there is empty."""
    patch = pygit2.Patch.create_from(old or b"", new, context_lines=3)
    return patch.data.decode("utf-8", "surrogateescape")


def line_counts(repository: Repository, commit: str) -> tuple[int, int]:
    """(added, removed) lines of git's default diff against the first parent; a binary file counts as one of each side it has.

    Raises `StoreError`.
    """
    added = removed = 0
    changes = repository.changes(commit)
    renamed = difference.renames(repository, commit, changes)
    sources = {change.path: change for change in changes}
    gone = set(renamed.values())
    for change in changes:
        source = sources[renamed[change.path]] if change.path in renamed else change
        if source.old == change.new or (change.path in gone and not change.new):
            continue
        old = repository.blob(source.old) if _file(source.old_mode) else b""
        new = repository.blob(change.new) if _file(change.new_mode) else b""
        if b"\0" in old[:8000] or b"\0" in new[:8000]:  # git's own test for binary
            added, removed = added + bool(change.new), removed + bool(source.old)
            continue
        if not old or not new:  # what a clean checkout of a whole file costs is a count, not a diff
            added, removed = added + _lines(new), removed + _lines(old)
            continue
        _, plus, minus = pygit2.Patch.create_from(old, new).line_stats
        added, removed = added + plus, removed + minus
    return added, removed


def notes_changed(notes: NoteStore, since: str, tip: str) -> Iterator[bytes]:
    """Every note that is in the notes commit `tip` and is not, or is other, in `since` ("": none). Raises `StoreError`."""
    repository = notes.repository
    old = ""
    if since:
        try:
            old = repository.commit(since).tree
        except StoreError:  # pruned after a forced fetch: then everything is new to us
            old = ""
    new = repository.commit(tip).tree if tip else ""
    if new:
        for change in trees.changes(repository.tree_bytes, old, new):
            if change.new:
                yield repository.blob(change.new, fetch=True)


def _file(mode: int) -> bool:
    return mode not in (0, trees.GITLINK)


def _lines(data: bytes) -> int:
    return data.count(b"\n") + (bool(data) and not data.endswith(b"\n"))
