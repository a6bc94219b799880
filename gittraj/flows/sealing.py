"""What waits for a signature is sealed: a repository goes in, the records that a key could sign now come out as attached."""

import time

from gittraj.errors import GitTrajError, KeyringError, StoreError
from gittraj.flows import pending
from gittraj.flows.keep import seal_and_write
from gittraj.flows.wiring import House
from gittraj.model.report import Attached
from gittraj.store.state import State


def seal_waiting(house: House, *, must: bool = False) -> list[Attached]:
    """Seal all that waits, oldest first; where no key can sign, it goes on waiting, or (`must`) `KeyringError` is raised.

    Only one process at a time: two would put two statements about one record into its note.
    """
    common = house.repository.common_dir
    if not State(common).pending():
        return []
    sealed: list[Attached] = []
    try:
        with State(common).lock("pending", timeout=10.0 if must else 0.0):
            _seal(house, sealed)
    except KeyringError:
        if must:
            raise
    except StoreError:  # another process is at it, maybe asking for a passphrase
        if must:
            raise
    return sealed


def _seal(house: House, sealed: list[Attached]) -> None:
    common = house.repository.common_dir
    for name, anchor, record in pending.waiting(common):
        try:
            commit = house.repository.commit(anchor.commit)
            kept = seal_and_write(house, "", record, anchor, commit, int(time.time()), wait=False)
        except KeyringError:
            raise
        except GitTrajError as error:
            State(common).note_problem(error.message)
            continue
        pending.done(common, name)
        sealed.append(kept.attached)
