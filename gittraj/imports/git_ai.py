"""Authorship logs of git-ai (Git AI Standard 3.0.0): a note of ``refs/notes/ai`` goes in, who is said to have written which lines comes out.

Two sections with ``---`` between: paths with lines ``  KEY 1-4,9`` below each, then JSON that says who a key is. Keys: ``s_…::t_…``
(a session), ``h_…`` or ``human`` (a person), else the name of a prompt record: the first digits of a hash, in early notes a UUID.
"""

import re
from typing import Any

import msgspec

from gittraj.errors import AgentError
from gittraj.imports import claim
from gittraj.imports.claim import Agent, Claim, Share

REFS = ("refs/notes/ai",)
_ENTRY = re.compile(r"  ([0-9A-Za-z_:-]{4,80}) ([0-9][0-9,-]{0,200000})")
_RANGE = re.compile(r"([1-9][0-9]{0,8})(?:-([1-9][0-9]{0,8}))?")


def read(notes: dict[str, bytes]) -> Claim | None:
    """The claim of a commit's notes by ref. Raises `AgentError` where a note is not understood."""
    content = claim.text(notes[REFS[0]])
    head, divider, tail = content.partition("\n---\n") if not content.startswith("---\n") else ("", "---", content[4:])
    if not divider:
        raise AgentError("a note without the line --- between lines and metadata")
    try:
        known = msgspec.json.decode(tail.encode())
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError) as error:
        raise AgentError(f"its metadata are not understood: {error}") from None
    version = known.get("schema_version") if isinstance(known, dict) else None
    if not isinstance(version, str) or not version.startswith("authorship/"):
        raise AgentError("its metadata name no version of the authorship log")
    agents: list[Agent] = []
    places: dict[str, int] = {}
    for group in ("prompts", "sessions"):
        for key, record in _map(known.get(group)).items():
            who = _map(_map(record).get("agent_id"))
            places[key] = len(agents)
            agents.append(
                Agent(claim.name(who.get("tool")) or "unknown", claim.name(who.get("model")), claim.name(who.get("id")))
            )
    files: dict[str, tuple[Share, ...]] = {}
    at = ""
    shares: dict[int, list[tuple[int, int]]] = {}
    for line in head.split("\n"):
        if not line.strip():
            continue
        if not line.startswith(" "):
            at, shares = claim.path(line[1:-1] if len(line) > 1 and line[0] == line[-1] == '"' else line), {}
            continue
        match = _ENTRY.fullmatch(line.rstrip("\r"))
        if match is None or not at:
            raise AgentError("a line of it is neither a path nor a key with ranges")
        who_at = -1 if match[1] == "human" or match[1].startswith("h_") else places.get(match[1].partition("::")[0])
        if who_at is None:
            who_at = places[match[1]] = len(agents)
            agents.append(Agent("unknown"))
        shares.setdefault(who_at, []).extend(_ranges(match[2]))
        files[at] = tuple(Share(each, claim.merged(ranges)) for each, ranges in shares.items())
    if not agents and not files:
        return None  # git-ai notes a commit that no agent had a part in, too
    return claim.checked(Claim(tuple(agents), files, {}, version=claim.name(version)))


def _ranges(text: str) -> list[tuple[int, int]]:
    found = []
    for part in text.split(","):
        match = _RANGE.fullmatch(part)
        if match is None or int(match[2] or match[1]) < int(match[1]):
            raise AgentError(f"{part[:40]!r} is no range of lines")
        found.append((int(match[1]), int(match[2] or match[1])))
    return found


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
