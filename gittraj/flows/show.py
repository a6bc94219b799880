"""`git traj show`: a revision goes in, its commit with every statement of its note, verified, comes out."""

from gittraj.flows.current import open_current
from gittraj.flows.judge import Judge
from gittraj.model.report import Shown


def show(rev: str = "HEAD", *, replay: bool = True, directory: str | None = None) -> Shown:
    """The commit `rev` names, with what its note holds and what replay makes of it. Raises `StoreError` where there is no such commit."""
    house = open_current(directory)
    commit = house.repository.commit(house.repository.resolve(rev))
    note = house.notes.read(commit.id)
    judge = Judge(house)
    read = judge.tracer.read_note(commit, note)
    if read is None:
        return Shown(commit, house.repository.branch(), ())
    replayed = judge.told(commit, read) if replay else None
    return Shown(commit, house.repository.branch(), read.statements, read.damage, note or b"", replayed, read.carried)
