"""What a note gives to replay: a commit goes in, the segments of its good records come out, with what is left out and why."""

from typing import NamedTuple

from gittraj.agents import registry
from gittraj.codec import framing
from gittraj.errors import AgentError, SealError
from gittraj.flows.segments import Segment, segment_of
from gittraj.flows.statements import NoteRead
from gittraj.flows.told import told_of
from gittraj.flows.tracer import Tracer
from gittraj.model.commit import Commit
from gittraj.model.report import ReplayedSegment
from gittraj.model.states import Verified
from gittraj.replay import attribution
from gittraj.seal.statement import parse


class Traced(NamedTuple):
    """The segments of a commit that may be replayed; `notes`: what is left out or only claimed; `gaps`: why something is missing.

    `told`: a row about each segment, where it was asked for.
    """

    segments: list[Segment]
    notes: list[str]
    gaps: str
    told: tuple[ReplayedSegment, ...] = ()


class Traces:
    """Reads the notes of commits for replay. `unchecked`: statements whose checks fail count, too. `many`: list all notes once. `tell`: with a row for each."""

    def __init__(self, tracer: Tracer, *, unchecked: bool = False, many: bool = False, tell: bool = False) -> None:
        house = tracer.house
        self._tracer = tracer
        self._house = house
        self._repository = house.repository
        self._unchecked = unchecked
        self._tell = tell
        self._noted: dict[str, list[str]] | None = None
        if many:
            self._noted = {}
            for commit, blob in house.notes.list():
                self._noted.setdefault(commit, []).append(blob)

    def has(self, commit: str) -> bool:
        """Whether the commit has a note."""
        return self._house.notes.has(commit) if self._noted is None else commit in self._noted

    def may_hold(self, commit: str, session: str, seq: int) -> bool:
        """Whether a record of this segment may be in the commit's note, as far as its statements say without being verified. Raises `StoreError`."""
        note = self._note(commit) if self.has(commit) else None
        for item in framing.read(note).items if note is not None else ():
            if item.kind != "statement":
                continue
            try:
                anchor = parse(item.raw).anchor
            except SealError:
                continue
            if anchor is None or (anchor.session_id, anchor.seq) == (session, seq):
                return True
        return False

    def read(self, commit: Commit, *, noted: bool = False) -> NoteRead | None:
        """The trace of `commit`, verified and bound; None where it has none. `noted`: only by its own note. Raises `StoreError`."""
        note = self._note(commit.id)
        return None if note is None and noted else self._tracer.read_note(commit, note)

    def of(self, commit: Commit, read: NoteRead) -> Traced:
        """The segments of `commit`, those of one session in order, from its trace."""
        found: list[tuple[str, int, int, Segment]] = []
        told: list[tuple[str, int, int, ReplayedSegment]] = []
        notes: list[str] = []
        gaps = ""
        for number, verified in enumerate(read.statements):
            anchor = verified.statement.anchor
            if anchor is not None and anchor.kind != "record":
                continue
            reason = self._refused(verified)
            if reason:
                notes.append(f"statement {number + 1} is not replayed: {reason}")
                gaps = gaps or reason
                continue
            if not verified.trusted:
                notes.append(f"statement {number + 1}: its signer {verified.principal} is not trusted")
            try:
                record = verified.record or {}
                agent = registry.by_name(str(record["session"]["agent-meta"].get("cli-name")))
                segment = segment_of(record, anchor.seq if anchor else 0, agent)
                if anchor is not None and anchor.commit != commit.id:
                    made = self._tracer.origins.here(anchor.commit)
                    wrote = None if made else attribution.wrote(record)
                    segment = segment._replace(made=made, moved=True, wrote=wrote)
            except (AgentError, KeyError, TypeError, AttributeError) as error:
                notes.append(f"statement {number + 1} is not replayed: {error}")
                gaps = gaps or "a record of this commit is not understood"
                continue
            found.append((segment.session, segment.seq, number, segment))
            if self._tell:
                told.append((segment.session, segment.seq, number, told_of(segment, record, verified.statement)))
        found.sort(key=lambda item: item[:3])
        told.sort(key=lambda item: item[:3])
        return Traced([segment for *_, segment in found], notes, gaps, tuple(row for *_, row in told))

    def _note(self, commit: str) -> bytes | None:
        if self._noted is None:
            return self._house.notes.read(commit)
        blobs = self._noted.get(commit)
        return b"\n".join(self._repository.blob(blob) for blob in blobs) if blobs else None

    def _refused(self, verified: Verified) -> str:
        """Why a statement is not replayed, "" if it is."""
        if verified.record is None:
            body = next((check.detail for check in verified.checks if check.name == "body"), "")
            return body or "its record is not at hand"
        failed = [check for check in verified.checks if check.result == "fail" and check.name != "signer"]
        return f"{failed[0].name}: {failed[0].detail}" if failed and not self._unchecked else ""
