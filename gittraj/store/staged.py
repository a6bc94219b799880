"""What a commit would hold: a repository goes in, the files of the index that differ from HEAD come out."""

import os
from collections.abc import Iterator

from gittraj.errors import StoreError
from gittraj.store.repository import Repository

_MODES = ("100644", "100755", "120000")


def staged(repository: Repository) -> Iterator[tuple[str, bytes]]:
    """(path, content) of every file that is added or changed in the index, in git's order; submodules are left out.

    `git commit -a` and `git commit FILE` use an index of their own, which git names to its hooks. Raises `StoreError`.
    """
    named = repository.env.get("GIT_INDEX_FILE", "")
    index = os.path.join(repository.git.cwd, named) if named else os.path.join(repository.git_dir, "index")
    arguments = ["diff-index", "--cached", "--raw", "-z", "--no-renames", "--diff-filter=AMT", _head(repository)]
    _, out = repository.git.call(arguments, GIT_INDEX_FILE=index)
    parts = out.decode("utf-8", "surrogateescape").split("\0")
    for facts, path in zip(parts[::2], parts[1::2], strict=False):
        words = facts.split(" ")
        if len(words) != 5:
            raise StoreError("git told something else than what is staged", hint="git status")
        if words[1] in _MODES:
            yield path, repository.blob(words[3])


def _head(repository: Repository) -> str:
    """HEAD, or the empty tree before the first commit."""
    return repository.head() or repository.write("tree", b"")
