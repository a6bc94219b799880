"""Repositories that cannot be served: libgit2's complaint and the config go in, one clear sentence and a way out go out."""

import os
import re
from collections.abc import Mapping

from gittraj.errors import StoreError, UnsupportedRepositoryError
from gittraj.store import gitdir
from gittraj.store.git import Git


class NotForLibgit2(UnsupportedRepositoryError):
    """libgit2 cannot serve this repository; git may."""


def refusal(git_dir: str, common_dir: str, complaint: str) -> StoreError:
    """The error to raise where libgit2 refuses to open `git_dir` with `complaint`."""
    if re.search(r"object ?format", complaint, re.IGNORECASE):
        return NotForLibgit2(
            f"{git_dir}: its objects are not named by SHA-1, and this git cannot serve it either",
            hint="install a newer git",
        )
    if re.search(r"refstorage", complaint, re.IGNORECASE) or os.path.isdir(os.path.join(common_dir, "reftable")):
        return NotForLibgit2(
            f"{git_dir}: its refs are kept as reftable, which this git cannot serve",
            hint="install git 2.45 or newer",
        )
    extension = re.search(r"unsupported extension name ([\w.]+)", complaint)
    if extension:
        return NotForLibgit2(f"{git_dir}: it uses {extension[1]}, which neither libgit2 nor this git knows")
    return StoreError(f"{git_dir}: cannot be opened: {complaint}", hint="git status")


def trusted_by_git(place: gitdir.Place, env: Mapping[str, str]) -> None:
    """Nothing where git itself would use the repository, whoever owns it: it has more ways to be told so than libgit2.

    Raises `UnsupportedRepositoryError`. Git is not told where the repository is unless the user did, else it would not look.
    """
    where = place.worktree or place.git_dir
    try:
        Git(place.git_dir if place.explicit else "", where, env).run(["rev-parse", "--git-dir"])
    except StoreError as error:
        if "ownership" not in error.message and "not owned" not in error.message:
            raise
        raise UnsupportedRepositoryError(
            f"{where} belongs to another user (dubious ownership)",
            hint=f"git config --global --add safe.directory {where}",
        ) from error
