"""Where a session lies: what an agent's `locate` found goes in, a small plain object goes out.

A plain class, not a struct: the hook's fast path makes these at every commit and must not pay for msgspec (24 ms).
"""


class Location:
    """One session on disk, not opened yet.

    `agent`: name in the registry. `path`: the file, database or folder. `session`: the id, "" where only reading tells.
    `size`, `mtime`: bytes and seconds since the epoch, of what changes when the session goes on.
    `near`: how the session's working directory lies to the worktree: "same", "inside" (a sub-directory of the worktree),
    "parent" (the agent was started above the worktree), "elsewhere" (found only because the environment names the session: it was
    started in another worktree) or "unknown" (only reading tells).
    """

    __slots__ = ("agent", "mtime", "near", "path", "session", "size")

    def __init__(self, agent: str, path: str, session: str, size: int, mtime: float, near: str) -> None:
        self.agent = agent
        self.path = path
        self.session = session
        self.size = size
        self.mtime = mtime
        self.near = near

    def __repr__(self) -> str:
        return f"Location({self.agent!r}, {self.path!r}, {self.session!r}, {self.size}, {self.near!r})"
