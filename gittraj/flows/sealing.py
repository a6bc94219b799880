"""What waits for a signature is sealed: a repository goes in, the records that a key could sign now come out as attached."""

import time

from gittraj.errors import GitTrajError, KeyringError
from gittraj.flows import pending
from gittraj.flows.keep import seal_and_write
from gittraj.flows.wiring import House
from gittraj.model.report import Attached
from gittraj.store.state import State


def seal_waiting(house: House, *, must: bool = False) -> list[Attached]:
    """Seal all that waits, oldest first; where no key can sign, it goes on waiting, or (`must`) `KeyringError` is raised."""
    sealed: list[Attached] = []
    common = house.repository.common_dir
    if not State(common).pending():
        return sealed
    for name, anchor, record in pending.waiting(common):
        try:
            commit = house.repository.commit(anchor.commit)
            kept = seal_and_write(house, "", record, anchor, commit, int(time.time()), wait=False)
        except KeyringError:
            if must:
                raise
            return sealed
        except GitTrajError as error:
            State(common).note_problem(error.message)
            continue
        pending.done(common, name)
        sealed.append(kept.attached)
    return sealed
