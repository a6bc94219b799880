"""One file in the course of a replay: its states with numbered lines, and what is known of how they came about."""

from gittraj.replay.lines import UNEXPLAINED

GRADES = ("state", "diff", "operation", "fuzzy", "none")  # strongest first (formats: evidence order)


class Version:
    """A state of one file: `lines[i]` is the ledger's number of line i. `id`: of its blob, "" where it is not known."""

    __slots__ = ("content", "id", "lines", "mode")

    def __init__(self, content: bytes | None, mode: int, numbers: list[int], oid: str = "") -> None:
        self.content = content
        self.id = oid
        self.mode = mode
        self.lines = numbers


class File:
    """A file as replay has it now.

    `committed`: as the last commit has it. `steps`: how many recorded actions changed it. `grade`: of the weakest evidence its
    content rests on. `cause`, `reason`: what went wrong on the way, if anything ("external", "redacted", "cut"). `seen`: how many
    uncertain commands had run when a record last proved the state of the file. `last`, `moved`: what changed it last, what moved
    it here. `proven`: a record proves its content up to the last recorded action. `noticed`: the agent was told of another's change.
    `unfit`: an action that is recorded as done did not fit. `doubtful`: lines of changes that somebody else's commit left out; see `beside`.
    """

    __slots__ = (
        "cause", "committed", "doubtful", "grade", "last", "moved", "noticed", "now", "proven", "reason", "seen", "steps", "unfit",
        "versions",
    )  # fmt: skip

    def __init__(self, now: Version) -> None:
        self.now = now
        self.committed = now
        self.versions: list[Version] = []
        self.doubtful: frozenset[int] = frozenset()
        self.steps = 0
        self.seen = 0
        self.proven = False
        self.noticed = False
        self.unfit = False
        self.grade = GRADES[0]
        self.last = UNEXPLAINED
        self.moved = UNEXPLAINED
        self.cause = ""
        self.reason = ""

    def blame(self, cause: str, reason: str) -> None:
        """Remember the first thing that went wrong."""
        if not self.cause:
            self.cause, self.reason = cause, reason

    def heal(self) -> None:
        """The whole content is known again, whatever went wrong before."""
        self.cause = self.reason = ""
        self.unfit = False
