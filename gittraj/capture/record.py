"""The record of a segment: head, entries and their place in session and repository go in, a VAC record with our extension comes out."""

from typing import Any

import msgspec

from gittraj import __version__
from gittraj.capture.moments import seconds
from gittraj.capture.plain import plain, plain_fields, plain_texts
from gittraj.codec.invariants import irregularities
from gittraj.model.commit import Commit
from gittraj.model.entry import Entry, walk
from gittraj.model.session import SessionHead
from gittraj.model.states import Draft

VAC_VERSION = "3.0.0"  # of the record's schema; trace format "ietf-vac-v3.0" in the draft's own list
FORMAT = 1  # of our extension map; raised when a reader of the version before would misunderstand


class Segment(msgspec.Struct, frozen=True):
    """The stretch of one session that belongs to one commit.

    `index`: 0 for the session's first. `first`: position of `entries[0]` in the session. `prev`: SHA-256 (hex) of the record before.
    `bytes_start`, `bytes_end`, `sha256`: the stretch of the source that was read (0, 0, "" for stores without a byte order).
    """

    head: SessionHead
    entries: list[Entry]
    index: int
    first: int
    prev: str
    bytes_start: int = 0
    bytes_end: int = 0
    sha256: str = ""
    unknown: int = 0


class Place(msgspec.Struct, frozen=True):
    """Where the segment belongs: the commit, its branch and repository as configured, and the state the segment began from."""

    commit: Commit
    branch: str
    repository: str
    object_format: str
    base_commit: str
    base_files: dict[str, dict[str, Any]]


def build(segment: Segment, place: Place, cuts: list[dict[str, Any]], *, record_id: str, created: str) -> Draft:
    """The VAC record of `segment` for `place`; `cuts` as `outputs.limit` returns them."""
    head = segment.head
    models = [model for model in head.models if model] or ([head.model] if head.model else [])
    vcs = _present(
        plain_texts(
            {"type": "git", "revision": place.commit.id, "branch": place.branch, "repository": place.repository}
        )
    )
    session = _present(
        plain_texts(
            {
                "format": "interactive",
                "session-id": head.session_id,
                "session-start": _first_time(head, segment.entries),
                "agent-meta": _present(
                    {
                        "model-id": models[-1] if models else "unknown",
                        "model-provider": head.provider or "unknown",
                        "models": models if len(models) > 1 else [],
                        "cli-name": head.agent,
                        "cli-version": head.agent_version,
                    }
                ),
                "environment": _present(
                    {
                        "working-dir": head.cwd or "unknown",
                        "vcs": _present({"type": "git", "revision": head.commit, "branch": head.branch}),
                    }
                ),
                "parent-session": head.parent_session,
            }
        )
    )
    plain_fields(segment.entries)
    session["entries"] = segment.entries
    extension: dict[str, Any] = {
        "version": FORMAT,
        "segment": {
            "index": segment.index,
            "first": segment.first,
            "last": segment.first + len(segment.entries) - 1,
            "prev": bytes.fromhex(segment.prev) if segment.prev else None,
        },
        "base": {"commit": place.base_commit or None, "files": place.base_files},
        "source": _present(
            {
                "format": head.format,
                "sha-256": bytes.fromhex(segment.sha256),
                "byte-range": [segment.bytes_start, segment.bytes_end] if segment.bytes_end else [],
                "agent-version": plain(head.agent_version),
                "unknown-items": segment.unknown,
            }
        ),
    }
    if cuts:
        extension["limits"] = {"cut": cuts}
    record = {
        "version": VAC_VERSION,
        "id": record_id,
        "created": created,
        "session": session,
        "vcs": vcs,
        "recording-agent": {"name": "gittraj", "version": __version__},
        "gittraj": extension,
    }
    flags = irregularities(record)
    if any("native-timestamp" in entry for entry in walk(segment.entries)):
        flags.append("timestamps-malformed")
    if flags:  # what is odd about the source is kept as it is, and said
        extension["flags"] = flags
    return Draft(record)


def _present(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in ("", None, [], b"", 0)}


def _first_time(head: SessionHead, entries: list[Entry]) -> str:
    """When the session began; the earliest entry's time where the head does not say or says later."""
    times = [(moment, entry["timestamp"]) for entry in walk(entries) if (moment := seconds(entry)) is not None]
    started = seconds({"timestamp": head.started})
    if started is not None:
        times.append((started, head.started))
    return min(times)[1] if times else ""
