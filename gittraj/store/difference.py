"""Git's default diff: contents go in, the ranges of lines that differ come out; a commit goes in, its renames come out."""

import pygit2
from pygit2.enums import DiffOption

from gittraj.model.commit import Change
from gittraj.store import trees
from gittraj.store.one_change import one_change
from gittraj.store.repository import Repository

_FLAGS = DiffOption.INDENT_HEURISTIC | DiffOption.FORCE_TEXT  # the heuristic is git's default, not libgit2's


def hunks(old: bytes, new: bytes) -> list[tuple[int, int, int, int]]:
    """(old start, old end, new start, new end) of each differing range of lines, 0-based and half open, as `git diff` pairs them."""
    one = one_change(old, new)
    return asked(old, new) if one is None else [one]


def asked(old: bytes, new: bytes) -> list[tuple[int, int, int, int]]:
    """As `hunks`, always by libgit2."""
    found = []
    patch = pygit2.Patch.create_from(old, new, context_lines=0, interhunk_lines=0, flag=_FLAGS)
    for hunk in patch.hunks:
        old_start = hunk.old_start - bool(hunk.old_lines)  # a range without lines is told by the line before it
        new_start = hunk.new_start - bool(hunk.new_lines)
        found.append((old_start, old_start + hunk.old_lines, new_start, new_start + hunk.new_lines))
    return found


def renames(repository: Repository, commit: str, changes: list[Change]) -> dict[str, str]:
    """New path → old path of the files that `git diff` shows as renamed between the commit and its first parent.

    Git is asked only where something went and something came. Raises `StoreError`.
    """
    gone = [change for change in changes if not change.new]
    came = [change for change in changes if not change.old and change.new_mode != trees.GITLINK]
    if not gone or not came:
        return {}
    options = ["--no-commit-id", "--root", "-r", "-z", "-M", "--diff-filter=R", "--name-status", "--no-ext-diff"]
    parent = repository.commit(commit).parents[0]
    words = repository.git.run(["diff-tree", *options, parent, commit]).split(b"\0")
    found: dict[str, str] = {}
    rest = iter(words)
    for status in rest:
        if status.startswith(b"R"):
            old, new = next(rest, b""), next(rest, b"")
            found[trees.text(new)] = trees.text(old)
    return found
