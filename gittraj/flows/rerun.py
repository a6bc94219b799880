"""The command criterion of one commit: its timeline goes in; each recorded command, run again at its place among the edits, comes out.

Everything happens in a throwaway folder: a repository of its own at the commit that the session began on, the recorded edits
applied to its worktree, and every command in a sandbox that sees this worktree where the repository lay when it was recorded.
"""

import os
import posixpath
import time
from collections.abc import Iterable

from gittraj.agents import outputs
from gittraj.capture.commit_calls import committing
from gittraj.capture.outputs import MARK
from gittraj.errors import SandboxError
from gittraj.flows import stage, timeline
from gittraj.flows.segments import Segment
from gittraj.flows.stage import Rules
from gittraj.flows.timeline import Timeline
from gittraj.flows.wiring import House
from gittraj.model.commit import Commit
from gittraj.model.entry import walk
from gittraj.model.printed import APART, Printed, unclear
from gittraj.model.ran import RanCommand
from gittraj.redact.marker import OPENING
from gittraj.replay.commands.compare import as_recorded, compare, trimmed
from gittraj.replay.commands.diagnose import diagnose
from gittraj.replay.commands.place import temporary
from gittraj.replay.commands.sandbox import Ran, Sandbox
from gittraj.replay.commands.work import Work
from gittraj.replay.engine import Replay
from gittraj.replay.steps import Command, Event, Kept, Landing, Restore, Step
from gittraj.store import throwaway
from gittraj.store.snapshots import Snapshots

_CUT = MARK.partition("{")[0]
_SHOWN = 2000  # characters of a line that a report keeps
_LAND = (
    'test "$(git rev-parse -q --verify HEAD)" = "$0" || '
    '{ { git read-tree -m -u HEAD "$0" 2>/dev/null || git read-tree "$0"; } && git update-ref HEAD "$0"; }'
)


def rerun(
    house: House, snapshots: Snapshots, commit: Commit, segments: list[Segment], line: Timeline, rules: Rules
) -> tuple[RanCommand, ...]:
    """Every command of the commit's segments, in the recorded order. Raises `StoreError` where the base cannot be made."""
    made = {
        (segment.session, call.call_id)
        for segment in segments
        if (call := committing(segment.entries, commit)) is not None
    }
    events = _events(line, commit.id, made)
    if not any(isinstance(event, Command) for event in events):
        return ()
    with temporary() as folder:
        return tuple(_Rerun(house, snapshots, commit, segments, line, rules, folder).all(events, made))


def _events(line: Timeline, commit_id: str, made: set[tuple[str, str]]) -> list[Event]:
    """All events in their order; the commit lands after the calls that made it, which the edit criterion counts among the later ones."""
    later = [place for place, event in enumerate(line.after) if isinstance(event, Command) and _made(event, made)]
    cut = max(later) + 1 if later else 0
    return [*line.before, *line.after[:cut], Landing(commit_id, ()), *line.after[cut:]]


def _made(command: Command, made: set[tuple[str, str]]) -> bool:
    return (command.origin.session, (command.asked or {}).get("call-id")) in made


class _Rerun:
    def __init__(
        self,
        house: House,
        snapshots: Snapshots,
        commit: Commit,
        segments: list[Segment],
        line: Timeline,
        rules: Rules,
        folder: str,
    ) -> None:
        self._snapshots = snapshots
        self._segments = {segment.session: segment for segment in segments}
        self._own = {id(entry) for segment in segments for entry in walk(segment.entries)}
        self._rules = rules
        self._end = time.monotonic() + rules.total
        self._tree = os.path.join(folder, "tree")
        self._folder = folder
        os.mkdir(self._tree)
        branch = next((segment.branch for segment in segments if segment.branch), "")
        throwaway.make(house.repository, self._tree, line.start, more=(*commit.parents, commit.id), branch=branch)
        self._work = Work(self._tree, rules.owner)
        for segment in segments:
            if segment.base == line.start:
                for path, content in timeline.met(snapshots, line.base, segment).items():
                    before = self._work.read(path)
                    self._work.write(path, content, before.mode if before else 0)
        self._commit = commit
        self._house = house
        self._sandbox: Sandbox | None = None
        self._broken = ""
        self._root = ""
        self._printed: dict[int, list[Printed]] = {}

    def all(self, events: list[Event], made: set[tuple[str, str]]) -> Iterable[RanCommand]:
        """Let the events happen; one outcome for each command. `made`: sessions and ids of calls that made the commit."""
        commands = [event for event in events if isinstance(event, Command)]
        roots = sorted({command.root for command in commands})
        self._root = roots[0]
        try:
            self._sandbox = stage.build(self._house, self._commit, self._folder, self._tree, roots, self._rules)
        except SandboxError as error:
            self._broken = error.message
        told = {self._key(command): command for command in commands if command.answer is not None}
        done: set[tuple[object, int]] = set()
        last = max(place for place, event in enumerate(events) if isinstance(event, Command))
        for event in events[: last + 1]:
            if isinstance(event, Step):
                self._step(event)
            elif isinstance(event, Restore):
                self._restore(event.files)
            elif isinstance(event, Landing):
                self._land(event.commit)
            elif isinstance(event, Command) and self._key(event) not in done:
                done.add(self._key(event))
                best = told.get(self._key(event), event)
                yield self._command(best, made=_made(event, made))

    def _key(self, command: Command) -> tuple[object, int]:
        call = command.asked or {}
        named = call.get("call-id")
        return ((command.origin.session, named) if named else id(command.asked)), command.part

    def _step(self, step: Step) -> None:
        """What the engine makes of a recorded edit, on the file as it lies in the worktree."""
        engine = Replay(self._work.read, self._snapshots.blob)
        engine.run([step])
        for path, file in engine.files.loaded.items():
            if file.now.content != file.committed.content or file.now.mode != file.committed.mode:
                self._work.write(path, file.now.content, file.now.mode)

    def _restore(self, files: dict[str, Kept]) -> None:
        for path, kept in files.items():
            self._work.write(path, kept.content, kept.mode)

    def _land(self, commit_id: str) -> None:
        """Another commit came in between: HEAD and the files that it changes follow, where it is not ours already."""
        if self._sandbox is not None:
            try:
                self._run(self._sandbox, _LAND.replace("$0", commit_id), self._at(""), "merged", "bash")
            except SandboxError as error:
                self._broken = self._broken or error.message

    def _at(self, inside: str, root: str = "") -> str:
        """A folder of the repository, as commands see it."""
        base = self._tree if self._rules.bare else (root or self._root)
        return posixpath.join(base, inside) if inside else base

    def _run(self, where: Sandbox, text: str, cwd: str, streams: str, shell: str) -> Ran:
        seconds = min(self._rules.seconds, self._end - time.monotonic())
        return where.run(text, cwd, seconds, apart=streams in APART, shell=shell)

    def _command(self, command: Command, *, made: bool) -> RanCommand:
        printed = self._recorded(command)
        reason = self._refused(command, printed, made=made)
        if reason or self._sandbox is None:
            return _outcome(command, "skipped", reason=reason or self._broken)
        if time.monotonic() >= self._end:
            return _outcome(
                command, "timeout", reason="the time for all commands of the commit was over before it began"
            )
        inside = command.cwd[len(command.root) :].lstrip("/")
        try:
            ran = self._run(
                self._sandbox, command.text, self._at(inside, command.root), printed.streams, printed.started_as
            )
        except SandboxError as error:
            return _outcome(command, "skipped", reason=error.message)
        if ran.stopped == "timeout":
            return _outcome(command, "timeout", reason=f"stopped after {self._rules.seconds:g} seconds")
        if made and command.answer is None:
            return _outcome(command, "skipped", reason="it made the commit: its output came after this record")
        if printed.unknown:
            return _outcome(command, "skipped", reason=printed.unknown)
        return _judged(command, printed, ran)

    def _recorded(self, command: Command) -> Printed:
        segment = self._segments.get(command.origin.session)
        if segment is None or command.asked is None:
            return unclear("its record is not understood")
        known = self._printed.get(id(command.asked))
        if known is None:
            known = outputs.printed(segment.agent, command.asked, command.answer, segment.version)
            self._printed[id(command.asked)] = known
        printed = known[command.part] if command.part < len(known) else unclear("its record is not understood")
        if not printed.unknown and OPENING in printed.text:
            return unclear("its output is redacted")
        if not printed.unknown and _CUT in printed.text:
            return unclear("its output is cut in the record")
        return printed

    def _refused(self, command: Command, printed: Printed, *, made: bool) -> str:
        """Why a command is not run, "" where it is."""
        if id(command.asked) not in self._own:
            return "it began before this record: its effect is in the commit before"
        if OPENING in command.text:
            return "its text is redacted"
        if not printed.ran and not (made and command.answer is None):
            return printed.unknown
        if command.cwd != command.root and not command.cwd.startswith(command.root.rstrip("/") + "/"):
            return f"it ran outside of the repository, in {command.cwd}"
        return self._broken


def _judged(command: Command, printed: Printed, ran: Ran) -> RanCommand:
    if ran.stopped == "disk":
        return _outcome(command, "differs", reason="stopped: it took more room than a command may")
    mismatch = compare(printed, ran.out, ran.err, ran.code)
    if ran.stopped == "output":
        return _outcome(command, "differs", reason="stopped: it printed more than a command may")
    if mismatch is None:
        return _outcome(command, "pass")
    recorded, replayed = trimmed(printed.text, printed.trim), as_recorded(printed, ran.out, ran.err)
    return RanCommand(
        command.text,
        "differs",
        diagnose(recorded, replayed, ran.code),
        mismatch.reason or f"line {mismatch.line} differs",
        mismatch.line,
        mismatch.recorded[:_SHOWN] if mismatch.recorded is not None else None,
        mismatch.replayed[:_SHOWN] if mismatch.replayed is not None else None,
        command.origin.session,
        command.origin.entry,
    )


def _outcome(command: Command, result: str, reason: str = "") -> RanCommand:
    return RanCommand(command.text, result, reason=reason, session=command.origin.session, entry=command.origin.entry)
