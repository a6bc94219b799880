"""The history of a notes ref: two of its commits go in, how they lie to each other and which notes differ comes out; tips are remembered.

A remembered tip is a ref of our own (``refs/gittraj/seen/…``), so that what it saw cannot be pruned and can be named when it is gone.
"""

from gittraj.errors import StoreError
from gittraj.store import trees
from gittraj.store.notes import REF, NoteStore
from gittraj.store.refs import ATTEMPTS, Ref
from gittraj.store.repository import Repository

SEEN = "refs/gittraj/seen/"  # the last tip from which nothing was missing
TOLD = "refs/gittraj/told/"  # the last tip at all
HERE = "here"  # what this clone's own notes ref was


class NotesAt(NoteStore):
    """The notes as one notes commit has them ("": none), wherever the ref points; for reading only."""

    def __init__(self, repository: Repository, tip: str, ref: str = REF) -> None:
        super().__init__(repository, ref)
        self._at = tip

    def tip(self) -> str:
        """The notes commit given."""
        return self._at


def descends(repository: Repository, new: str, old: str) -> bool:
    """Whether the commit `old` is `new` or one of its ancestors; False where either is not here. Raises `StoreError`."""
    if new == old:
        return True
    try:
        return repository.backend.descends(new, old)
    except StoreError:
        if repository.has_commit(new) and repository.has_commit(old):
            raise StoreError(f"the history from {old[:12]} to {new[:12]} cannot be read", hint="git fsck") from None
        return False


def differing(repository: Repository, old: str, new: str) -> dict[str, tuple[list[str], list[str]]]:
    """Annotated id → (blobs in the notes commit `old`, blobs in `new`) where they are not the same; "" stands for no notes.

    Raises `StoreError` where a notes commit or a tree of it is missing.
    """
    found: dict[str, tuple[list[str], list[str]]] = {}
    before, after = (repository.commit(tip).tree if tip else "" for tip in (old, new))
    for change in trees.changes(repository.tree_bytes, before, after):
        here = found.setdefault(change.path.replace("/", "").lower(), ([], []))
        for blobs, blob in zip(here, (change.old, change.new), strict=True):
            if blob:
                blobs.append(blob)
    # the same note at another depth of the fan-out is no change
    return {key: pair for key, pair in found.items() if sorted(pair[0]) != sorted(pair[1])}


def remembered(repository: Repository) -> dict[str, str]:
    """Every remembered tip by its full ref name. Raises `StoreError`."""
    out = repository.git.run(["for-each-ref", "--format=%(objectname) %(refname)", SEEN, TOLD])
    lines = (line.split(" ", 1) for line in out.decode("utf-8", "surrogateescape").splitlines())
    return {name: tip for tip, name in lines}


def remember(repository: Repository, name: str, tip: str) -> None:
    """Let the ref `name` (under `SEEN` or `TOLD`) be `tip`, "" for none.

    Raises `StoreError` where it cannot be written, `RefRaceError` where others win too often.
    """
    ref = Ref(repository.backend, repository.common_dir, name)
    for attempt in range(ATTEMPTS):
        old = ref.read()
        if old == tip or ref.move(old, tip, "gittraj: notes tip seen"):
            return
        ref.pause(attempt)
    raise ref.lost()
