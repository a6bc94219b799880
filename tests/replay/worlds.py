"""Worlds for replay: files before, what happened, and the commit go in; the verdicts come out."""

from collections.abc import Iterable

from gittraj.codec.digest import git_blob_id
from gittraj.model.commit import Change
from gittraj.model.operation import Delete, Move, Observed, Operation, Patch, Replace, Write
from gittraj.model.report import ReplayedFile
from gittraj.replay.compare import Changed, judge, verdict
from gittraj.replay.engine import Replay
from gittraj.replay.steps import Blob, Command, Event, Landing, Origin, Step

AGENT = Origin("agent", "s", 1, 1)
SHELL = Origin("shell", "s", 2, 1)
REGULAR = 0o100644


class World:
    """`files` are those of the base commit; a value is bytes, or (bytes, mode)."""

    def __init__(self, files: dict[str, bytes | tuple[bytes, int]] | None = None) -> None:
        self.base = {
            path: Blob(*one) if isinstance(one, tuple) else Blob(one, REGULAR) for path, one in (files or {}).items()
        }
        self.head = dict(self.base)
        self.blobs = {git_blob_id(blob.content): blob.content for blob in self.base.values()}
        self.replay = Replay(self.base.get, self.blobs.get)
        self.number = 0

    def run(self, *events: Event | Operation | str) -> "World":
        for event in events:
            self.replay.run([self.event(event)])
        return self

    def event(self, event: Event | Operation | str) -> Event:
        if isinstance(event, str):
            return Command(event, "/w", "/w", SHELL)
        if isinstance(event, (Write, Replace, Patch, Delete, Move)):
            return step(event, entry=self.count())
        return event  # type: ignore[return-value]

    def count(self) -> int:
        self.number += 1
        return self.number

    def changes(self, **_: object) -> Iterable[Change]:
        return ()

    def land(self, files: dict[str, bytes | None]) -> "World":
        """Somebody commits `files` (None: removed)."""
        changes = []
        for path, content in files.items():
            old = self.head.get(path)
            if content is None:
                self.head.pop(path)
            else:
                self.head[path] = Blob(content, REGULAR)
                self.blobs[git_blob_id(content)] = content
            changes.append(
                Change(
                    path,
                    git_blob_id(old.content) if old else "",
                    git_blob_id(content) if content is not None else "",
                    old.mode if old else 0,
                    REGULAR if content is not None else 0,
                )
            )
        self.replay.run([Landing("c", tuple(changes))])
        return self

    def commit(self, files: dict[str, bytes | None], modes: dict[str, int] | None = None, **renamed: str) -> "Verdict":
        """The verdict on a commit that makes `files` so; `renamed`: new=old."""
        found = []
        for path, content in files.items():
            source = renamed.get(path, path)
            old = self.head.get(source)
            mode = (modes or {}).get(path, REGULAR if content is not None else 0)
            change = Changed(path, source, old.content if old else None, content, old.mode if old else 0, mode)
            found.append(judge(self.replay, change))
        return Verdict(found, verdict(found, self.replay.operations))


class Verdict:
    def __init__(self, files: list[ReplayedFile], status: str) -> None:
        self.files = {file.path: file for file in files}
        self.status = status

    def __getitem__(self, path: str) -> ReplayedFile:
        return self.files[path]

    def lines(self, path: str) -> dict[str, tuple[int, int]]:
        """Class → (added, removed), without empty ones."""
        coverage = self.files[path].coverage
        return {name: (each.added, each.removed) for name, each in coverage.items() if each.added or each.removed}


def step(
    *operations: Operation,
    state: str = "applied",
    before: str | None = None,
    entry: int = 1,
    path: str | None = None,
    evidence: str = "operation",
    agent: str = "claude-code",
    pre_blob: str = "",
    redacted: bool = False,
    origin: Origin | None = None,
) -> Step:
    observed = tuple(
        Observed(one, "call", state, before=before if index == 0 else None, evidence=evidence)
        for index, one in enumerate(operations)
    )
    last = operations[-1]
    to = last.to if isinstance(last, Move) else last.move_to if isinstance(last, Patch) else ""
    named = operations[0].path
    where = named if path is None else path
    return Step(
        observed,
        where,
        to,
        named,
        origin or Origin("agent", "s", entry, 1),
        agent,
        pre_blob=pre_blob,
        redacted=redacted,
    )
