"""Sessions found become tails: locations or a named file go in, what each has left to attach comes out."""

import os
import re
from collections.abc import Callable, Iterable
from typing import Any

from gittraj.agents import registry
from gittraj.agents.interface import Agent
from gittraj.errors import AgentError
from gittraj.flows import discover, progress
from gittraj.flows.tail import Tail
from gittraj.flows.wiring import House
from gittraj.store.state import State

RANDOM = 8  # characters of an id that no two sessions share: the shortest are pi's, eight hexadecimal digits


def open_all(house: House, found: Iterable[discover.Found], say: Callable[[str], None]) -> Iterable[Tail]:
    """The tails of all sessions found; one that cannot be read is told and left."""
    for one in found:
        location = one.location
        facts = {"size": location.size, "mtime": location.mtime, "inside": one.inside}
        try:
            tail = _tail(house, one.agent, location.path, location.session, **facts)
        except AgentError as error:
            say(error.message)
            State(house.repository.common_dir).note_problem(error.message)
            continue
        yield tail


def open_given(house: House, path: str, agent: str | None) -> Tail:
    """The tail of the session in the file at `path`. Raises `AgentError` where it holds none that `agent` (None: any) writes."""
    full = os.path.realpath(path)
    chosen = registry.named(agent, full) if agent else registry.recognise(full)
    tail = _tail(house, chosen, full, "")
    if not tail.entries and not tail.progress.seq:
        raise AgentError(f"{full}: holds no entries")
    if tail.entries and all(entry.get("event-type") == "unknown" for entry in tail.entries):
        raise AgentError(f"{full}: nothing in it reads as {chosen.NAME} writes it")
    return tail


def _tail(house: House, agent: Agent, path: str, session: str, **facts: Any) -> Tail:
    """Read on where the session was left; a file that does not tell its session's id is opened to learn it."""
    common = house.repository.common_dir
    known = progress.load(common, agent.NAME, session, path)
    tail = Tail(agent, path, session, known, **facts)
    if not known.seq and tail.reading.head.session_id not in ("", known.session):
        known = progress.load(common, agent.NAME, tail.reading.head.session_id, path)
        if known.seq:
            return Tail(agent, path, session, known, **facts)
    copied = 0 if known.seq else _copied(common, agent.NAME, tail)
    if copied:
        last = str(tail.entries[copied - 1]["id"])
        return Tail(agent, path, session, progress.replace(known, entry=copied, last=last), **facts)
    return tail


def _copied(common: str, agent: str, tail: Tail) -> int:
    """How many entries a resumed or forked session brought along from another one, which has a trace of them already."""
    places = {entry["id"]: number for number, entry in enumerate(tail.entries, 1) if _is_unique(entry.get("id"))}
    own = tail.reading.head.session_id
    others = (kept for kept in State(common).sessions() if kept.agent == agent and kept.session != own)
    return max((places.get(kept.state.get("last"), 0) for kept in others), default=0)


def _is_unique(identity: object) -> bool:
    """Whether an entry's id says which session it is from; a number of a line or an item is the same in every session."""
    words = re.split(r"[^0-9A-Za-z_-]", identity) if isinstance(identity, str) else ()
    return any(len(word) >= RANDOM for word in words)


def nothing_new(tail: Tail) -> str:
    """Why a tail without entries is empty."""
    if tail.progress.commit:
        return f"nothing new since its last segment, on {tail.progress.commit[:8]}"
    return "holds no entries"
