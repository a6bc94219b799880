"""The files in memory: trees and blobs are read when a path is first asked for, changed states replace what was read."""

import functools
import posixpath
from collections.abc import Callable, Sequence

from gittraj.model.commit import Change
from gittraj.replay.beside import landed
from gittraj.replay.coverage import attribute
from gittraj.replay.file import GRADES, File, Version
from gittraj.replay.line_ends import Convert, as_is
from gittraj.replay.lines import BASE, UNEXPLAINED, Ledger, count
from gittraj.replay.recorder import Recorder
from gittraj.replay.spans import Span, lines
from gittraj.replay.steps import Blob, Contents, Listing, Origin, Tree

REGULAR, SYMLINK, GITLINK = 0o100644, 0o120000, 0o160000
_LINKS = 40  # links that one path may lead through, as in Linux
_VERSIONS = 32  # earlier states kept per file, to tell "edited after it was staged" from a mismatch
Diff = Callable[[bytes, bytes], Sequence[Span]]


class Files:
    """All files of a worktree, seen through its paths."""

    def __init__(
        self,
        tree: Tree,
        contents: Contents,
        diff: Diff,
        ledger: Ledger,
        listing: Listing | None = None,
        recorder: Recorder | None = None,
        stored: Convert = as_is,
    ) -> None:
        """`stored`: the content of a path as git stores it, of how a tool left it in the worktree."""
        self.ledger = ledger
        self._stored = stored
        self.recorder = recorder
        self.diff = diff
        self.loaded: dict[str, File] = {}
        self._tree = tree
        self._contents = contents
        self._names = listing
        self._landed: dict[str, Change] = {}

    def at(self, path: str) -> File:
        """The file at `path` (no link is followed); one without content where there is none."""
        file = self.loaded.get(path)
        if file is None:
            blob = self._committed(path)
            content, mode, oid = blob or (None, 0, "")
            file = self.loaded[path] = File(Version(content, mode, self.ledger.fresh(count(content), BASE), oid))
        return file

    def change(self, path: str, content: bytes | None, spans: Sequence[Span], origin: Origin, mode: int = 0) -> File:
        """The file at `path` becomes `content`; `spans` tell which lines stayed. `mode`: 0 to keep it."""
        file = self.at(path)
        self._keep(file)
        if content is not None and (stored := self._stored(path, content, file.committed.content)) != content:
            whole = sum(span.old_end - span.old_start for span in spans) == len(file.now.lines)
            content, spans = stored, self.spans(file.now.content, stored) if whole else spans
        numbers = self.ledger.spliced(file.now.lines, spans, origin)
        if len(numbers) != count(content):  # spans that do not fit the contents: tell identity from the lines alone
            spans = self.spans(file.now.content, content)
            numbers = self.ledger.spliced(file.now.lines, spans, origin)
        if self.recorder is not None:
            self.recorder.changed(path, (file.now.content, file.now.lines), (content, numbers), spans, origin)
        file.now = Version(content, (mode or file.now.mode or REGULAR) if content is not None else 0, numbers)
        file.last = origin
        return file

    def become(self, path: str, version: Version) -> None:
        """The file at `path` is `version`, one of its own states or made of its lines, by nobody's recorded hand."""
        file = self.at(path)
        self._keep(file)
        spans = self.spans(file.now.content, version.content)
        there = frozenset(version.lines)
        self.ledger.removed_by.update((line, 0) for line in file.now.lines if line not in there)
        if self.recorder is not None:
            before = file.now.content, file.now.lines
            self.recorder.changed(path, before, (version.content, version.lines), spans, UNEXPLAINED)
        file.now = version
        file.last = UNEXPLAINED

    def move(self, path: str, to: str, origin: Origin) -> File:
        """What is at `path` goes to `to`, with its lines; what was there is replaced."""
        source = self.at(path)
        target = self.at(to)
        if to == path:
            return target
        self._keep(source)
        self._keep(target)
        who = self.ledger.number(origin)
        for line in (*target.now.lines, *source.now.lines):
            self.ledger.removed_by[line] = who
        target.now = source.now
        target.moved = origin
        target.grade, target.cause, target.reason, target.steps = (
            source.grade,
            source.cause,
            source.reason,
            source.steps,
        )
        if self.recorder is not None:
            self.recorder.moved(path, to)
        source.now = Version(None, 0, [])
        source.last = target.last = origin
        source.steps += 1
        return target

    def land(self, change: Change) -> None:
        """A commit was made: what it holds is committed now; a state that it does not explain is replaced by it."""
        file = self.loaded.get(change.path)
        if file is None:
            self._landed[change.path] = change
            return
        content, mode, oid = self._blob(change) or (None, 0, "")
        if file.now.content == content:
            file.committed = Version(content, mode, file.now.lines, oid)
        elif (part := self.part(file, content)) is not None:
            file.committed = Version(content, mode, part, oid)
            return  # the rest of the changes is still in the worktree
        elif (beside := landed(self, file, content, mode)) is not None:
            file.committed, file.now = beside.committed, beside.now
            file.doubtful |= beside.doubtful
            file.proven = False
            file.blame("external", "a commit that no record of this trace explains changed it in between")
            return
        else:
            numbers = self.ledger.spliced(file.now.lines, self.spans(file.now.content, content), UNEXPLAINED)
            file.now = file.committed = Version(content, mode, numbers, oid)
        file.heal()
        file.grade = GRADES[0]
        file.steps = 0
        file.doubtful = frozenset()
        file.versions.clear()

    def part(self, file: File, content: bytes | None) -> list[int] | None:
        """The lines of `content` where it is a state that the file had, or holds some of its uncommitted changes whole; else None."""
        for version in reversed(file.versions):
            if version.content == content and version is not file.committed:
                return version.lines
        ours, base = file.now.content, file.committed.content
        if ours is None or content is None or b"\0" in ours[:8000]:
            return None
        old, new, wanted = lines(base or b""), lines(ours), lines(content)
        whole = self.spans(base, ours)
        ready = {(span.old_start, span.old_end): span for span in whole}
        origins = self.origins(file, whole)
        there = frozenset(file.committed.lines)
        numbers: list[int] = []
        at = 0
        for span in self.spans(base, content):
            mine = ready.get((span.old_start, span.old_end))
            if mine is None or new[mine.new_start : mine.new_end] != wanted[span.new_start : span.new_end]:
                return None
            numbers += [*file.committed.lines[at : span.old_start], *self.added(file, mine, origins, there)]
            at = span.old_end
        numbers += file.committed.lines[at : len(old)]
        return numbers if len(numbers) == len(wanted) else None

    def added(
        self, file: File, span: Span, origins: Callable[[], dict[int, Origin]], there: frozenset[int]
    ) -> list[int]:
        """Numbers of the lines that `span`, one of the uncommitted changes, adds: none of those that are `there`. `origins`: made by the method of that name.

        git takes another of several equal lines for the old one, and each number stands once.
        """
        numbers = file.now.lines[span.new_start : span.new_end]
        if there.isdisjoint(numbers):
            return numbers
        made = origins()
        return [
            self.ledger.fresh(1, made[span.new_start + at])[0] if line in there else line
            for at, line in enumerate(numbers)
        ]

    def origins(self, file: File, whole: Sequence[Span]) -> Callable[[], dict[int, Origin]]:
        """A function that gives the place and the origin of each line that `whole`, the uncommitted changes of `file`, add; worked out once, if at all."""
        return functools.cache(lambda: self._origins(file, whole))

    def _origins(self, file: File, whole: Sequence[Span]) -> dict[int, Origin]:
        """What made each line that git counts as added between the committed state and ours; what removed lines is noted."""
        found = attribute(file.committed.lines, file.now.lines, whole, self.ledger, last=file.last)
        for place, origin in found.removed:
            self.ledger.removed_by.setdefault(file.committed.lines[place], self.ledger.number(origin))
        return dict(found.added)

    def spans(self, old: bytes | None, new: bytes | None) -> Sequence[Span]:
        """The lines that differ between two contents."""
        if old and new:
            return self.diff(old, new)
        return (Span(0, count(old), 0, count(new)),) if old or new else ()

    def listing(self, folder: str) -> list[str] | None:
        """Names directly inside `folder` ("": the top), folders with a slash at the end; None where there is no such folder, or no telling."""
        if self._names is None:
            return None
        prefix = f"{folder}/" if folder else ""
        known = self._names(folder)
        names = set(known or ())
        changed = {path: change.new != "" for path, change in self._landed.items()}
        changed |= {path: file.now.content is not None for path, file in self.loaded.items()}
        for path, there in changed.items():
            if path.startswith(prefix):
                name, slash, _ = path[len(prefix) :].partition("/")
                if there:
                    names.add(name + slash)
                elif not slash:
                    names.discard(name)
        return sorted(names) if names or known is not None or not folder else None

    def resolve(self, path: str) -> str:
        """`path` with symbolic links of the repository followed; "" where it leads out of the repository or into `.git`."""
        for _ in range(_LINKS):
            if not allowed(path):
                return ""
            link = self._link(path)
            if not link:
                return path
            target = self.at(link).now.content or b""
            if target.startswith(b"/"):
                return ""
            rest = path[len(link) :]
            path = posixpath.normpath(posixpath.join(posixpath.dirname(link), target.decode("utf-8", "replace")) + rest)
        return ""

    def _link(self, path: str) -> str:
        """The first part of `path` that is a symbolic link, "" where none is."""
        now = self.at(path).now
        if now.mode == SYMLINK:
            return path
        if now.content is not None:
            return ""
        for index, character in enumerate(path):
            if character == "/":
                part = path[:index]
                blob = self.loaded[part].now if part in self.loaded else self._committed(part)
                if blob is not None and blob.mode == SYMLINK:
                    return part
        return ""

    def _committed(self, path: str) -> Blob | None:
        change = self._landed.get(path)
        return self._blob(change) if change is not None else self._tree(path)

    def _blob(self, change: Change) -> Blob | None:
        content = self._contents(change.new) if change.new and change.new_mode != GITLINK else None
        return Blob(content, change.new_mode, change.new) if content is not None else None

    def _keep(self, file: File) -> None:
        if file.now is not file.committed:
            file.versions.append(file.now)
            del file.versions[:-_VERSIONS]


def allowed(path: str) -> bool:
    """Whether `path` names a file of the worktree: relative, nowhere upwards, not in git's own directory."""
    parts = path.split("/")
    return bool(path) and not any(part in ("", ".", "..") or part.lower() in (".git", "git~1") for part in parts)
