"""Notes of Agent Note: the JSON of ``refs/notes/agentnote`` goes in, which files an agent is said to have written comes out.

``{v: 1, agent, session_id, model, interactions: […], files: [{path, by_ai}], attribution: {lines: {ai_added, total_added, deleted}}}``.
Notes of its first weeks (version 1 still, or 2) have ``files_by_ai: [path]`` and the numbers beside it, and name no agent. Prompts and
responses are kept, tool calls are not.
"""

from typing import Any

import msgspec

from gittraj.errors import AgentError
from gittraj.imports import claim
from gittraj.imports.claim import Agent, Claim, Share

REFS = ("refs/notes/agentnote",)
_LINES = {"ai_added": "agent-added", "total_added": "added", "deleted": "removed"}
_FIRST_LINES = {"ai_added_lines": "agent-added", "total_added_lines": "added", "deleted_lines": "removed"}


def read(notes: dict[str, bytes]) -> Claim | None:
    """The claim of a commit's notes by ref. Raises `AgentError` where a note is not understood."""
    try:
        found = msgspec.json.decode(claim.text(notes[REFS[0]]).encode())
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError) as error:
        raise AgentError(f"a note that is not understood: {error}") from None
    version = found.get("v") if isinstance(found, dict) else None
    if type(version) is not int or not (version == 1 or (version == 2 and "files_by_ai" in found)):
        raise AgentError("a note of a version that is not known")
    agent = Agent(
        claim.name(found.get("agent")) or "unknown", claim.name(found.get("model")), claim.name(found.get("session_id"))
    )
    files: dict[str, tuple[Share, ...]] = {}
    for each in _list(found.get("files")):
        if isinstance(each, dict) and each.get("by_ai") is True:
            files[claim.path(each.get("path"))] = (Share(0, None),)
    for path in _list(found.get("files_by_ai")):
        files[claim.path(path)] = (Share(0, None),)
    told = found.get("attribution")
    lines = told.get("lines") if isinstance(told, dict) else None
    totals = _totals(lines, _LINES) if isinstance(lines, dict) else _totals(found, _FIRST_LINES)
    interactions = len(_list(found.get("interactions")))
    return claim.checked(Claim((agent,), files, totals, messages=2 * interactions, version=str(version)))


def _totals(told: dict[str, Any], names: dict[str, str]) -> dict[str, int]:
    return {ours: claim.count(told[theirs]) for theirs, ours in names.items() if theirs in told}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
