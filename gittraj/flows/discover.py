"""Which sessions lie around a worktree: a directory and the environment go in, agents with locations that may hold something new come out.

Light: the hook asks this at every commit, so nothing beyond `os` may be imported here.
"""

import os

from gittraj.agents import registry
from gittraj.store import state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gittraj.agents.interface import Agent
    from gittraj.model.location import Location

RECENT_DAYS = 30  # agents themselves forget sessions after about as long; older ones are attached by hand
RUNNING_HOURS = (
    6  # an agent waits for its shell no longer than this; who wrote nothing for longer does not run this commit
)


class Found:
    """One session that may hold something new. `inside`: the committing process runs in this very agent (and session, if told)."""

    __slots__ = ("agent", "inside", "location")

    def __init__(self, agent: "Agent", location: "Location", inside: bool) -> None:
        self.agent = agent
        self.location = location
        self.inside = inside


def find(
    worktree: str, env: "Mapping[str, str]", common_dir: str, *, now: float, everything: bool = False
) -> "list[Found]":
    """Sessions around `worktree` with bytes that were not attached yet; `everything`: whatever their age and state."""
    found = []
    for agent in _agents(common_dir):
        running = agent.running(env)
        for location in agent.locate(worktree, env):
            named = bool(running) and running == location.session
            inside = named or (running == "" and location.near in ("same", "inside"))
            if location.near == "elsewhere" and not inside:
                continue
            age = now - location.mtime
            fresh = named or (
                inside and age < RUNNING_HOURS * 3600
            )  # its commit call may be all that is new, and still open
            if not everything and not fresh:
                hint = state.position_hint(common_dir, agent.NAME, location.session)
                if age > RECENT_DAYS * 86400 or (hint is not None and location.size and location.size == hint[0]):
                    continue
            found.append(Found(agent, location, inside))
    return found


def _agents(common_dir: str) -> "Iterator[Agent]":
    """Ours always; those of other packages where `init`, `attach` or `doctor` saw any (looking costs 25 ms)."""
    yield from registry.built_in()
    if os.path.exists(plugins_mark(common_dir)):
        yield from registry.plugged_in()


def plugins_mark(common_dir: str) -> str:
    """The file whose presence says that other packages bring agents."""
    return os.path.join(common_dir, "gittraj", "plugins")


def note_plugins(common_dir: str) -> None:
    """Look for agents of other packages once, and remember for the hook whether there are any."""
    mark = plugins_mark(common_dir)
    if any(True for _ in registry.plugged_in()):
        os.makedirs(os.path.dirname(mark), exist_ok=True)
        with open(mark, "w", encoding="ascii"):
            pass
    elif os.path.exists(mark):
        os.remove(mark)
