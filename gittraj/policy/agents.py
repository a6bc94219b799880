"""Signs of agents in a commit: names and messages go in, what says that an agent had a part in it comes out."""

import re

from gittraj.model.commit import Commit

_AGENTS = r"(?:claude|codex|gemini|opencode|cursor|copilot|aider|pi coding agent|devin|openhands)"
# what agents and their front ends write into messages of commits they made
_CLAIMS = re.compile(
    rf"^(?:co-authored-by|generated-by|assisted-by|made-with|agent)\s*:.*\b{_AGENTS}\b|generated with \[?{_AGENTS}",
    re.I | re.M,
)
_NAME = re.compile(rf"\b{_AGENTS}\b", re.I)
_AUTHORS = re.compile(rf"\b{_AGENTS}\b.*(?:\[bot\]|noreply|agent)|noreply@anthropic\.com", re.I)
_TRAILER = re.compile(r"^[A-Za-z0-9][A-Za-z0-9-]*\s*:\s.*$", re.M)

LONGEST = 500  # characters of a name, an address or a trailer that are looked at
MOST_TRAILERS = 200  # of a message; hostile ones have more


def says_agent(commit: Commit) -> bool:
    """Whether the commit itself claims, in words known to us, that an agent made it or helped."""
    people = (author(commit), committer(commit))
    return bool(_CLAIMS.search(commit.message)) or any(_AUTHORS.search(person[:LONGEST]) for person in people)


def claims(message: str) -> list[tuple[str, str]]:
    """(line, agent's name in lower case) of every line of a message that says an agent made the commit or helped."""
    found: list[tuple[str, str]] = []
    for line in message.splitlines():
        cut = line[:LONGEST]
        if len(found) < MOST_TRAILERS and _CLAIMS.search(cut):
            name = _NAME.search(cut)
            found.append((cut, name[0].lower() if name else ""))
    return found


def author(commit: Commit) -> str:
    """`NAME <EMAIL>` of who wrote it."""
    return f"{commit.author_name} <{commit.author_email}>"


def committer(commit: Commit) -> str:
    """`NAME <EMAIL>` of who committed it."""
    return f"{commit.committer_name} <{commit.committer_email}>"


def trailers(commit: Commit) -> list[str]:
    """The lines of the message below its subject that read `Word: value`; wherever they stand, so that none can be hidden."""
    body = commit.message.partition("\n")[2]
    found: list[str] = []
    for match in _TRAILER.finditer(body):
        if len(found) == MOST_TRAILERS:
            break
        found.append(match[0].strip()[:LONGEST])
    return found
