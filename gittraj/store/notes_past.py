"""What the notes of some commits ever were: annotated ids go in, every blob that any history of the notes in this clone holds for them comes out.

The histories: the notes ref and its reflog, what remotes showed (tracking refs), remembered tips, and notes refs of other names, as people's
refspecs make them. A history from before a purge is left out: what was dropped on purpose does not come back by this way.
"""

from collections.abc import Iterable, Iterator, Sequence

from gittraj.errors import StoreError
from gittraj.store import notes_purge
from gittraj.store.notes import BODIES, REF
from gittraj.store.repository import Repository

DEPTHS = 4  # of fan-out that are looked for; git makes a fourth level for some ten million notes
BATCH = 200  # ids asked for at once, four paths each


def blobs(repository: Repository, ref: str, keys: Iterable[str]) -> dict[str, list[str]]:
    """Annotated id → the ids of its blobs in any history of `ref`, each once. Raises `StoreError`."""
    found: dict[str, dict[str, None]] = {key: {} for key in keys}
    wanted, tips = list(found), histories(repository, ref)
    for at in range(0, len(wanted), BATCH) if tips else ():
        paths = [path for key in wanted[at : at + BATCH] for path in _paths(key)]
        walk = ["rev-list", "--full-history", *tips, "--", *paths]
        commits = repository.git.run(walk)
        compare = ["diff-tree", "--stdin", "-m", "-r", "--root", "--no-commit-id", "--no-renames", "-z", "--", *paths]
        for path, pair in _rows(repository.git.run(compare, data=commits)):
            for blob in pair:
                if blob.strip("0"):
                    found[path.replace("/", "").lower()][blob] = None
    return {key: list(some) for key, some in found.items()}


def histories(repository: Repository, ref: str) -> list[str]:
    """The notes commits at which a history of `ref` begins, none of them from before a purge. Raises `StoreError`."""
    out = repository.git.run(
        ["for-each-ref", "--format=%(refname) %(objectname)", "refs/notes/", "refs/gittraj/", "refs/remotes/"]
    )
    rows = [line.rpartition(" ") for line in out.decode("utf-8", "surrogateescape").splitlines()]
    tips = [oid for name, _, oid in rows if _is_of(name, ref)]
    _, log = repository.git.call(["reflog", "show", "--format=%H", ref], ok=(0, 128))
    tips += log.decode("ascii", "replace").split()
    own = repository.ref(ref)
    least = notes_purge.generation(repository, own)
    return [tip for tip in dict.fromkeys([own, *tips]) if tip and _counts(repository, tip) >= least]


def _counts(repository: Repository, tip: str) -> int:
    try:
        return notes_purge.generation(repository, tip)
    except StoreError:  # no commit, or gone
        return -1


def _is_of(name: str, ref: str) -> bool:
    """Whether the ref `name` may hold notes of `ref`: those under other names count as statements, as bodies only what is called so."""
    short = name.rpartition("/")[2]
    if ref == BODIES:
        return short == BODIES.rpartition("/")[2]
    ours = (
        name.startswith(("refs/notes/", "refs/gittraj/seen/", "refs/gittraj/told/")) or short == REF.rpartition("/")[2]
    )
    return ours and short != BODIES.rpartition("/")[2]


def _paths(key: str) -> Iterator[str]:
    for depth in range(DEPTHS):
        yield "/".join([*(key[2 * n : 2 * n + 2] for n in range(depth)), key[2 * depth :]])


def _rows(out: bytes) -> Iterator[tuple[str, Sequence[str]]]:
    """(path, (old blob, new blob)) of the lines of `git diff-tree -z`."""
    words = out.decode("utf-8", "surrogateescape").split("\0")
    for told, path in zip(words[::2], words[1::2], strict=False):
        yield path, told.split(" ")[2:4]
