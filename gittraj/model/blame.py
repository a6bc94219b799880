"""A line of a file with where it came from, as git tells it, and what the traces say of it."""

from typing import Any

import msgspec


class Source(msgspec.Struct, frozen=True):
    """The commit and the path there that lines came from. `commit`: "" for lines that are not committed yet.

    `time`: the author's, seconds since the epoch; `zone`: ``±HHMM``. `boundary`: git looked no further back.
    """

    commit: str
    path: str
    author: str = ""
    time: int = 0
    zone: str = "+0000"
    summary: str = ""
    boundary: bool = False


class BlamedLine(msgspec.Struct, frozen=True):
    """`line` of the file, which was line `source_line` of `source.path` in `source.commit`; both from 1.

    `header`: the lines that git's porcelain format has for it, as bytes.
    """

    line: int
    source_line: int
    source: Source
    content: bytes
    header: tuple[bytes, ...] = ()


class Evidence(msgspec.Struct, frozen=True):
    """What the traces say of a line. `kind`: one of `model.report.CLASSES`. `traced`: its commit has a record that was replayed.

    `entry`: place in the session; `turn`: number of the prompt in the session, from 1; -1 unknown. `trusted`: whether the
    record's signer is trusted by whoever asks.
    """

    kind: str = "unexplained"
    traced: bool = False
    agent: str = ""
    model: str = ""
    session: str = ""
    entry: int = -1
    turn: int = -1
    trusted: bool = False


class Blame(msgspec.Struct, frozen=True):
    """A file's lines, each with its evidence. `rev`: the commit asked for, "" for the worktree.

    `prompts`: (session, turn) → what the prompt's entry holds as its content, where it was asked for.
    """

    file: str
    rev: str
    lines: tuple[tuple[BlamedLine, Evidence], ...]
    prompts: dict[tuple[str, int], Any] = {}
