"""Patch-ids: a commit goes in, the id of its change goes out, by which a rebased or cherry-picked copy is known again.

By the git program: libgit2's `patchid` differs from git's for binary files, for mode changes and for a missing newline at
the end of a file.
"""

from gittraj.model.commit import Commit
from gittraj.store.git import Git

NO_INDEX = "no-index-so-that-no-attributes-are-read-from-it"


def patch_id(git: Git, git_dir: str, commit: Commit) -> str:
    """Git's stable patch-id (git-patch-id(1)) against the first parent; "" for merges and commits without a change.

    Attributes and configuration are kept out, so that every clone computes the same; the parent is named, so that a shallow
    clone cannot pass a commit off as a root. Raises `StoreError` where an object is missing.
    """
    if len(commit.parents) > 1:
        return ""
    _, patch = git.call(
        [
            "-c", "core.attributesFile=", "-c", "core.quotePath=true", "diff-tree", "--root", "-p", "--full-index",
            "--no-ext-diff", "--no-textconv", "--no-renames", "--no-color", "--diff-algorithm=default", "-U3",
            "--inter-hunk-context=0", "--indent-heuristic", "--ignore-submodules=none", "--submodule=short",
            "--src-prefix=a/", "--dst-prefix=b/", "--no-relative", *commit.parents, commit.id, "--",
        ],
        cwd=git_dir, GIT_WORK_TREE=git_dir, GIT_INDEX_FILE=f"{git_dir}/{NO_INDEX}", GIT_ATTR_NOSYSTEM="1",
    )  # fmt: skip
    return git.run(["patch-id", "--stable"], data=patch)[:40].decode("ascii").strip() if patch else ""
