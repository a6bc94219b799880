"""The edit criterion: recorded actions in time order go in, the files as these actions leave them come out, in memory.

Nothing is read but through the two callables given, nothing is written, nothing runs. What an action met and what we have may
differ: then something unseen wrote the file in between, and the recorded state counts from there on.
"""

import posixpath
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from gittraj.model.operation import Delete, Move, Write
from gittraj.replay import states
from gittraj.replay.attempt import attempt
from gittraj.replay.attribution import laid_on
from gittraj.replay.beside import followed, taken_back
from gittraj.replay.file import GRADES, File
from gittraj.replay.files import Diff, Files, allowed
from gittraj.replay.leftover import left, restore
from gittraj.replay.line_ends import Convert, as_is
from gittraj.replay.lines import UNEXPLAINED, Ledger
from gittraj.replay.recorded import REDACTED, agrees
from gittraj.replay.recorder import Recorder
from gittraj.replay.spans import Applied, NotApplicable, Span, diff_spans
from gittraj.replay.steps import Command, Contents, Event, Kept, Landing, Listing, Noticed, Origin, Step, Tree

if TYPE_CHECKING:
    from gittraj.replay.shell.interpret import ShellWrite

FILE_LIMIT = 64 << 20  # bytes of one file in memory; hosts refuse files over 100 MB, and a trace may ask for gigabytes
WORK_LIMIT = 1 << 30  # bytes that all operations of one commit may pass over, a minute's work
_PER_LINE = 512  # bytes of work that a line of a rewritten file stands for: its lines are compared, hostile ones at a high price
LOOSE = NotApplicable("it fits only loosely, in a file that is not as the tool saw it")
OUTSIDE_LIMIT = 200  # places outside of the repository that are told by name
HINTS_LIMIT = 500  # shell commands kept as hints
HINT_TEXT = 4096  # characters of a command in which names of files are looked for later


class Hint(NamedTuple):
    """A shell command whose effect is not certain. `named`: files that its text mentions. `done`: whether it ended well."""

    text: str
    named: tuple[str, ...]
    origin: Origin
    done: bool = False


class Replay:
    """One replay. `files`: the outcome. `operations`: how many recorded actions changed a file. `restored`: what was left before.

    `outside`: paths that actions named outside of the repository, with the reason. `hints`: see `Hint`. A `recorder` is told every change.
    """

    def __init__(
        self,
        tree: Tree,
        contents: Contents,
        listing: Listing | None = None,
        diff: Diff = diff_spans,
        recorder: Recorder | None = None,
        stored: Convert = as_is,
        seen: Convert = as_is,
    ) -> None:
        """`stored`, `seen`: a path's content as git stores it, of how it lay in the worktree, and the other way round."""
        self.files = Files(tree, contents, diff, Ledger(), listing, recorder, stored)
        self._seen = seen
        self._recorder = recorder
        self.operations = 0
        self.restored: set[str] = set()
        self.outside: dict[str, str] = {}
        self.hints: list[Hint] = []
        self._staged = False  # whether the index may hold other than HEAD
        self._contents = contents
        self._work = 0

    def run(self, events: Iterable[Event]) -> None:
        """Let `events` happen, in the order given."""
        for event in events:
            if self._recorder is not None:
                self._recorder.event = event
            if isinstance(event, Step):
                self._step(event)
            elif isinstance(event, Command):
                self._command(event)
            elif isinstance(event, Noticed):
                if path := self.files.resolve(event.path):
                    self.files.at(path).noticed = True
            elif isinstance(event, Landing):
                self._staged = False
                followed(self.files, event.changes)
                for change in event.changes:
                    self.files.land(change)
            else:
                for path, file in event.files.items():
                    restore(self.files, path, file)
                    self.restored.add(path)

    def left(self) -> dict[str, Kept]:
        """What recorded actions changed and no commit has yet."""
        return left(self.files)

    def _step(self, step: Step) -> None:
        state = step.observed[0].state
        if state not in ("applied", "unknown"):
            return
        path = self._inside(step.path, step.named)
        if not path:
            return
        file = self.files.at(path)
        file.proven = self._resync(file, path, step)
        if file.proven:
            file.seen, file.doubtful = len(self.hints), frozenset()
        if not self._affordable(file, step):
            return
        applied, step = attempt(step, path, file, self._seen)
        if isinstance(applied, NotApplicable) and state == "applied" and file.now is not file.committed:
            applied, step = taken_back(self.files, path, step, self._seen) or (applied, step)
        if file.unfit and not file.proven and isinstance(applied, Applied) and applied.how == "fuzzy":
            applied = LOOSE
        if isinstance(applied, NotApplicable):
            if state == "applied":
                cause = "redacted" if step.redacted or applied is REDACTED else "external"
                file.blame(cause, f"a recorded edit does not fit: {applied.reason}")
                file.unfit = True
                file.steps += 1
            return
        self.operations += 1
        self._changed(path, applied, step)

    def _changed(self, path: str, applied: Applied, step: Step) -> None:
        last = step.observed[-1]
        whole = isinstance(last.operation, (Write, Delete)) or last.after is not None
        if applied.content is not None and len(applied.content) > FILE_LIMIT:
            self.files.at(path).blame("cut", f"larger than {FILE_LIMIT >> 20} MiB")
            return
        if applied.moved_to or isinstance(last.operation, Move):
            to = self._inside(step.to, applied.moved_to)
            if to:
                file = self.files.move(path, to, step.origin)
                path = to
            else:
                file = self.files.change(path, None, (Span(0, len(self.files.at(path).now.lines), 0, 0),), step.origin)
                file.steps += 1
                return
        file = self.files.change(path, applied.content, applied.spans, step.origin, applied.mode or 0)
        file.steps += 1
        if whole:
            file.heal()
            file.seen = len(self.hints)
        own = self._grade(file, applied, step)
        file.proven = own == "state" or (file.proven and applied.how == "exact")
        file.grade = own if whole or own == "state" else max(file.grade, own, key=_rank)

    def _grade(self, file: File, applied: Applied, step: Step) -> str:
        if step.post_blob and states.is_blob(step.post_blob, file.now.content):
            return "state"
        told = max((each.evidence for each in step.observed), key=_rank)
        if applied.how == "fuzzy" and told not in ("state", "diff"):
            return "fuzzy"
        if told == "fuzzy" and applied.how == "exact":
            return "operation"
        return GRADES[_rank(told)]

    def _resync(self, file: File, path: str, step: Step) -> bool:
        """Where the action is known to have met another state than ours, that state is ours from here on. False if nothing is known."""
        ours, before = file.now.content, step.observed[0].before
        recorded: bytes | None = None
        if step.before is not None:
            if step.before == ours or agrees(step.before.decode("utf-8", "replace"), ours):
                return True
            recorded = states.ended(step.before, ours)
        elif before is not None:
            if agrees(before, ours):
                return True
            recorded = states.restored(before, ours)
        elif step.pre_blob:
            if file.now.id == step.pre_blob or states.is_blob(step.pre_blob, ours):
                return True
            recorded = self._known(file, step.pre_blob) or laid_on(step)
            if recorded is None:
                file.blame("external", "a recorded edit met a state that is not at hand")
                return False
        else:
            return False
        changed = self.files.change(path, recorded, self.files.spans(ours, recorded), UNEXPLAINED)
        if file.steps or step.before is None:
            changed.cause, changed.reason = "external", "something outside of the trace wrote it in between"
        changed.steps += 1
        return True

    def _known(self, file: File, blob: str) -> bytes | None:
        for version in (file.committed, *reversed(file.versions)):
            if version.content is not None and (version.id == blob or states.is_blob(blob, version.content)):
                return version.content
        return self._contents(blob)

    def _command(self, command: Command) -> None:
        if command.code is None:  # it had not ended when the trace ends
            self._hint(command, ())
            return
        from gittraj.replay.shell.interpret import Uncertain, interpret  # many traces have no shell command

        result = interpret(
            command.text,
            command.cwd,
            lambda path: self._read(path, command),
            exit_code=command.code,
            listing=lambda folder: self._listing(folder, command),
            committed=lambda path, revision: self._committed(path, revision, command),
            root=command.root,
        )
        if isinstance(result, Uncertain):
            self._write(result.certain, command)
            self._hint(command, tuple(relative(path, command.root) for path in result.named))
        else:
            self._write(result, command)
        self._staged = self._staged or "git" in command.text

    def _write(self, writes: "Iterable[ShellWrite]", command: Command) -> None:
        for write in writes:
            path = self._inside(relative(write.path, command.root), write.path)
            if not path or (write.content is not None and len(write.content) > FILE_LIMIT):
                continue
            mode = write.mode or 0
            if write.mode_from and self.files.at(path).now.content is None:
                mode = mode or self.files.at(relative(write.mode_from, command.root) or path).now.mode
            source = relative(write.moved_from, command.root) if write.moved_from else ""
            if source:
                self.files.move(source, path, command.origin)
            ours = self.files.at(path).now
            if source or ours.content != write.content or (mode and ours.mode != mode):
                spans = self.files.spans(ours.content, write.content)
                file = self.files.change(path, write.content, spans, command.origin, mode)
                file.steps += 1
                file.grade = max(file.grade, "operation", key=_rank)
                self.operations += 1

    def _hint(self, command: Command, named: tuple[str, ...]) -> None:
        if len(self.hints) < HINTS_LIMIT:
            self.hints.append(Hint(command.text[:HINT_TEXT], named, command.origin, command.code == 0))

    def _read(self, path: str, command: Command) -> bytes | None:
        inside = relative(path, command.root)
        inside = self.files.resolve(inside) if inside else ""
        return self.files.at(inside).now.content if inside else None

    def _listing(self, folder: str, command: Command) -> list[str] | None:
        root = command.root.rstrip("/")
        inside = "" if posixpath.normpath(folder) == root else relative(folder, root)
        return self.files.listing(inside) if inside or posixpath.normpath(folder) == root else None

    def _committed(self, path: str, revision: str, command: Command) -> bytes | None:
        """The file in HEAD, or in the index where nothing tells that it holds something else; None where that is not known."""
        inside = relative(path, command.root)
        if not inside or revision not in ("", "HEAD", "@"):
            return None
        file = self.files.at(inside)
        if not revision and self._staged and file.now is not file.committed:
            return None
        return file.committed.content

    def _inside(self, path: str, named: str) -> str:
        """`path` with links followed; where that leads outside, it is told and "" is returned."""
        found = self.files.resolve(path) if path else ""
        if not found and len(self.outside) < OUTSIDE_LIMIT:
            reason = "outside of the repository"
            if path and not allowed(path):
                reason = "inside git's own directory" if ".git" in path.lower() else reason
            elif path:
                reason = "a link leads out of the repository"
            self.outside.setdefault(named or path, reason)
        return found

    def _affordable(self, file: File, step: Step) -> bool:
        ours = file.now.content or b""
        size = work = len(ours) * len(step.observed)
        for each in step.observed:
            if isinstance(each.operation, Write):
                size += len(each.operation.content)
                both = len(file.now.lines) + each.operation.content.count("\n") if ours else 0
                work += len(each.operation.content) + _PER_LINE * both
        self._work += work
        if self._work > WORK_LIMIT or size > 2 * FILE_LIMIT:
            file.blame("cut", "more recorded work than replay takes on")
            file.steps += 1
            return False
        return True


def _rank(evidence: str) -> int:
    return GRADES.index(evidence) if evidence in GRADES else len(GRADES) - 1


def relative(path: str, root: str) -> str:
    """`path` (absolute) as git would write it in a repository at `root`; "" where it lies outside."""
    path = posixpath.normpath(path)
    root = root.rstrip("/")
    return path[len(root) + 1 :] if root and path.startswith(root + "/") else ""
