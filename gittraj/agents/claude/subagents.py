"""Files of sub-agents beside a session's: the reading of the session goes in, the children of its calls are completed.

Newer versions write ``SESSION/subagents/agent-ID.jsonl`` (some with ``agent-ID.meta.json``), older ones ``agent-ID.jsonl`` beside
the session. A line that the session's own file had (as progress or side chain) is known by its uuid and not taken again.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import msgspec

from gittraj.agents.claude.chain import entries
from gittraj.agents.claude.memory import LINKS, digest, remember, thread
from gittraj.agents.jsonl import Line, Lines
from gittraj.agents.seen import ELSEWHERE
from gittraj.agents.shape import OddShapeError, raw, text
from gittraj.errors import AgentError
from gittraj.model.entry import Entry

if TYPE_CHECKING:
    from gittraj.agents.claude.reader import Session

HEAD = (
    65536  # the session's id stands in the first line; a prompt longer than this hides no sub-agent of newer versions
)


def prompt(line: dict[str, Any]) -> str:
    """The text of a user line, "" where it has none."""
    message = line.get("message")
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, list) and len(content) == 1 and isinstance(content[0], dict):
        content = content[0].get("text")
    return content if isinstance(content, str) else ""


def read(session: Session, horizon: str | None) -> None:
    """Add the lines of sub-agents' files that are new, those later than `horizon` left for the next reading (None: all)."""
    touched: set[str] = set()
    for key, path in _files(session):
        lines = Lines(path, session.memory.files.get(key, 0))
        agent = os.path.basename(path)[len("agent-") : -len(".jsonl")]
        call = session.memory.links.get(agent) or _told(path)
        try:
            for line in lines:
                value = line.value
                when = value.get("timestamp") if isinstance(value, dict) else None
                if horizon is not None and isinstance(when, str) and when > horizon:
                    break
                if not call and isinstance(value, dict):
                    call = session.memory.prompts.pop(digest(prompt(value)), "")
                _take(session, call, agent, line)
                session.memory.files[key] = line.end
        except AgentError:
            continue  # gone or unreadable while we looked: the session itself is fine
        if call:
            remember(session.memory.links, agent, call, LINKS)
            touched.add(call)
    for call in touched:
        if call in session.calls and "children" in session.calls[call][0]:
            parent = session.calls[call][0]
            parent["children"] = sorted(parent["children"], key=lambda child: str(child.get("timestamp", "")))


def _files(session: Session) -> list[tuple[str, str]]:
    """(name in the state, path) of the sub-agents' files with something new."""
    folder, name = os.path.split(session.path)
    stem = name.removesuffix(".jsonl")
    own = os.path.join(folder, stem, "subagents")
    found = [(f"{stem}/{each}", os.path.join(own, each)) for each in _names(own)]
    mark = f'"{session.memory.session or stem}"'.encode("utf-8", "replace")
    for each in _names(folder):
        path = os.path.join(folder, each)
        if each in session.memory.files or mark in _head(path):
            found.append((each, path))
    return [(key, path) for key, path in found if _size(path) > session.memory.files.get(key, 0)]


def _names(folder: str) -> list[str]:
    try:
        return sorted(each for each in os.listdir(folder) if each.startswith("agent-") and each.endswith(".jsonl"))
    except (OSError, ValueError):
        return []


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:
        return 0


def _head(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.readline(HEAD)
    except OSError:
        return b""


def _take(session: Session, call: str, agent: str, line: Line) -> None:
    value = line.value
    try:
        if line.damage or not isinstance(value, dict):
            raise OddShapeError("not an object")
        uuid = text(value.get("uuid"))
        if uuid and session.seen.meet(uuid, ELSEWHERE) is not None:
            return
        found = entries(value, thread(session.memory, f"file {agent}", apart=True), session.memory, uuid, True)
    except OddShapeError:
        event: Entry = {"type": "system-event", "event-type": "unknown", "data": {"raw": line.raw or raw(value)}}
        found = [event]
    session.adopt(call, agent, found, 0)


def _told(path: str) -> str:
    """The call that the file's companion names, "" where there is none."""
    try:
        with open(path.removesuffix(".jsonl") + ".meta.json", "rb") as file:
            meta = msgspec.json.decode(file.read(HEAD))
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    call = meta.get("toolUseId") if isinstance(meta, dict) else None
    return call if isinstance(call, str) else ""
