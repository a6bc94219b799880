"""What still reaches notes that were written anew: a repository goes in; refs and reflogs of ours that hold the old ones are gone afterwards.

Objects stay in the object database until git prunes them, and on every remote that has them: this can only be told.
"""

from collections.abc import Callable, Iterable

from gittraj.store.refs import Ref
from gittraj.store.repository import Repository
from gittraj.store.transfer import TRACKING

OURS = "refs/gittraj/"


def forget(repository: Repository, notes_ref: str) -> list[str]:
    """Delete every ref of ours that remembers an older `notes_ref`, and its reflog; the names of remotes that showed it. Raises `StoreError`."""
    out = repository.git.run(["for-each-ref", "--format=%(refname) %(objectname)", OURS])
    remotes: list[str] = []
    name = notes_ref.removeprefix("refs/notes/")
    for line in out.decode("utf-8", "surrogateescape").splitlines():
        ref, _, tip = line.partition(" ")
        tracked = ref.startswith(f"{TRACKING}/") and ref.endswith(f"/{name}")
        remembered = notes_ref == "refs/notes/traj" and ref.startswith((f"{OURS}seen/", f"{OURS}told/"))
        if tracked:
            remotes.append(ref.removeprefix(f"{TRACKING}/").removesuffix(f"/{name}"))
        if tracked or remembered:
            Ref(repository.backend, repository.common_dir, ref).move(tip, "", "purged")
    repository.git.call(["reflog", "expire", "--expire=now", notes_ref], ok=(0, 1, 128, 255))
    return remotes


def holds(repository: Repository, tip: str, keys: Iterable[str], test: Callable[[bytes], bool]) -> bool:
    """Whether the note of one of `keys`, as it is or ever was in the history of `tip`, passes `test`. Raises `StoreError`."""
    if not tip:
        return False
    wanted = set(keys)
    out = repository.git.run(["rev-list", "--objects", tip])
    for line in out.decode("utf-8", "surrogateescape").splitlines():
        oid, _, path = line.partition(" ")
        if path.replace("/", "") in wanted and test(repository.blob(oid, fetch=True)):
            return True
    return False
