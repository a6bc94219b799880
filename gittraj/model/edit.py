"""Edits as events, and what they did to the lines of a file: what replay hands to history.

A line has no name of its own. Inside one commit it is told by where it came from (`Run`): from the version before, or from one
touch. History numbers lines across commits; it needs nothing but these.
"""

import msgspec

BEFORE = -1  # as source of a run: the version that the commit's first parent has (of late touches: that the commit has)
UNSEEN = -2  # as source of a run: no recorded action made these lines
HASH = 8  # bytes by which a line's content is told from another's (BLAKE2b)

Run = tuple[int, int, int]  # (source, first line there, 0-based; number of lines); a source from 0 on is a touch
Span = tuple[int, int, int, int]  # (old start, old end, new start, new end), 0-based, half open


class Edit(msgspec.Struct, frozen=True):
    """One call of an agent's tool, or one shell command whose effect is certain, and what it changed in one file.

    `start_line` to `end_line`: first to last changed line, 1-based, inclusive, of the file right after the edit. Where only lines went away
    `end_line` is `start_line` - 1: the gap lies before line `start_line`. `spans`: every changed range, in lines of the file
    right before and right after. `file`: its path right after. `entry`: position in the session of the entry that tells the
    outcome; `call`: the call's id in the session, "" where the agent names none; `timestamp`: as the agent wrote it. `turn_index`: user turns up to
    it in its segment. `kind`: "agent" or "shell". `committed`: some of it is in `commit`; False: an attempt that was undone or
    written over before, or is still uncommitted after the record that tells of it.
    """

    file: str
    start_line: int
    end_line: int
    lines_added: int
    lines_removed: int
    turn_index: int
    entry: int
    timestamp: str
    session: str
    agent: str
    model: str
    commit: str
    call: str
    committed: bool
    spans: tuple[Span, ...]
    kind: str = "agent"

    @property
    def key(self) -> tuple[str, int, str, str, str]:
        """The same for an edit told again with a later commit, which took what the earlier left in the worktree."""
        return self.session, self.entry, self.call, self.file, self.kind


class Touch(msgspec.Struct, frozen=True, array_like=True):
    """What the edit number `edit` of a commit did in one place; -1: something unseen changed what edits had touched.

    `removed`: the lines it took away. `made`: how many it put there. `left`, `right`: the neighbours of the place, None at an end
    of the file. `before`, `after`: `HASH` bytes for each line removed and made. `texts`: both sides as bytes, only where asked for.
    """

    edit: int
    removed: tuple[Run, ...]
    made: int
    left: Run | None
    right: Run | None
    before: bytes
    after: bytes
    texts: tuple[bytes, bytes] | None = None


class Trail(msgspec.Struct, frozen=True, array_like=True):
    """The way of one file's lines from one version to the next.

    `file`, `old_file`: its path in each, "" where it is not there. `lines`: how many lines the old version has. `hunks`: git's
    default diff. `made`: where the new lines of all hunks come from, in order. `before`, `after`: `HASH` bytes for each line that
    the hunks remove and add. `touches`: what edits did on the way, in the order they happened. `late`: they happened after the
    commit, from its version on, and what they left is not committed with it; there are no hunks then.
    """

    file: str
    old_file: str
    lines: int
    hunks: tuple[Span, ...] = ()
    made: tuple[Run, ...] = ()
    before: bytes = b""
    after: bytes = b""
    touches: tuple[Touch, ...] = ()
    late: bool = False
