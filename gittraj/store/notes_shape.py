"""The shape of a notes tree: a notes commit goes in; each entry that git traj would not put there comes out.

git reads past what is no note, and joins two notes of one commit, so neither shows by itself; both are how an item can be kept from the
eyes of a verifier. Only what changed since the tip that was last found good is looked at.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from gittraj.errors import StoreError
from gittraj.model.commit import Change
from gittraj.store import notes_purge, notes_tree, tips, trees
from gittraj.store.repository import Repository

PURGES = notes_purge.NAME.decode("ascii")
_DIGITS = frozenset("0123456789abcdef")


class Odd(NamedTuple):
    """An entry of a notes tree that does not belong there, and why; `key`: the annotated id, "" where it names none."""

    path: str
    why: str
    key: str = ""


def strange(repository: Repository, tip: str, ref: str) -> list[Odd]:
    """What does not belong into the tree of the notes commit `tip` of `ref`; a good tip is remembered. Raises `StoreError`."""
    known = tips.shaped(repository.common_dir, ref)
    if not tip or known == tip:
        return []
    found = list(between(repository, known if known and repository.has_commit(known) else "", tip))
    if not found:
        try:
            tips.keep_shaped(repository.common_dir, ref, tip)
        except StoreError:  # a repository that cannot be written is looked at again
            pass
    return found


def between(repository: Repository, old: str, new: str) -> Iterator[Odd]:
    """What the notes commit `new` has that does not belong there and `old` ("": none) has not. Raises `StoreError`."""
    yield from _odd(repository, repository.commit(old).tree if old else "", repository.commit(new).tree)


def key_of(path: str, width: int) -> str:
    """The annotated id that a path of a notes tree stands for, "" where it is no path of a note."""
    parts = path.split("/")
    key = "".join(parts)
    fanned = all(len(part) == 2 for part in parts[:-1]) and parts[-1]
    return key if fanned and len(key) == width and _DIGITS.issuperset(key) else ""


def _odd(repository: Repository, old: str, new: str) -> Iterator[Odd]:
    seen: Counter[str] = Counter()
    doubled: list[str] = []

    def read(oid: str) -> bytes:
        data = repository.tree_bytes(oid)
        names = Counter(node.name for node in trees.parse(data, repository.width // 2))
        doubled.extend(trees.text(name) for name, count in names.items() if count > 1)
        return data

    for change in trees.changes(read, old, new):
        if not change.new:
            continue
        key = key_of(change.path, repository.width)
        if not key:
            if not _stamp(repository, change):
                yield Odd(change.path, "it is no note")
            continue
        seen[key] += 1
        if change.new_mode != trees.BLOB:
            yield Odd(change.path, f"a note of mode {change.new_mode:o}", key)
        elif repository.has_object(key) and not repository.has_commit(key):
            yield Odd(change.path, "a note of something that is no commit", key)
        if seen[key] > 1 or (old and len(notes_tree.lookup(repository.tree_bytes, new, key)) > 1):
            yield Odd(change.path, "a second note of this commit", key)
    for name in doubled:  # git fsck refuses such a tree, git itself reads it
        yield Odd(name, "one name twice in a tree")


def _stamp(repository: Repository, change: Change) -> bool:
    """Whether it is the count of purges, as git traj writes it."""
    if change.path != PURGES or change.new_mode != trees.BLOB:
        return False
    text = repository.blob(change.new, fetch=True)
    return text.endswith(b"\n") and text[:-1].isdigit() and text == b"%d\n" % int(text)
