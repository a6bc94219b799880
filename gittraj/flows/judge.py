"""The judge of `git traj replay`: a commit goes in, the verdict on its edits with total coverage comes out.

It goes through commits one after the other and remembers what their sessions left uncommitted, so that each commit of a long
session costs only its own segment.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from gittraj.agents import registry
from gittraj.capture import commit_calls, cut
from gittraj.errors import StoreError
from gittraj.flows import edit_events, timeline
from gittraj.flows.base import base_commit
from gittraj.flows.carried import carried_over
from gittraj.flows.changed_files import changed, diff, spare_reading, tree
from gittraj.flows.conversions import Conversions
from gittraj.flows.leading import behind, leading_to
from gittraj.flows.retrace import with_edits
from gittraj.flows.segments import Segment
from gittraj.flows.statements import NoteRead
from gittraj.flows.timeline import Left, Timeline
from gittraj.flows.tracer import Tracer
from gittraj.flows.traces import Traced, Traces
from gittraj.flows.wiring import House, Keychain
from gittraj.model.anchor import Anchor
from gittraj.model.commit import Commit
from gittraj.model.edit import Edit, Trail
from gittraj.model.report import ReplayedCommit, ReplayedFile
from gittraj.model.states import Verified
from gittraj.replay.compare import judge, verdict
from gittraj.replay.coverage import total
from gittraj.replay.engine import Replay
from gittraj.replay.recorder import Recorder
from gittraj.replay.steps import Landing
from gittraj.replay.trails import Versions
from gittraj.store.snapshots import Snapshots

_BACK = 64  # earlier segments of a session that are replayed for what they left uncommitted
_SOURCES = 128  # verdicts kept on commits that others were made of: those of one squash
_LEFT = 256  # segments whose leftovers are remembered on the way through a range: those of the sessions that go on


class Judge:
    """Judges commits one after the other and remembers what their sessions left uncommitted."""

    def __init__(
        self,
        house: House,
        *,
        keys: Keychain | None = None,
        unchecked: bool = False,
        many: bool = False,
        edits: bool = False,
        texts: bool = False,
        back: int = _BACK,
    ) -> None:
        """`keys`: where they were read already. `many`: list all notes once instead of looking each one up. `back`: see `_BACK`.

        `edits`: verdicts also tell the edits and the way of the lines; `texts`: with the changed lines themselves.
        """
        self._back = back
        self._house = house
        self._here = house.worktree
        self._repository = house.repository
        self.snapshots = Snapshots(house.repository)
        self.tracer = Tracer(house, keys, self.snapshots)
        self.tracer.replay = self._again
        self._traces = Traces(self.tracer, unchecked=unchecked, many=many, tell=edits)
        self._edits = edits or texts
        self._texts = texts
        self._left: OrderedDict[tuple[str, int], Left] = OrderedDict()
        self._sources: OrderedDict[str, ReplayedCommit] = OrderedDict()
        self.judged: tuple[Commit, list[Segment], Timeline] | None = None  # by its own records, last

    def commit(self, commit: Commit, read: NoteRead | None = None) -> ReplayedCommit:
        """The verdict on `commit` by its trace; `read`: where that was verified already. Raises `StoreError`."""
        read = self._traces.read(commit) if read is None else read
        if read is None:
            return self._untraced(commit, [])
        if read.carried is not None:
            sources = [one for source in read.carried.sources if (one := self.tracer.origins.here(source)) is not None]
            if len(sources) == len(read.carried.sources):
                origins, statements = self.tracer.origins, read.statements
                found = carried_over(origins, commit, sources, read.carried, lambda one: self._source(one, statements))
                if not self._edits:
                    return found
                found = replace(found, segments=self._traces.of(commit, read).told)
                verdicts = [self._source(one, statements) for one in sources]
                files = changed(self.snapshots, commit, self.snapshots.changes(commit))
                return with_edits(origins, found, verdicts, files, read.carried.how)
        traced = self._traces.of(commit, read)
        if not traced.segments:
            return self._untraced(commit, traced.notes, traced.gaps)
        return self._judge(commit, traced)

    def told(self, commit: Commit, read: NoteRead) -> ReplayedCommit | None:
        """The verdict on `commit` for a page that has more to tell; None where objects are missing (a shallow or partial clone)."""
        try:
            return self.commit(commit, read)
        except StoreError:
            return None

    def draft(self, commit: Commit, segment: Segment) -> ReplayedCommit:
        """The verdict on `commit` by a segment that is not sealed yet, beside those in its note. Raises `StoreError`."""
        read = self._traces.read(commit, noted=True)  # what it was made of is the business of those records
        traced = self._traces.of(commit, read) if read else Traced([], [], "")
        segments = sorted([*traced.segments, segment], key=lambda one: (one.session, one.seq))
        return self._judge(commit, traced._replace(segments=segments))

    def committed(self, commit: Commit, path: str) -> bytes | None:
        """The file at `path` as `commit` has it, None where there is none. Raises `StoreError`."""
        found = self.snapshots.reader(commit.tree)(path)
        return found[0] if found else None

    def trace(self, commit: Commit, path: str, agent: str | None) -> ReplayedCommit:
        """The verdict on `commit` by a session file. Raises `AgentError`, `StoreError`."""
        reader = registry.by_name(agent) if agent else registry.recognise(path)
        reading = reader.read(path)
        call = commit_calls.made(reading.entries, commit)
        if call is not None:
            stop = cut.at_call(reading.entries, reading.ends, call, commit)
        else:
            stop = cut.at_time(reading.entries, reading.ends, commit) or len(reading.entries)
        entries = reading.entries[:stop]
        base = base_commit(self._repository, commit, reading.head, entries, "")
        segment = Segment(
            reading.head.session_id,
            0,
            reader,
            entries,
            0,
            base,
            {},
            reading.head.cwd,
            model=reading.head.model,
            version=reading.head.agent_version,
            branch=reading.head.branch,
        )
        return self._judge(commit, Traced([segment], ["the session file is not attached: nobody has signed it"], ""))

    def _again(self, commit: Commit, read: NoteRead) -> ReplayedCommit:
        """What the records of other commits make again on this one."""
        return self._judge(commit, self._traces.of(commit, read))

    def _source(self, commit: Commit, statements: Sequence[Verified]) -> ReplayedCommit:
        """The verdict on a commit that this one was made of, by those of `statements` that are its own, or that it has from others."""
        if commit.id not in self._sources:
            self._sources[commit.id] = self.commit(commit, self.tracer.own(commit, statements))
            if len(self._sources) > _SOURCES:
                self._sources.popitem(last=False)
        return self._sources[commit.id]

    def _judge(self, commit: Commit, traced: Traced, *, back: bool = True) -> ReplayedCommit:
        """`back`: whether earlier commits are judged for what they left, where that is not known yet."""
        left: dict[str, Left] = {}
        gaps = traced.gaps
        for segment in traced.segments:
            if segment.session in left or segment.seq == 0:
                left.setdefault(segment.session, Left({}, {}))
                continue
            known = self._left.get((segment.session, segment.seq - 1)) if self._is_known(commit, segment) else None
            found = known or (self._left_by(commit, segment) if back else None)
            gaps = gaps or ("" if found else "an earlier part of the session is not in the notes of this history")
            left[segment.session] = timeline.fitting(self.snapshots, found, segment.base) if found else Left({}, {})
        line = timeline.build(self.snapshots, commit, traced.segments, left, self._here)
        self.judged = commit, traced.segments, line
        names = self.snapshots.listing(line.base)
        recorder = Recorder(texts=self._texts) if self._edits else None
        seen: dict[str, Versions] | None = {} if recorder else None
        git = Conversions(self._house, self.snapshots, commit.tree)
        contents, stored, shown = self.snapshots.blob, git.stored, git.seen
        engine = Replay(tree(self.snapshots, line.base), contents, names, diff, recorder, stored, shown)
        engine.run(line.before)
        changes = self.snapshots.changes(commit)
        spare_reading(self.snapshots, engine, changes)
        files = [
            judge(engine, one, git.filtered, gaps=gaps, seen=seen) for one in changed(self.snapshots, commit, changes)
        ]
        trails = edit_events.early(engine, seen or {}, recorder.taken()) if recorder else []
        operations = engine.operations + sum(1 for file in files if file.steps and file.path in engine.restored)
        engine.run([Landing(commit.id, tuple(changes)), *line.after])
        kept = engine.left()
        edits: tuple[Edit, ...] = ()
        ways: tuple[Trail, ...] = ()
        if recorder:
            trails += edit_events.late(engine, recorder.taken())
            waiting = [edit for one in left.values() for edit in one.edits]
            edits, ways = edit_events.events(commit, traced.segments, recorder.actions, trails, waiting)
        for segment in traced.segments:
            later = tuple(edit for edit in edits if edit.file in kept and edit.session == segment.session)
            self._remember(segment, Left(kept, line.waiting[segment.session], later, commit.id))
        outside = [ReplayedFile(path, "outside_repo", reason=reason) for path, reason in sorted(engine.outside.items())]
        return ReplayedCommit(
            commit,
            verdict(files, operations),
            (*files, *outside),
            total(file.coverage for file in files),
            operations,
            tuple(traced.notes),
            edits,
            ways,
            traced.told,
        )

    def _untraced(self, commit: Commit, notes: list[str], gaps: str = "") -> ReplayedCommit:
        self.judged = None
        changes = self.snapshots.changes(commit)
        parent = self.snapshots.commit(commit.parents[0]).tree if commit.parents else ""
        engine = Replay(tree(self.snapshots, parent), self.snapshots.blob, diff=diff)
        files = [judge(engine, one, gaps=gaps) for one in changed(self.snapshots, commit, changes)]
        return ReplayedCommit(
            commit, "no_trace", tuple(files), total(file.coverage for file in files), notes=tuple(notes)
        )

    def _left_by(self, commit: Commit, segment: Segment) -> Left | None:
        """What the segment before `segment` left; earlier commits are judged for it. None where they are not found."""
        wanted, cut = leading_to(commit, segment, self._is_known, self._before, self._back)
        for key in cut:  # as far back as we go: nothing was left there, as far as we know
            self._remember_as(*key, Left({}, {}))
        for earlier, traced in wanted:
            try:
                self._judge(earlier, traced, back=False)
            except StoreError:  # a shallow clone ends here
                return None
        return self._left.get((segment.session, segment.seq - 1))

    def _is_known(self, commit: Commit, segment: Segment) -> bool:
        """Whether what the segment before one of `commit` left is at hand, and was left where it is looked for when nothing is.

        A session may go on from the same segment on several branches; what is told of a commit must not depend on which was judged before.
        """
        key = segment.session, segment.seq - 1
        left = self._left.get(key)
        if left is None or left.commit in ("", segment.base) or self._leads_to(left.commit, segment.base):
            return left is not None
        before = self._before(commit, segment)
        if before is None or before[0].id != left.commit:
            del self._left[key]
        return key in self._left

    def _leads_to(self, wanted: str, base: str) -> bool:
        """Whether a commit is a first-parent ancestor of `base`, not too far behind it."""
        at = base
        for _ in range(timeline.WALK):
            if at in ("", wanted):
                break
            try:
                parents = self.snapshots.commit(at).parents
            except StoreError:  # a shallow clone ends here
                return False
            at = parents[0] if parents else ""
        return at == wanted

    def _before(self, commit: Commit, segment: Segment) -> tuple[Commit, Traced] | None:
        """Where the segment before one of `commit` is: behind its base, or after it, where that commit was amended since."""
        found = self._earlier(segment.base, segment.session, segment.seq - 1)
        if found is None and commit.parents and commit.parents[0] != segment.base:
            found = self._earlier(commit.parents[0], segment.session, segment.seq - 1, segment.base)
        return found

    def _earlier(self, base: str, session: str, seq: int, end: str = "") -> tuple[Commit, Traced] | None:
        for commit in behind(self.snapshots, base, end):
            if not self._traces.may_hold(commit.id, session, seq):
                continue
            read = self._traces.read(commit)
            # of a rewritten commit, what was left is told of the original, also where it was altered too much to be carried
            original = next((one.commit for one in _anchors(read, session, seq) if one.commit != commit.id), "")
            made = self.tracer.origins.here(original) if read and original else None
            for one, by in ((made, self.tracer.own(made, read.statements) if read and made else None), (commit, read)):
                traced = self._traces.of(one, by) if one and by else None
                if one and traced and any((each.session, each.seq) == (session, seq) for each in traced.segments):
                    return one, traced
        return None

    def _remember(self, segment: Segment, left: Left) -> None:
        self._remember_as(segment.session, segment.seq, left)

    def _remember_as(self, session: str, seq: int, left: Left) -> None:
        self._left[session, seq] = left
        if len(self._left) > _LEFT:
            self._left.popitem(last=False)


def _anchors(read: NoteRead | None, session: str, seq: int) -> Iterator[Anchor]:
    """Of the records of one segment."""
    for one in read.statements if read else ():
        anchor = one.statement.anchor
        if anchor is not None and anchor.kind == "record" and (anchor.session_id, anchor.seq) == (session, seq):
            yield anchor
