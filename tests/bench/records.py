"""A record as the hook would make it: a session file goes in, the VAC record of all of it comes out."""

from pathlib import Path
from typing import Any

from gittraj.agents import registry
from gittraj.capture.record import Place, Segment, build
from gittraj.model.commit import Commit
from tests.bench.long_sessions import claude_lines, written
from tests.bench.turns import SESSION

COMMIT = Commit(
    id="1" * 40, tree="2" * 40, parents=("3" * 40,), author_name="Bench", author_email="bench@example.org", author_time=1_700_000_000,
    committer_name="Bench", committer_email="bench@example.org", committer_time=1_700_000_000, committer_offset=0, message="A change\n",
)  # fmt: skip


def of_session(path: Path) -> dict[str, Any]:
    """The record of the whole session at `path`, its files taken as untracked, nothing redacted."""
    reading = registry.recognise(str(path)).read(str(path))
    segment = Segment(head=reading.head, entries=reading.entries, index=0, first=0, prev="", sha256=reading.sha256)
    for entry in reading.entries:
        entry.pop("pre-state", None)  # the flow keeps these in other places, and only for tracked files
    place = Place(COMMIT, "main", "https://example.org/ledger.git", "sha1", "", {})
    return build(
        segment, place, [], record_id="01950f00-0000-7000-8000-000000000000", created="2026-11-21T00:00:00Z"
    ).record


def generated(folder: Path, raw: int) -> dict[str, Any]:
    """The record of a generated session of Claude Code of `raw` bytes."""
    path = folder / f"{SESSION}.jsonl"
    path.unlink(missing_ok=True)
    written(path, claude_lines(), raw)
    return of_session(path)
