"""`git traj gc`: a repository goes in; git packs it, and what notes and transcripts take comes out."""

from gittraj.flows.bodies import store_of
from gittraj.flows.wiring import House, open_house
from gittraj.model.bodies import GcReport
from gittraj.store import sizes


def collect(*, directory: str | None = None) -> GcReport:
    """Run `git gc`, and measure before and after. Raises `StoreError`."""
    house = open_house(directory)
    before = sizes.on_disk(house.repository)
    house.repository.git.run(["gc", "--quiet"])
    return _measured(house, before)


def _measured(house: House, before: int) -> GcReport:
    stores = [store for store in (house.notes, store_of(house)) if store.tip()]
    blobs = {blob for store in stores for _, blob in store.list()}
    keys = {key for key, _ in house.notes.list()} if house.notes.tip() else set()
    return GcReport(
        before,
        sizes.on_disk(house.repository),
        len(keys),
        sizes.unpacked(house.repository, blobs),
        sizes.reached(house.repository, [store.tip() for store in stores]),
    )
