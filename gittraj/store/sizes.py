"""What objects take: a repository and objects go in, bytes on disk and unpacked come out, as git counts them."""

from collections.abc import Collection, Sequence

from gittraj.errors import StoreError
from gittraj.store.repository import Repository


def on_disk(repository: Repository) -> int:
    """Bytes of the whole object database, loose and packed (git counts them in KiB). Raises `StoreError`."""
    out = repository.git.run(["count-objects", "-v"]).decode("ascii", "replace")
    found = dict(line.split(": ", 1) for line in out.splitlines() if ": " in line)
    return sum(int(found.get(name, "0")) for name in ("size", "size-pack", "size-garbage")) * 1024


def unpacked(repository: Repository, blobs: Collection[str]) -> int:
    """Bytes that these blobs hold; those that are not here (a partial clone) count as none. Raises `StoreError`."""
    if not blobs:
        return 0
    data = "".join(f"{blob}\n" for blob in sorted(blobs)).encode("ascii")
    _, out, _ = repository.git.talk(
        ["cat-file", "--batch-check=%(objectsize)", "--buffer"], data=data, extra={"GIT_NO_LAZY_FETCH": "1"}
    )
    return sum(int(line) for line in out.split(b"\n") if line.isdigit())


def reached(repository: Repository, tips: Sequence[str]) -> int:
    """Bytes on disk of every object that these commits reach (git 2.31; 0 where git is older). Raises `StoreError`."""
    if not tips:
        return 0
    try:
        out = repository.git.run(["rev-list", "--objects", "--disk-usage", "--missing=allow-any", *tips])
    except StoreError:
        return 0
    return int(out) if out.strip().isdigit() else 0
