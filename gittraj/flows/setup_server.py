"""`git traj init --server`: a bare repository that others push to goes in; its pre-receive hook is in place afterwards."""

import sys

from gittraj.errors import GitTrajError
from gittraj.flows.policy import policy_at
from gittraj.flows.setup import told_hook
from gittraj.flows.wiring import open_house
from gittraj.model.report import Step
from gittraj.policy import file
from gittraj.store import config, hooks_install


def init_server(*, require_policy: bool = False, directory: str | None = None) -> list[Step]:
    """Install the hook; doing so again changes nothing. `require_policy`: a repository without a policy takes no push.

    Raises `GitTrajError` where the hook cannot be written.
    """
    house = open_house(directory)
    done = hooks_install.install(house.repository, hooks_install.SERVER, interpreter=sys.executable)
    steps = [told_hook(one) for one in done]
    if require_policy:
        config.require_policy(house.repository)
        house.repository.__dict__.pop("settings", None)
        steps.append(Step("pushes are refused while there is no policy"))
    try:
        found = policy_at(house)
    except GitTrajError as error:
        return [*steps, Step(f"every push will be refused: {error.message}", False, error.hint or "")]
    if found.blob:
        steps.append(Step(f"judges by {file.FILE} of {found.at.name}"))
    else:
        told = "the default rule: what has a trace must have a good one, and an agent's commit must have one"
        steps.append(Step(f"no {file.FILE} yet: {told}", hint="push one to the default branch: git traj policy check"))
    if not found.keys.signers.keys():
        steps.append(
            Step(
                "no key is trusted here yet, so no trace can pass",
                False,
                "git traj keys add PRINCIPAL KEY, and push it",
            )
        )
    return steps
