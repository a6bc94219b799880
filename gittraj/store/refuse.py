"""Repositories that cannot be served: libgit2's complaint and the config go in, one clear sentence and a way out go out."""

import os
import re

from gittraj.errors import StoreError, UnsupportedRepositoryError


def refusal(git_dir: str, common_dir: str, complaint: str) -> StoreError:
    """The error to raise where libgit2 refuses to open `git_dir` with `complaint`."""
    if re.search(r"object ?format", complaint, re.IGNORECASE):
        return UnsupportedRepositoryError(
            f"{git_dir}: its objects are named by SHA-256, which gittraj cannot serve yet",
            hint="use a SHA-1 repository (git init --object-format=sha1)",
        )
    if re.search(r"refstorage", complaint, re.IGNORECASE) or os.path.isdir(os.path.join(common_dir, "reftable")):
        return UnsupportedRepositoryError(
            f"{git_dir}: its refs are kept as reftable, which gittraj cannot serve yet",
            hint="git refs migrate --ref-format=files",
        )
    extension = re.search(r"unsupported extension name ([\w.]+)", complaint)
    if extension:
        return UnsupportedRepositoryError(f"{git_dir}: it uses {extension[1]}, which gittraj does not know")
    return StoreError(f"{git_dir}: cannot be opened: {complaint}", hint="git status")
