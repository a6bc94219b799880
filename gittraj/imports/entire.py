"""Checkpoints of the Entire CLI: paths of its branch, metadata and commit messages go in, which transcript belongs to which commit comes out.

The branch ``entire/checkpoints/v1`` holds ``AB/CDEF012345/N/`` for each session N of checkpoint ``abcdef012345``, older versions
the same files without ``N/``: ``full.jsonl`` (large ones go on in ``full.jsonl.001`` …), ``metadata.json``, and for sub-agents
``tasks/TOOL-USE/agent-ID.jsonl``. A commit names its checkpoint in the trailer ``Entire-Checkpoint``; a squash may hold several.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from gittraj.errors import AgentError

BRANCH = "entire/checkpoints/v1"
NAMED_LIMIT = 200  # checkpoints that one commit may name; a squash of a long branch names some tens
METADATA_LIMIT = 1 << 20  # bytes; the field that grows is the list of touched files
_TRAILER = re.compile(r"^[ \t]*Entire-Checkpoint:[ \t]*([0-9a-f]{12})[ \t]*\r?$", re.M)
_PLACE = re.compile(r"([0-9a-f]{2})/([0-9a-f]{10})/(?:([0-9]{1,4})/)?(.+)")
_TRANSCRIPT = re.compile(r"full\.(?:jsonl|log)(?:\.([0-9]{1,4}))?")
_SUB_AGENT = re.compile(r"tasks/[^/]{1,120}/(agent-[A-Za-z0-9_-]{1,80}\.jsonl)")
_DATED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}-(?=.)")


def refs(remotes: Iterable[str]) -> tuple[str, ...]:
    """Where the branch may be: here, as a remote has it, or under a name of its own; full names, because short ones are ambiguous."""
    tracking = (
        f"refs/remotes/{remote}/{BRANCH}" for remote in sorted(remotes, key=lambda name: (name != "origin", name))
    )
    return (f"refs/heads/{BRANCH}", *tracking, f"refs/{BRANCH}")


class Kept(NamedTuple):
    """One session of one checkpoint. `transcript`, `metadata`, `sub_agents` are blob ids ("" and () where absent)."""

    checkpoint: str
    number: int
    transcript: tuple[str, ...]
    metadata: str
    sub_agents: tuple[tuple[str, str], ...]


class Told(NamedTuple):
    """What metadata say. `session`: the id, without the date that older versions put before it. `created`: RFC 3339 text."""

    session: str
    created: str
    label: str


def named(message: str) -> tuple[str, ...]:
    """The checkpoints that a commit's message names, each once, in order."""
    return tuple(dict.fromkeys(_TRAILER.findall(message)))[:NAMED_LIMIT]


def checkpoints(files: Iterable[tuple[str, str]]) -> dict[str, list[Kept]]:
    """The sessions of each checkpoint, from the branch's files as (path, blob id); paths of no such form are left alone."""
    parts: dict[tuple[str, int], dict[str, str]] = {}
    for path, blob in files:
        match = _PLACE.fullmatch(path)
        if match:
            number = -1 if match[3] is None else int(match[3])
            parts.setdefault((match[1] + match[2], number), {})[match[4]] = blob
    found: dict[str, list[Kept]] = {}
    for (checkpoint, number), names in sorted(parts.items()):
        pieces = sorted(
            (int(match[1] or 0), blob) for name, blob in names.items() if (match := _TRANSCRIPT.fullmatch(name))
        )
        agents = tuple(
            (match[1], blob) for name, blob in sorted(names.items()) if (match := _SUB_AGENT.fullmatch(name))
        )
        if number >= 0 or pieces:
            transcript = tuple(blob for _, blob in pieces)
            kept = Kept(checkpoint, max(number, 0), transcript, names.get("metadata.json", ""), agents)
            found.setdefault(checkpoint, []).append(kept)
    return found


class _Metadata(msgspec.Struct):
    session_id: str = ""
    created_at: str = ""
    agent: str | None = None


def metadata(data: bytes) -> Told:
    """What ``metadata.json`` of a session says. Raises `AgentError` where it is not understood."""
    if len(data) > METADATA_LIMIT:
        raise AgentError(f"its metadata.json has {len(data)} bytes")
    try:
        found = msgspec.json.decode(data, type=_Metadata)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise AgentError(f"its metadata.json is not understood: {error}") from None
    return Told(_DATED.sub("", found.session_id, count=1)[:500], found.created_at[:64], (found.agent or "")[:80])
