"""Notes of git-memento: the Markdown of ``refs/notes/commits`` or its full audit goes in, which sessions it names comes out.

One session, or several between ``<!-- git-memento-session:start -->`` and ``…:end -->``; each begins with ``- Provider: …`` and
``- Session ID: …`` and a title, which may be a whole prompt of many lines, then the conversation, a heading ``### NAME`` before each
message. No tool calls are kept.
"""

import re

from gittraj.errors import AgentError
from gittraj.imports import claim
from gittraj.imports.claim import Agent, Claim

REFS = ("refs/notes/memento-full-audit", "refs/notes/commits")  # the fuller one first
_HEAD = 40  # lines at the beginning of a session in which its head stands
_START = "<!-- git-memento-session:start -->"
_END = "<!-- git-memento-session:end -->"
_CARRIED = "# Git Memento Carried Notes"  # a note made of those of several commits, one behind the other
_SOURCE = re.compile(r"## Source Commit [0-9a-f]{40,64}")
_FIELD = re.compile(r" {0,3}- (Provider|Session ID): ?(.{0,400})")
_MESSAGE = re.compile(r"### \S.{0,200}")


def read(notes: dict[str, bytes]) -> Claim | None:
    """The claim of a commit's notes by ref; None where they are somebody else's. Raises `AgentError` where one is not understood."""
    content = next(claim.text(notes[ref]) for ref in REFS if ref in notes)
    if "git-memento" not in content and "# Git Memento Session" not in content:
        return None
    agents = []
    messages = 0
    for session in _sessions(content.replace("\r\n", "\n").split("\n")):
        fields: dict[str, str] = {}
        for match in filter(None, map(_FIELD.fullmatch, session[:_HEAD])):
            fields.setdefault(match[1], match[2].strip())  # what stands in the title comes later
        if "Session ID" in fields or "Provider" in fields:
            provider = claim.name(fields.get("Provider")) or "unknown"
            agents.append(Agent(provider.lower(), "", claim.name(fields.get("Session ID"))))
        messages += sum(1 for line in session if _MESSAGE.fullmatch(line))
    if not agents:
        raise AgentError("it names neither a provider nor a session")
    return claim.checked(Claim(tuple(dict.fromkeys(agents)), {}, {}, messages=messages))


def _sessions(lines: list[str]) -> list[list[str]]:
    if lines[0].strip() == _CARRIED:
        starts = [number for number, line in enumerate(lines) if _SOURCE.fullmatch(line.strip())]
        parts = (lines[start + 1 : end] for start, end in zip(starts, [*starts[1:], len(lines)], strict=True))
        return [session for part in parts if part for session in _sessions(part)]
    if not any(line.strip() == _START for line in lines):
        return [lines]
    found: list[list[str]] = []
    inside = False
    for line in lines:
        if line.strip() == _START:
            inside = True
            found.append([])
        elif line.strip() == _END:
            inside = False
        elif inside:
            found[-1].append(line)
    return found
