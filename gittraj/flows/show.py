"""`git traj show`: a revision goes in, its commit with every statement of its note, verified, comes out."""

from gittraj.flows.statements import read_note
from gittraj.flows.wiring import open_house
from gittraj.model.report import Shown


def show(rev: str = "HEAD", *, directory: str | None = None) -> Shown:
    """The commit `rev` names, with what its note holds. Raises `StoreError` where there is no such commit."""
    house = open_house(directory)
    commit = house.repository.commit(house.repository.resolve(rev))
    note = house.notes.read(commit.id)
    if note is None:
        return Shown(commit, house.repository.branch(), ())
    read = read_note(house, commit, note)
    return Shown(commit, house.repository.branch(), read.statements, read.damage, note)
