"""A commit and what it changes, as the store reads them from the repository."""

import msgspec


class Commit(msgspec.Struct, frozen=True):
    """Object ids are lower-case hex; times are seconds since the epoch with the zone's offset in minutes."""

    id: str
    tree: str
    parents: tuple[str, ...]
    author_name: str
    author_email: str
    author_time: int
    committer_name: str
    committer_email: str
    committer_time: int
    committer_offset: int
    message: str
    author_offset: int = 0

    @property
    def subject(self) -> str:
        """The first line of the message."""
        return self.message.split("\n", 1)[0]


SUBMODULE = 0o160000  # mode of a commit of another repository, whose id names no blob here


class Change(msgspec.Struct, frozen=True):
    """One path that a commit changes against its first parent (no rename detection: a move is a deletion and an addition).

    `old`, `new`: blob ids, "" where the path does not exist. `old_mode`, `new_mode`: as git writes them, 0 where absent.
    """

    path: str
    old: str
    new: str
    old_mode: int
    new_mode: int

    @property
    def is_submodule(self) -> bool:
        """Whether there is, or was, another repository at the path."""
        return SUBMODULE in (self.old_mode, self.new_mode)
