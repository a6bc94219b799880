"""Sub-agents: a tool call that ran one goes in, the entries of the sub-agent's chat come out (chats/PARENT/ID.jsonl)."""

import os
import re
from collections.abc import Callable
from typing import Any

from gittraj.agents.gemini.state import State
from gittraj.errors import AgentError
from gittraj.model.entry import Entry
from gittraj.model.session import Reading

DEPTH = 4  # sub-agents of sub-agents; Gemini CLI does not nest them today
# tools that never run a sub-agent: a chat without an agent id on any call is then given to one of the others
_PLAIN = (
    "read_file", "write_file", "replace", "run_shell_command", "list_directory", "glob", "grep_search", "search_file_content",
    "read_many_files", "web_fetch", "google_web_search", "save_memory", "write_todos", "ask_user", "activate_skill",
)  # fmt: skip
_START = re.compile(rb'"startTime"\s*:\s*"([0-9T:.Z+-]{10,40})"')


class Family:
    """The chat at `path` and those of its sub-agents; `above`: chats that spawned it. `unknown`: raw items kept in children."""

    def __init__(self, path: str, state: State, above: tuple[str, ...], read: Callable[..., Reading]) -> None:
        self.path = path
        self.state = state
        self.above = above
        self.read = read
        self.unknown = 0

    def __call__(self, agent: str, tool: str, when: Any) -> tuple[list[Entry], str]:
        """(entries, session) of the sub-agent that a call of `tool` ran, which ended at `when`; ([], "") where it ran none."""
        session = self.state.session
        folder = os.path.join(os.path.dirname(os.path.abspath(self.path)), session)
        if not session or os.sep in session or len(self.above) >= DEPTH or not os.path.isdir(folder):
            return [], ""
        name = f"{agent}.jsonl" if agent else self._earliest(folder, tool, when)
        if not name or os.sep in name or name in self.state.claimed:
            return [], ""
        try:
            reading = self.read(os.path.join(folder, name), above=(*self.above, self.path))
        except AgentError:  # not there, or not readable now: the call's own result stands
            return [], ""
        self.state.claimed.append(name)
        self.unknown += reading.unknown
        return reading.entries, reading.head.session_id

    def _earliest(self, folder: str, tool: str, when: Any) -> str:
        """The earliest chat that no call claimed and that began before the result, for versions that write no agent id."""
        if tool in _PLAIN or not isinstance(when, str):
            return ""
        begun = []
        for name in sorted(os.listdir(folder)):
            if name.endswith(".jsonl") and name not in self.state.claimed:
                try:
                    with open(os.path.join(folder, name), "rb") as file:
                        match = _START.search(file.read(1024))
                except OSError:
                    continue
                if match and match[1].decode() <= when:
                    begun.append((match[1].decode(), name))
        return min(begun)[1] if begun else ""
