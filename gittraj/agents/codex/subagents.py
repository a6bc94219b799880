"""Sub-agents: the entries of a line go in; where they belong to a spawned agent, its rollout's entries hang below them.

A sub-agent is a thread with a rollout of its own in the same tree of day folders. The result of `spawn_agent` (or an activity
event) names it; what it has written by then becomes `children` of that entry. What it writes later becomes `children` of a
``sub-agent`` event at the next result of a tool that deals with agents, or at the end of the turn.
"""

import datetime
import os
import re
from collections.abc import Callable

import msgspec

from gittraj.agents.codex.state import State, compact, mark
from gittraj.agents.shape import mapping
from gittraj.errors import AgentError
from gittraj.model.entry import Entry
from gittraj.model.session import Position, Reading

DEPTH = 4  # sub-agents of sub-agents; Codex itself stops at 1 unless told otherwise
MOST = 64  # sub-agents of one session that are followed
_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_TOOLS = (
    "spawn_agent",
    "wait",
    "wait_agent",
    "send_input",
    "send_message",
    "followup_task",
    "close_agent",
    "resume_agent",
)


class Family:
    """The rollout at `path` and those it spawned; `above`: those that spawned it. `unknown`: raw items kept in children."""

    def __init__(self, path: str, above: tuple[str, ...], read: Callable[..., Reading]) -> None:
        self.path = path
        self.above = above
        self.read = read
        self.unknown = 0
        # ids are unique within the record: a sub-agent's begin with the end of its thread id
        self.prefix = f"{_thread(path)[-12:]}:" if above else ""

    def gather(self, state: State, entries: list[Entry]) -> list[Entry]:
        """`entries` with the children that are due at them."""
        gathered: list[Entry] = []
        for entry in entries:
            kind = entry.get("event-type")
            due = entry.pop("agents", False)
            if len(self.above) >= DEPTH:
                gathered.append(entry)
                continue
            if entry["type"] == "tool-call" and _plain(entry["name"]) in _TOOLS and "call-id" in entry:
                state.open[entry["call-id"]]["agents"] = True
            if kind in ("turn-end", "interrupted"):
                gathered.extend(self._grown(state))
            elif kind == "sub-agent":
                self._meet(state, entry, str(mapping(entry.get("data")).get("agent_thread_id", "")))
            elif due:
                named = entry["output"] if isinstance(entry["output"], str) else ""
                for thread in _UUID.findall(named[:4096]):
                    self._meet(state, entry, thread)
                gathered.extend(self._grown(state))
            gathered.append(entry)
        return gathered

    def _meet(self, state: State, entry: Entry, thread: str) -> None:
        """The first sight of a sub-agent: its entries so far become children of `entry`."""
        if (
            thread in state.children
            or thread == state.session
            or len(state.children) >= MOST
            or not _UUID.fullmatch(thread)
        ):
            return
        state.children[thread] = {}
        children = self._more(state, thread)
        if children:
            entry.setdefault("children", []).extend(children)
            entry["sub-agent"] = thread

    def _grown(self, state: State) -> list[Entry]:
        """An event for each known sub-agent that went on since."""
        events = []
        for thread in state.children:
            children = self._more(state, thread)
            if children:
                data = {"agent_thread_id": thread}
                events.append({"type": "system-event", "event-type": "sub-agent", "data": data, "children": children})
        return events

    def _more(self, state: State, thread: str) -> list[Entry]:
        path = self._find(thread)
        if not path or path == self.path or path in self.above:
            return []
        position = msgspec.convert(state.children[thread], Position)
        try:
            reading = self.read(path, position, above=(*self.above, self.path))
        except AgentError:  # it vanished or cannot be read now: the parent's own entries stand
            return []
        if not _descends(reading.head.parent_session, state.session):
            return []
        state.children[thread] = msgspec.to_builtins(reading.next)
        self.unknown += reading.unknown
        for entry in reading.entries:
            said = (
                entry.get("data", {}).get("base-instructions") if entry.get("event-type") == "session-start" else None
            )
            if isinstance(said, str) and mark(said) == state.instructions:  # 20 KB that the parent's first entry has
                entry["data"]["base-instructions"] = compact(said)
        return reading.entries

    def _find(self, thread: str) -> str:
        """The thread's rollout: in the parent's folder, or in the day folders around the time that its id tells."""
        here = os.path.dirname(os.path.abspath(self.path))
        root = os.path.dirname(os.path.dirname(os.path.dirname(here)))
        try:
            born = datetime.datetime.fromtimestamp(int(thread[:8] + thread[9:13], 16) / 1000, datetime.UTC)
            days = [born + datetime.timedelta(days=offset) for offset in (-1, 0, 1)]  # folders are named in local time
        except (OverflowError, OSError, ValueError):
            days = []
        for folder in [here, *(os.path.join(root, f"{day:%Y}", f"{day:%m}", f"{day:%d}") for day in days)]:
            try:
                names = os.listdir(folder)
            except OSError:
                continue
            for name in names:
                if name.startswith("rollout-") and name.endswith(f"-{thread}.jsonl"):
                    return os.path.join(folder, name)
        return ""


def _descends(parent: str, session: str) -> bool:
    return not parent or not session or parent == session


def _plain(name: str) -> str:
    return name.rsplit(".", 1)[-1]


def _thread(path: str) -> str:
    return os.path.basename(path).removesuffix(".zst").removesuffix(".jsonl")
