"""Recorded outputs of shell commands: a call and its result go in, what each of its commands printed comes out, the agent's wrapping undone."""

from gittraj.agents import shell_calls
from gittraj.agents.interface import Agent
from gittraj.errors import AgentError
from gittraj.model.entry import Entry
from gittraj.model.printed import Printed, never, unclear

_BACKGROUND = "it ran in the background"


def printed(agent: Agent, call: Entry, result: Entry | None, version: str = "") -> list[Printed]:
    """One for each of `shell_calls.commands`, in their order. `version`: of the agent, as the session tells it. Never raises."""
    commands = shell_calls.commands(call, result)
    own = getattr(agent, "printed", None)  # plug-ins need not have it
    if own is None:
        return [unclear(f"how {agent.NAME} records outputs is not known")] * len(commands)
    if call.get("type") == "tool-call" and result is None:
        return [never("its result is not in this trace")] * len(commands)
    given = call.get("input")
    if isinstance(given, dict) and given.get("run_in_background") is True:
        return [never(_BACKGROUND)] * len(commands)
    try:
        found: list[Printed] = own(call, result, version)
    except AgentError:
        found = []
    if len(found) != len(commands):
        return [unclear("its record is not understood")] * len(commands)
    return found
