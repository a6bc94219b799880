"""The pre-receive hook of a bare repository: the updates that a client asks for go in; whether all of them may be made comes out.

The pushed objects lie in git's quarantine, which the repository reads as well. Notes that come in the same push count already.
"""

from collections.abc import Iterator, Mapping, Sequence

from gittraj.flows.gate import NOTES, Side, judge_updates
from gittraj.flows.guard_log import guard_log
from gittraj.flows.guard_notes import UNITE, guard_notes
from gittraj.flows.policy import policy_at
from gittraj.flows.wiring import House, open_house
from gittraj.model.push import PushReport, Refusal, Update
from gittraj.store.note_history import NotesAt, descends
from gittraj.store.notes import REF
from gittraj.store.settings import boolean

REQUIRED = "gittraj.requirepolicy"
FORWARD_ONLY = "receive.denynonfastforwards"


def pre_receive(directory: str, env: Mapping[str, str], updates: Sequence[Update]) -> PushReport:
    """Judge the push. Raises `GitTrajError` where nothing can be judged: the push must be refused then."""
    house = open_house(directory, env, interactive=False)
    refusals = tuple(guard_log(house, updates))
    if refusals:
        return PushReport(refusals=refusals)
    if any(update.ref.startswith(NOTES) for update in updates):
        refusals = (*_half(house, updates), *guard_notes(house, policy_at(house).keys, updates, server=True))
        if refusals:
            return PushReport(refusals=refusals)
        tip = next((update.new for update in updates if update.ref == REF), house.notes.tip())
        house = house._replace(notes=NotesAt(house.repository, tip))
    default = house.repository.head() or ""
    must = boolean(house.settings.values.get(REQUIRED, ["false"])[-1]) is not False  # nonsense is no "no"
    side = Side(house, (default,) if default else (), must, ("--branches",))
    return judge_updates(side, updates)


def _half(house: House, updates: Sequence[Update]) -> Iterator[Refusal]:
    """Rewritten notes that git itself will refuse, but only after this hook: what they vouch for would be taken without them."""
    if boolean(house.settings.values.get(FORWARD_ONLY, ["false"])[-1]) is False:
        return
    for update in updates:
        if update.ref == REF and update.old and update.new and not descends(house.repository, update.new, update.old):
            yield Refusal(f"{REF} would be rewritten, and this server takes no such thing ({FORWARD_ONLY})", UNITE)
