"""The house as readers want it: a directory goes in, an opened house whose notes hold all that was fetched comes out."""

from gittraj.errors import StoreError
from gittraj.flows import sync
from gittraj.flows.wiring import House, open_house


def open_current(directory: str | None = None) -> House:
    """`open_house`, after notes that a plain `git fetch` brought, or another program overwrote, were united with ours.

    Where that cannot be written (a read-only repository) the notes are read as they are; `doctor` says what waits.
    """
    house = open_house(directory)
    try:
        sync.absorb(house)
    except StoreError:
        pass
    return house
