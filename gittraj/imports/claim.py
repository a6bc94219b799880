"""What tools say of a commit without the session itself: agents, files and lines go in, one claim comes out, bounded and printable."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from gittraj.errors import AgentError

NOTE_LIMIT = 16 << 20  # bytes of one note; transcripts in Markdown reach some megabytes
FILES_LIMIT = 5000  # files in one claim; a statement carries its payload, and has 128 KiB for it
RANGES_LIMIT = 20000
NAME_LIMIT = 200  # characters of an agent's name, a model, a session's id
PATH_LIMIT = 4096


class Agent(NamedTuple):
    """Who is said to have had a part: the tool's name for the agent, the model and the session, "" where not told."""

    name: str
    model: str = ""
    session: str = ""


class Share(NamedTuple):
    """A part of a file. `agent`: position in the claim's agents, -1 for a person. `lines`: (first, last), 1-based; None: not told which."""

    agent: int
    lines: tuple[tuple[int, int], ...] | None


class Claim(NamedTuple):
    """One note's word. `totals`: numbers that the tool gives for the whole commit. `messages`: how many a kept conversation has."""

    agents: tuple[Agent, ...]
    files: dict[str, tuple[Share, ...]]
    totals: dict[str, int]
    messages: int = 0
    version: str = ""


def text(note: bytes) -> str:
    """The note as text. Raises `AgentError` where it is too long or not UTF-8."""
    if len(note) > NOTE_LIMIT:
        raise AgentError(f"a note of {len(note)} bytes")
    try:
        return note.decode("utf-8")
    except UnicodeDecodeError as error:
        raise AgentError("a note that is not UTF-8") from error


def name(value: Any) -> str:
    """A name as a statement may hold it, "" for what is no text."""
    if not isinstance(value, str):
        return ""
    return "".join(each if each.isprintable() else "�" for each in value[:NAME_LIMIT]).strip()


def path(value: Any) -> str:
    """A path as git writes it. Raises `AgentError` where it cannot be one of the repository."""
    found = value.replace("\\", "/") if isinstance(value, str) else ""
    parts = found.split("/")
    if not found or len(found) > PATH_LIMIT or "\0" in found or any(part in ("", ".", "..", ".git") for part in parts):
        raise AgentError("it names a path that is none of a repository")
    return found


def count(value: Any) -> int:
    """A number of lines; 0 for what is none."""
    return value if type(value) is int and 0 <= value < 1 << 31 else 0


def checked(claim: Claim) -> Claim:
    """The claim, where it says anything and not too much. Raises `AgentError`."""
    ranges = sum(len(share.lines or ()) for shares in claim.files.values() for share in shares)
    if len(claim.files) > FILES_LIMIT or ranges > RANGES_LIMIT:
        raise AgentError(f"a claim about {len(claim.files)} files in {ranges} ranges is more than a statement holds")
    if not claim.agents and not claim.files:
        raise AgentError("it names neither an agent nor a file")
    return claim


def merged(ranges: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The ranges in order, with those that touch made one."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return tuple(found)
