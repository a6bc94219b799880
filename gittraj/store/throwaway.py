"""A throwaway repository: a commit of ours and an empty folder go in; a repository of its own, checked out there, comes out.

It shares nothing with the user's: objects are copied, and no hook, filter, file system monitor or setting of theirs is in it, nor
any other branch. git writes it before anything of a trace runs; afterwards its configuration is anybody's, and only
commands in the sandbox use it.
"""

import os

from gittraj.errors import StoreError
from gittraj.store.git import Git
from gittraj.store.repository import Repository

_QUIET = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_LAZY_FETCH": "1",
}


def make(repository: Repository, folder: str, commit_id: str, *, more: tuple[str, ...] = (), branch: str = "") -> str:
    """Make it in `folder`, with `branch` (where that is no name for one: "main") at `commit_id` ("": nothing committed yet).

    The history of `commit_id` and of the commits in `more` is copied. Returns the branch. Raises `StoreError`, also where objects
    are missing (a partial or shallow clone).
    """
    env = {name: value for name, value in repository.env.items() if not name.startswith("GIT_")}
    git = Git("", folder, {**env, **_QUIET})
    branch = branch if branch and git.call(["check-ref-format", "--branch", branch], ok=range(256))[0] == 0 else "main"
    git.run(["init", "-q", "--template=", "-b", branch])
    if not commit_id:
        return branch
    inside = os.path.join(folder, ".git")
    wanted = [commit_id, *(one for one in more if one)]
    pack = os.path.join(inside, "objects", "pack", "pack")
    words = ["pack-objects", "-q", "--revs", "--delta-base-offset", pack]
    repository.git.call(words, data="".join(f"{one}\n" for one in wanted).encode(), GIT_NO_LAZY_FETCH="1")
    _copy_boundary(repository, inside)
    git.run(["update-ref", "HEAD", commit_id])
    git.run(["-c", "core.checkStat=minimal", "reset", "-q", "--hard"])
    _settle(folder, repository.commit(commit_id).committer_time)
    git.run(["update-index", "-q", "--refresh"])
    return branch


def introduce(repository: Repository, path: str, name: str, email: str) -> None:
    """A file with git settings at `path` that names a user, and nothing else. Raises `StoreError`."""
    for key, value in (("user.name", name), ("user.email", email), ("init.defaultBranch", "main")):
        if value:
            repository.git.run(["config", "--file", path, key, value])


def _copy_boundary(repository: Repository, inside: str) -> None:
    """Where a shallow clone's history ends, the copy's ends too."""
    try:
        with open(os.path.join(repository.common_dir, "shallow"), "rb") as file:
            boundary = file.read()
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(f"the boundary of a shallow clone cannot be read: {error.strerror}") from error
    with open(os.path.join(inside, "shallow"), "wb") as file:
        file.write(boundary)


def _settle(folder: str, moment: int) -> None:
    """Files are as old as the commit: what compares times in whole seconds (Python's caches) sees later edits as later."""
    for place, folders, files in os.walk(folder):
        if place == folder and ".git" in folders:
            folders.remove(".git")
        for name in files:
            try:
                os.utime(os.path.join(place, name), (moment, moment), follow_symlinks=False)
            except (OSError, OverflowError, NotImplementedError):
                continue
