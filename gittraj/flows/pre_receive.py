"""The pre-receive hook of a bare repository: the updates that a client asks for go in; whether all of them may be made comes out.

The pushed objects lie in git's quarantine, which the repository reads as well. Notes that come in the same push count already.
"""

from collections.abc import Mapping, Sequence

from gittraj.flows.gate import NOTES, Side, judge_updates
from gittraj.flows.guard_log import guard_log
from gittraj.flows.guard_notes import guard_notes
from gittraj.flows.policy import policy_at
from gittraj.flows.wiring import open_house
from gittraj.model.push import PushReport, Update
from gittraj.store.note_history import NotesAt
from gittraj.store.notes import REF
from gittraj.store.settings import boolean

REQUIRED = "gittraj.requirepolicy"


def pre_receive(directory: str, env: Mapping[str, str], updates: Sequence[Update]) -> PushReport:
    """Judge the push. Raises `GitTrajError` where nothing can be judged: the push must be refused then."""
    house = open_house(directory, env, interactive=False)
    refusals = tuple(guard_log(house, updates))
    if refusals:
        return PushReport(refusals=refusals)
    if any(update.ref.startswith(NOTES) for update in updates):
        refusals = tuple(guard_notes(house, policy_at(house).keys, updates, server=True))
        if refusals:
            return PushReport(refusals=refusals)
        tip = next((update.new for update in updates if update.ref == REF), house.notes.tip())
        house = house._replace(notes=NotesAt(house.repository, tip))
    default = house.repository.head() or ""
    must = boolean(house.settings.values.get(REQUIRED, ["false"])[-1]) is not False  # nonsense is no "no"
    side = Side(house, (default,) if default else (), must, ("--branches",))
    return judge_updates(side, updates)
