"""The way between commits where it is a straight one: a commit and what was walked before go in, what certainly lies in its history comes out.

git is asked for a whole history in time that grows with it; where a few commits were added to one that is known, they are all there is to read.
"""

from collections.abc import Sequence

from gittraj.errors import IndexUnusableError, StoreError
from gittraj.flows.wiring import House
from gittraj.model.walked import WalkedCommit
from gittraj.store import reach, walk_file

_FEW = 20  # commits: git is not asked for them


def straight(house: House, commit: str, last: str) -> list[tuple[str, list[str]]] | None:
    """(commit, its parents) of what lies between, oldest first, where that is a few commits with one parent each; else None."""
    found: list[tuple[str, list[str]]] = []
    try:
        while commit != last and len(found) < _FEW:
            parents = house.repository.commit(commit).parents
            if len(parents) != 1:
                return None
            found.append((commit, list(parents)))
            commit = parents[0]
    except StoreError:
        return None
    return found[::-1] if commit == last else None


def reached(house: House, commit: str, kept: Sequence[WalkedCommit]) -> set[str]:
    """Commits that are known to be in the history of `commit`: all of a walk that was kept, where it goes straight on from there; else none."""
    way = straight(house, commit, kept[-1].id) if kept and kept[-1].main else None
    return set() if way is None else {one.id for one in kept}.union(name for name, _ in way)


def reached_by_walk(house: House, commit: str) -> set[str]:
    """The same by the walk that this repository keeps. Raises `StoreError`."""
    try:
        file = walk_file.reading(house.repository.common_dir)
        if file is None:
            return set()
        with file:
            return reached(house, commit, file.commits() if file.state()[0] == reach.end(house.notes) else [])
    except IndexUnusableError:  # somebody writes just now, or it is damaged: whoever walks will see to it
        return set()
