"""Whose a commit's lines are, where the commits that records were signed for are gone: what the recorded actions make again says it."""

from collections.abc import Iterator, Sequence
from typing import Any

from gittraj.history.rebind import Owned
from gittraj.model.carried import Part
from gittraj.model.report import LineRange, ReplayedCommit
from gittraj.model.states import Verified

_ACTIONS = ("agent", "shell")  # classes of lines that a recorded action made


def owned_by_replay(replayed: ReplayedCommit, records: Sequence[Verified]) -> Owned:
    """Every changed line with the commit whose record holds the action that made it; "" where none does."""
    spans = [span for one in records for span in _span(one)]
    parts: list[Part] = []
    for file in replayed.files:
        if file.status == "outside_repo":
            continue
        parts += (_part(file.path, each, spans, removed=False) for each in file.ranges)
        parts += (_part(file.old_path or file.path, each, spans, removed=True) for each in file.removals)
    return Owned(tuple(parts))


def sizes(records: Sequence[Verified]) -> dict[str, int]:
    """How many lines each commit has from its records, as those say (`file-attribution`); at least 1."""
    found: dict[str, int] = {}
    for one in records:
        if one.statement.anchor is not None:
            commit = one.statement.anchor.commit
            found[commit] = found.get(commit, 0) + sum(size for _, size in written(one.record))
    return {commit: max(1, size) for commit, size in found.items()}


def written(record: dict[str, Any] | None) -> Iterator[tuple[str, int]]:
    """(path, number of lines) of each file that a record says its agent wrote lines of."""
    said = (record or {}).get("file-attribution")
    for file in said.get("files", ()) if isinstance(said, dict) else ():
        lines = 0
        for part in file.get("conversations", ()):
            if part.get("contributor", {}).get("type") == "ai":
                lines += sum(each["end-line"] - each["start-line"] + 1 for each in part.get("ranges", ()))
        if isinstance(file.get("path"), str):
            yield file["path"], lines


def _span(one: Verified) -> Iterator[tuple[str, int, int, str]]:
    """(session, first, after the last entry, commit) of a record."""
    if one.statement.anchor is None or one.record is None:
        return
    segment = one.record.get("gittraj", {}).get("segment", {})
    first = segment.get("first", 0)
    session = one.record["session"]["session-id"]
    name = session.hex() if isinstance(session, bytes) else str(session)
    yield name, first, first + len(one.record["session"]["entries"]), one.statement.anchor.commit


def _part(path: str, each: LineRange, spans: Sequence[tuple[str, int, int, str]], *, removed: bool) -> Part:
    found = ""
    if each.kind in _ACTIONS:
        found = next((who for name, first, end, who in spans if name == each.session and first <= each.entry < end), "")
    return Part(path, each.start, each.end, found, removed)
