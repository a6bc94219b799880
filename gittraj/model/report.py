"""What the flows hand to the command line: one report per user intent, data only, nothing rendered."""

import msgspec

from gittraj.model.carried import Carried
from gittraj.model.commit import Commit
from gittraj.model.completeness import Completeness
from gittraj.model.edit import Edit, Trail
from gittraj.model.ran import RanCommand
from gittraj.model.states import Verified
from gittraj.model.verdict import Check


class Attached(msgspec.Struct, frozen=True):
    """One segment that became a statement (or waits for its signature: `waiting` says why, `remedy` what to type)."""

    commit: str
    agent: str
    session: str
    seq: int
    entries: int
    body_bytes: int
    redactions: int
    public: int
    unknown: int
    waiting: str = ""
    remedy: str = ""
    path: str = ""


class AttachReport(msgspec.Struct, frozen=True):
    """What `attach` did: `attached` in order; `skipped`: sessions looked at and left, with the reason (path, reason)."""

    attached: tuple[Attached, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()


class NoteDamage(msgspec.Struct, frozen=True):
    """Bytes of a note that are no readable item, or an item that no statement names.

    `order`: nothing is wrong with the items themselves, but neither git nor git traj puts them there like this.
    """

    start: int
    end: int
    reason: str
    order: bool = False


class Finding(msgspec.Struct, frozen=True):
    """One thing `doctor` looked at. `level`: "ok", "note", "warning" or "problem"; `hint`: the command that mends it."""

    level: str
    what: str
    why: str = ""
    hint: str = ""


class Step(msgspec.Struct, frozen=True):
    """One thing `init` or `deinit` did (or found done): `what`, and `hint` where the user must add something by hand."""

    what: str
    done: bool = True
    hint: str = ""


class KeyLine(msgspec.Struct, frozen=True):
    """One key of `git traj keys`: who it speaks for, where it comes from, whether this machine can sign with it."""

    principal: str
    fingerprint: str
    type: str
    source: str
    role: str
    usable: str = ""


CLASSES = ("agent", "shell", "human", "formatter", "merge", "unexplained")  # of evidence (design §8)


class Lines(msgspec.Struct, frozen=True):
    """A number of lines of git's default diff."""

    added: int = 0
    removed: int = 0


class LineRange(msgspec.Struct, frozen=True):
    """Lines `start` to `end` (1-based, inclusive, of the new file) that one thing made. `entry`, `turn`: places in the session, -1 unknown."""

    start: int
    end: int
    kind: str
    session: str = ""
    entry: int = -1
    turn: int = -1


class Difference(msgspec.Struct, frozen=True):
    """The first place where replay and commit differ: `line` of the committed file (1-based) and the lines of both, as bytes."""

    line: int
    replayed: tuple[bytes, ...]
    committed: tuple[bytes, ...]


class ReplayedFile(msgspec.Struct, frozen=True):
    """One file of a commit, or one that a trace names outside of the repository (`status` "outside_repo").

    `status`: match | mismatch | unverifiable | outside_repo | untraced. `grade`: state | diff | operation | fuzzy | none, of the
    weakest evidence. `cause`: shell | formatter | external | redacted | cut | no_transcript | unknown, "" for none. `coverage`:
    class → lines, all of `CLASSES`. `old_path`: where a rename came from. `unexplained`: ranges of added lines nothing explains.
    """

    path: str
    status: str
    grade: str = "none"
    cause: str = ""
    reason: str = ""
    coverage: dict[str, Lines] = {}
    ranges: tuple[LineRange, ...] = ()
    old_path: str = ""
    difference: Difference | None = None
    hints: tuple[str, ...] = ()
    steps: int = 0
    removals: tuple[LineRange, ...] = ()


class ReplayedSegment(msgspec.Struct, frozen=True):
    """A segment that was replayed: the place in its session, who ran it, when.

    `start`, `end`: times of its first and last entry, seconds since the epoch, 0.0 unknown; `began`: the session's start as its record
    says, RFC 3339. `prompts`: how many it holds. `first`, `entries`: position of its first entry in the session, and how many. `kid` (hex), `issuer`, `issued_at`: who signed it; trust is asked for when it is told.
    """

    session: str
    seq: int
    agent: str
    model: str
    start: float
    end: float
    began: str
    prompts: int
    first: int
    entries: int
    kid: str = ""
    issuer: str = ""
    issued_at: int | None = None


class ReplayedCommit(msgspec.Struct, frozen=True):
    """`status`: reproducible | partial | not_reproducible | no_operations | no_trace. `notes`: what was left out of account, and why.

    `edits`, `trails`, `segments`: what recorded actions did, and of which segments, where that was asked for.
    `commands`: those run again where that was asked for, in the recorded order.
    """

    commit: Commit
    status: str
    files: tuple[ReplayedFile, ...] = ()
    coverage: dict[str, Lines] = {}
    operations: int = 0
    notes: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    trails: tuple[Trail, ...] = ()
    segments: tuple[ReplayedSegment, ...] = ()
    commands: tuple[RanCommand, ...] = ()


class Shown(msgspec.Struct, frozen=True):
    """One commit with its statements, each verified; empty `statements` where the commit has no note. `replayed`: None where nothing could be."""

    commit: Commit
    branch: str
    statements: tuple[Verified, ...]
    damage: tuple[NoteDamage, ...] = ()
    note: bytes = b""
    replayed: ReplayedCommit | None = None
    carried: Carried | None = None


class LogLine(msgspec.Struct, frozen=True):
    """One commit of `git traj log`. `steps`: tool calls, children included. `added`/`removed`: lines of git's default diff; None where objects are missing.

    `coverage`: class of evidence → lines, empty for a commit without trace. `replay`: the status of replay, "" where there was none.
    `imported`: the tools that statements were taken from.
    """

    commit: Commit
    statements: int
    agents: tuple[str, ...]
    agent_versions: tuple[str, ...]
    models: tuple[str, ...]
    sessions: tuple[str, ...]
    steps: int
    added: int | None
    removed: int | None
    verdict: str
    coverage: dict[str, Lines] = {}
    replay: str = ""
    imported: tuple[str, ...] = ()


class CommitVerdict(msgspec.Struct, frozen=True):
    """`status`: verified | carried | exempt | missing | untrusted | failed (design §11); `reason`: one line where not verified.

    `carried`: what the commit has from records that were signed for others.
    `checks`: what replay adds about the commit as a whole, `edits`, `coverage` and `attribution`; empty where nothing was replayed.
    """

    commit: Commit
    status: str
    statements: tuple[Verified, ...]
    damage: tuple[NoteDamage, ...] = ()
    reason: str = ""
    checks: tuple[Check, ...] = ()
    coverage: dict[str, Lines] = {}
    carried: Carried | None = None


class PolicySource(msgspec.Struct, frozen=True):
    """Where the policy of a verdict stands. `blob`: the id of its file, "" for the default rule; `rules`: in plain words.

    `trust`: the lists of trusted keys that count, as (name, id of the blob with that content, number of keys).
    """

    ref: str = ""
    commit: str = ""
    blob: str = ""
    rules: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    trust: tuple[tuple[str, str, int], ...] = ()


class Explanation(msgspec.Struct, frozen=True):
    """Why a commit stands as it does: its verdict, whether it needs a trace, and what each rule says, as checks."""

    verdict: CommitVerdict
    policy: PolicySource
    needed: bool
    why: str
    rules: tuple[Check, ...] = ()


class VerifyReport(msgspec.Struct, frozen=True):
    """`ok` is False as soon as one commit falls short, or something is missing. `policy`: what the verdicts were made by."""

    ok: bool
    commits: tuple[CommitVerdict, ...]
    completeness: Completeness = Completeness()
    policy: PolicySource = PolicySource()


class ReplayReport(msgspec.Struct, frozen=True):
    """`ok`: every commit that has a trace is reproducible, and one asked for by name has one."""

    ok: bool
    commits: tuple[ReplayedCommit, ...]


class Imported(msgspec.Struct, frozen=True):
    """One statement taken from another tool. `kind`: "record" or "attribution". `origin`: the checkpoint or note it was taken from.

    `evidence`: what ties it to the commit: "trailer" (the commit's message names it) or "note" (an unsigned note of that tool).
    """

    commit: str
    kind: str
    agent: str
    session: str
    evidence: str
    origin: str
    seq: int = 0
    entries: int = 0
    body_bytes: int = 0
    redactions: int = 0
    files: int = 0
    lines: int = 0


class ImportReport(msgspec.Struct, frozen=True):
    """What `import` did (or, with `dry_run`, would do). `already`: statements found in the notes. `skipped`: (what, why)."""

    source: str
    place: str
    imported: tuple[Imported, ...] = ()
    already: int = 0
    skipped: tuple[tuple[str, str], ...] = ()
    dry_run: bool = False
