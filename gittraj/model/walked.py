"""What is kept of the walk through history, commit by commit: the words that store and flows share."""

from typing import NamedTuple

import msgspec

Home = tuple[int, int, int]  # where a version of a file is kept: path, commit, number among the commit's steps
Changes = tuple[tuple[str, Home | None, Home | None], ...]  # paths whose version became another, with both


class WalkedCommit(msgspec.Struct, array_like=True, frozen=True):
    """`first`: the place of its first parent, -1 for none. `main`: the last commit is reached from it by first parents alone.

    `told`: something was said of it, at `time` (seconds); `merge`: and of what its other parents have. `digest`: what the index tells of it, "" where
    nothing. `hole`: objects were missing. `nodes`, `edits`, `lines`: how many there are after it.
    """

    id: str
    first: int
    main: bool
    told: bool
    merge: bool
    time: int
    digest: str
    hole: bool
    nodes: int
    edits: int
    lines: int


class Walk(NamedTuple):
    """Rows to be written: `start`: the place of the first of `commits`; what was behind it is dropped. `changes`: of each of them.

    `steps`: by home; `told`: (path, place) → edits; `links`: (place, path, path) that belong together; `paths`: numbers of new ones; `tips`: path →
    the version that the last commit has. `traced`: how many commits have trails, from the first on.
    """

    start: int
    commits: list[WalkedCommit]
    changes: list[Changes]
    steps: list[tuple[int, int, int, bytes]]
    told: list[tuple[int, int, bytes]]
    links: list[tuple[int, int, int]]
    paths: dict[str, int]
    tips: dict[str, Home]
    traced: int
