"""Notes of git-memento: the Markdown of ``refs/notes/commits`` or its full audit goes in, which sessions it names comes out.

One session, or several between ``<!-- git-memento-session:start -->`` and ``…:end -->``; each begins with ``- Provider: …`` and
``- Session ID: …``, then the conversation, a heading ``### NAME`` before each message. No tool calls are kept.
"""

import re

from gittraj.errors import AgentError
from gittraj.imports import claim
from gittraj.imports.claim import Agent, Claim

REFS = ("refs/notes/memento-full-audit", "refs/notes/commits")  # the fuller one first
_HEAD = 40  # lines at the beginning of a session in which its head stands
_START = "<!-- git-memento-session:start -->"
_END = "<!-- git-memento-session:end -->"
_FIELD = re.compile(r" {0,3}- (Provider|Session ID|Model): ?(.{0,400})")
_MESSAGE = re.compile(r"### \S.{0,200}")


def read(notes: dict[str, bytes]) -> Claim | None:
    """The claim of a commit's notes by ref; None where they are somebody else's. Raises `AgentError` where one is not understood."""
    content = next(claim.text(notes[ref]) for ref in REFS if ref in notes)
    if "git-memento" not in content and "# Git Memento Session" not in content:
        return None
    agents = []
    messages = 0
    for session in _sessions(content.replace("\r\n", "\n").split("\n")):
        fields = {match[1]: match[2].strip() for line in session[:_HEAD] if (match := _FIELD.fullmatch(line))}
        if "Session ID" in fields or "Provider" in fields:
            provider = claim.name(fields.get("Provider")) or "unknown"
            agents.append(
                Agent(provider.lower(), claim.name(fields.get("Model")), claim.name(fields.get("Session ID")))
            )
        messages += sum(1 for line in session if _MESSAGE.fullmatch(line))
    if not agents:
        raise AgentError("it names neither a provider nor a session")
    return claim.checked(Claim(tuple(dict.fromkeys(agents)), {}, {}, messages=messages))


def _sessions(lines: list[str]) -> list[list[str]]:
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
