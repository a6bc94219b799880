"""Commits made while a rebase stood still: remembered beside git's own state of it; at its end those come out that were rewritten once more.

A conflict within a chain of fixups is resolved in a commit that the next fixup replaces, and git's list of rewritten commits does not name it.
Light: the hook asks this, so nothing but `os` is imported. git removes the file with the rebase, also where that is given up.
"""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STATES = ("rebase-merge", "rebase-apply")
STOPPED = "stopped-sha"  # the commit that git stopped at, maybe abbreviated; gone before it picks the next one
_FILE = "gittraj-made"
_LIMIT = 1 << 20


def state_of(git_dir: str) -> "tuple[bool, bool]":
    """Whether a rebase is under way, and whether it had stopped (at a conflict, at an `edit`), so that somebody made this commit."""
    there = [path for name in STATES if os.path.isdir(path := os.path.join(git_dir, name))]
    return bool(there), any(os.path.exists(os.path.join(path, STOPPED)) for path in there)


def remember(git_dir: str, commit: str) -> None:
    """Keep that `commit` was made where the rebase has stopped; a directory that cannot be written goes without."""
    for path in (os.path.join(git_dir, name) for name in STATES):
        stopped = _read(os.path.join(path, STOPPED)).strip()
        if stopped and commit:
            try:
                with open(os.path.join(path, _FILE), "a", encoding="ascii", errors="replace") as file:
                    file.write(f"{commit} {stopped}\n")
            except OSError:
                pass


def made(git_dir: str, rewritten: "Mapping[str, Sequence[str]]") -> "dict[str, list[str]]":
    """New commits of which one of the old ones was stopped at, by git's list of those (new → old) → other commits made there."""
    rows = [row.split() for name in STATES for row in _read(os.path.join(git_dir, name, _FILE)).splitlines()]
    found: dict[str, list[str]] = {}
    for new, olds in rewritten.items():
        for row in rows:
            if len(row) == 2 and any(old.startswith(row[1]) for old in olds):
                found.setdefault(new, []).extend([row[0]] if row[0] != new else [])
    return found


def _read(path: str) -> str:
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read(_LIMIT)
    except OSError:
        return ""
