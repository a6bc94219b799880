"""The list of agents: a name goes in, its module comes out; entry points (group `gittraj.agents`) add others' agents.

Only what is asked for is imported: the hook pays for each import at every commit.
"""

from gittraj.errors import AgentError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gittraj.agents.interface import Agent

BUILT_IN = ("claude", "codex", "pi", "opencode", "gemini", "cursor")
GROUP = "gittraj.agents"


def built_in() -> "Iterator[Agent]":
    """The agents that come with gittraj, in the order in which they are asked."""
    for name in BUILT_IN:
        yield _module(name)


def agents() -> "Iterator[Agent]":
    """All agents: ours, then those of other packages (looking for these costs about 25 ms)."""
    yield from built_in()
    yield from plugged_in()


def plugged_in() -> "Iterator[Agent]":
    """Agents of other packages. Raises `AgentError` naming the package where one cannot be loaded."""
    import importlib.metadata

    for point in importlib.metadata.entry_points(group=GROUP):
        try:
            yield point.load()
        except Exception as error:
            owner = point.dist.name if point.dist else point.value
            raise AgentError(f"the agent {point.name!r} of package {owner} cannot be loaded: {error}") from error


def by_name(name: str) -> "Agent":
    """The agent called `name` (its `NAME`). Raises `AgentError` with the known names."""
    known = []
    for agent in agents():
        if name == agent.NAME:
            return agent
        known.append(agent.NAME)
    raise AgentError(f"no agent is called {name!r}", hint=f"known agents: {', '.join(known)}")


def recognise(path: str) -> "Agent":
    """The agent whose session `path` is, told from its bytes (labels lie). Raises `AgentError` where none knows it."""
    head = _head(path)
    for agent in agents():
        if agent.sniff(head, path):
            return agent
    raise AgentError(f"{path}: no known agent writes such a file", hint="name the agent: --agent NAME")


def named(name: str, path: str) -> "Agent":
    """The agent called `name`, to read `path` with. Raises `AgentError` where none is, or the bytes are another agent's session."""
    agent, head = by_name(name), _head(path)
    if not agent.sniff(head, path):
        for other in agents():
            if other.sniff(head, path):
                raise AgentError(f"{path}: is a session of {other.NAME}, not of {name}")
    return agent


def _head(path: str) -> bytes:
    import os

    if os.path.isdir(path):
        return b""
    try:
        if os.path.exists(path) and not os.path.isfile(path):  # a pipe or a device would let us wait for ever
            raise AgentError(f"{path}: is neither a file nor a folder")
        with open(path, "rb") as file:
            head = file.read(65536)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise AgentError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if not head:
        raise AgentError(f"{path}: is empty, so it holds no session")
    return head


def _module(name: str) -> "Agent":
    import importlib

    return importlib.import_module(f"gittraj.agents.{name}")
