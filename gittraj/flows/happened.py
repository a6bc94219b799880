"""What happened in a segment: its entries go in; calls and events, each with its result and what it did to files, come out in their order."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from gittraj.agents.interface import Agent
from gittraj.capture import moments
from gittraj.errors import AgentError
from gittraj.model.entry import Entry, walk
from gittraj.model.operation import Observed


class Happened(NamedTuple):
    """An event before it has its place in the repository: `call` and `result` as entries, `top` the position of its top-level entry.

    `observed`: what it did to files, as the agent's reader tells.
    """

    moment: float
    lane: int
    top: int
    turn: int
    call: Entry
    result: Entry | None
    observed: list[Observed]


def happened(agent: Agent, entries: list[Entry], waiting: dict[str, Happened]) -> list[Happened]:
    """What calls and events did, each at the place of its result, in the order of the entries.

    Where transcripts have no results at all (Cursor), each call is taken to have been done at its own place. `waiting`: calls of earlier segments without a result yet; changed in place. Sub-agents ran beside their parent: each has a
    lane of its own, in which time does not go back.
    """
    walked = _Walk(agent, waiting, untold=_without_results(agent, entries))
    walked.through(entries, 0, float("-inf"), 0)
    return walked.found


class _Walk:
    """One way through a segment. A class, because a function that calls itself from inside another is kept alive by itself."""

    def __init__(self, agent: Agent, waiting: dict[str, Happened], *, untold: bool) -> None:
        self.found: list[Happened] = []
        self._agent = agent
        self._waiting = waiting
        self._untold = untold
        self._lanes = 0
        self._turn = 0

    def through(self, entries: Iterable[Entry], lane: int, since: float, top: int) -> float:
        """Go through the entries of one lane; the time of the last one."""
        latest = since
        for index, entry in enumerate(entries):
            place = top if lane else index
            moment = moments.seconds(entry)
            if moment and moment > latest:
                latest = moment
            kind = entry.get("type")
            if kind == "user":
                if lane == 0 and not entry.get("is-meta"):
                    self._turn += 1
            elif kind == "tool-call":
                self._call(entry, lane, index, place, latest)
            elif kind == "tool-result":
                call = self._waiting.pop(text_of(entry.get("call-id")), None)
                if call is not None:
                    seen = _observed(self._agent, call.call, entry)
                    self.found.append(Happened(latest, lane, place, self._turn, call.call, entry, seen))
            elif kind == "system-event" and entry.get("event-type") in ("file-change", "command"):
                seen = _observed(self._agent, entry, None)
                self.found.append(Happened(latest, lane, place, self._turn, entry, None, seen))
            children = entry.get("children")
            if isinstance(children, list):
                self._lanes += 1
                # a sub-agent that an earlier segment began stands where its lines were found, not where it was then
                own = moments.seconds(entry) if entry.get("event-type") == "sub-agent" else None
                self.through(children, self._lanes, latest if own is None else own, place)
        return latest

    def _call(self, entry: Entry, lane: int, index: int, place: int, moment: float) -> None:
        one = Happened(moment, lane, place, self._turn, entry, None, [])
        if self._untold:
            self.found.append(one._replace(observed=_observed(self._agent, entry, None)))
        else:
            self._waiting[text_of(entry.get("call-id")) or f"#{lane}.{index}"] = one


def text_of(value: Any) -> str:
    """Text as entries hold it, an id as bytes in hex; "" for anything else."""
    return value if isinstance(value, str) else value.hex() if isinstance(value, bytes) else ""


def _without_results(agent: Agent, entries: list[Entry]) -> bool:
    """Whether the agent records no results: none is there, and its reader cannot tell of a call without one whether it was done."""
    if any(entry.get("type") == "tool-result" for entry in walk(entries)):
        return False
    calls = (entry for entry in walk(entries) if entry.get("type") == "tool-call")
    return any(seen.state == "unknown" for call in calls for seen in _observed(agent, call, None))


def _observed(agent: Agent, call: Entry, result: Entry | None) -> list[Observed]:
    try:
        return agent.operations(call, result)
    except AgentError:
        return []
