"""What replay is fed: operations, shell commands and commits in between, each with its place in a session."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from gittraj.model.commit import Change
from gittraj.model.entry import Entry
from gittraj.model.operation import Observed


class Origin(NamedTuple):
    """What made a line. `kind`: the class of evidence (agent, shell, unexplained); `entry`, `turn`: positions in the session, -1 unknown."""

    kind: str
    session: str = ""
    entry: int = -1
    turn: int = -1


class Step(NamedTuple):
    """What one tool call did to one file, all or nothing. `path`, `to`: as git writes them, "" where outside of the repository.

    `named`: the path as the agent wrote it. `pre_blob`, `post_blob`: recorded blob ids of the text before and after (LF line
    ends). `before`: the bytes that the segment met when it began, where its base says so. `call`, `at`: the call's id and its time, as recorded.
    `wrote`: where it is replayed for another commit, and its own is gone: (lines, digest) of what that had of it.
    """

    observed: tuple[Observed, ...]
    path: str
    to: str
    named: str
    origin: Origin
    agent: str
    pre_blob: str = ""
    post_blob: str = ""
    before: bytes | None = None
    redacted: bool = False
    call: str = ""
    at: str = ""
    wrote: tuple[tuple[int, str], ...] | None = None


class Command(NamedTuple):
    """A shell command. `cwd`: absolute, as recorded. `root`: where the repository lay for it. `code`: what it ended with, None if it did not.

    `asked`, `answer`: the call and its result, in which it is the `part`-th command; for who runs it again.
    """

    text: str
    cwd: str
    root: str
    origin: Origin
    code: int | None = 0
    call: str = ""
    at: str = ""
    asked: Entry | None = None
    answer: Entry | None = None
    part: int = 0


class Noticed(NamedTuple):
    """The agent was told that something else had changed the file."""

    path: str


class Landing(NamedTuple):
    """A commit was made here."""

    commit: str
    changes: tuple[Change, ...]


class Kept(NamedTuple):
    """A file as a segment left it without committing it: what the next segment of the session goes on from.

    `lines[i]`: what made line i, or its place in the file that was committed last. `removed`: what removed lines of that file, by place.
    `last`, `moved`, `doubtful`, `proven`, `cause`, `reason`: as of a `File`; the doubtful lines by their places in that file, `unsure`: by those in this one.
    """

    content: bytes | None
    mode: int
    grade: str
    lines: tuple[Origin | int, ...]
    removed: tuple[tuple[int, Origin], ...] = ()
    last: Origin = Origin("unexplained")
    moved: Origin = Origin("unexplained")
    doubtful: frozenset[int] = frozenset()
    unsure: frozenset[int] = frozenset()
    proven: bool = False
    cause: str = ""
    reason: str = ""


class Restore(NamedTuple):
    """A segment begins here, with what the one before it left uncommitted."""

    files: dict[str, Kept]


class Blob(NamedTuple):
    """A file of a tree. `id`: of its blob, "" unknown."""

    content: bytes
    mode: int
    id: str = ""


Event = Step | Command | Noticed | Landing | Restore
Tree = Callable[[str], Blob | None]  # the file at a path of one commit
Listing = Callable[[str], Iterable[str] | None]  # names in a folder of that commit, folders with a slash at the end
Contents = Callable[[str], bytes | None]  # the bytes of a blob id, None where it is not at hand


def sequence(*lanes: Sequence[tuple[float, Event]]) -> list[Event]:
    """The events of several lanes, each in its own order, by time; at equal times in the order of the lanes."""
    keyed = []
    for number, lane in enumerate(lanes):
        latest = float("-inf")
        for place, (moment, event) in enumerate(lane):
            latest = max(latest, moment)
            keyed.append((latest, number, place, event))
    keyed.sort(key=lambda item: item[:3])
    return [event for *_, event in keyed]
