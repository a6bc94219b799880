"""Which files a call changed: the agent's own table of tools is asked; a call goes in, observed operations come out."""

from gittraj.cli.turns import Step
from gittraj.errors import AgentError
from gittraj.model.operation import Observed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gittraj.agents.interface import Agent


class Edits:
    """The operations of each call of one record; none where the agent is unknown here or the call cannot be understood."""

    def __init__(self, agent: str) -> None:
        self._agent: Agent | None
        try:
            from gittraj.agents.registry import by_name

            self._agent = by_name(agent)
        except (AgentError, ImportError):  # shown by a machine without that agent's package: the story still reads
            self._agent = None
        self._known: dict[int, list[Observed]] = {}

    def of(self, step: Step) -> list[Observed]:
        """What `step`'s call did to files."""
        key = id(step.call)
        if key not in self._known:
            self._known[key] = self._ask(step)
        return self._known[key]

    def _ask(self, step: Step) -> list[Observed]:
        if self._agent is None or step.call["type"] != "tool-call":
            return []
        try:
            return self._agent.operations(step.call, step.result)
        except AgentError:
            return []
