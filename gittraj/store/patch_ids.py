"""Patch-ids: a commit goes in, the id of its change goes out, by which a rebased or cherry-picked copy is known again.

By the git program: libgit2's `patchid` differs from git's for binary files, for mode changes and for a missing newline at
the end of a file.
"""

from collections.abc import Sequence

from gittraj.model.commit import Commit
from gittraj.store.git import Git

NO_INDEX = "no-index-so-that-no-attributes-are-read-from-it"


_OPTIONS = (
    "-c", "core.attributesFile=", "-c", "core.quotePath=true", "diff-tree", "--root", "-p", "--full-index",
    "--no-ext-diff", "--no-textconv", "--no-renames", "--no-color", "--diff-algorithm=default", "-U3",
    "--inter-hunk-context=0", "--indent-heuristic", "--ignore-submodules=none", "--submodule=short",
    "--src-prefix=a/", "--dst-prefix=b/", "--no-relative",
)  # fmt: skip
_BATCH = 100  # commits whose patches are held in memory at once


def patch_id(git: Git, git_dir: str, commit: Commit) -> str:
    """Git's stable patch-id (git-patch-id(1)) against the first parent; "" for merges and commits without a change.

    Attributes and configuration are kept out, so that every clone computes the same; the parent is named, so that a shallow
    clone cannot pass a commit off as a root. Raises `StoreError` where an object is missing.
    """
    return patch_ids(git, git_dir, [commit])[commit.id]


def patch_ids(git: Git, git_dir: str, commits: Sequence[Commit]) -> dict[str, str]:
    """Commit → patch-id as `patch_id` gives it, two processes for a hundred commits. Raises `StoreError`."""
    found = {commit.id: "" for commit in commits}
    single = [commit for commit in commits if len(commit.parents) < 2]
    for at in range(0, len(single), _BATCH):
        asked = "".join(" ".join((one.id, *one.parents)) + "\n" for one in single[at : at + _BATCH])
        _, patches = git.call(
            [*_OPTIONS, "--stdin"], data=asked.encode(), cwd=git_dir,
            GIT_WORK_TREE=git_dir, GIT_INDEX_FILE=f"{git_dir}/{NO_INDEX}", GIT_ATTR_NOSYSTEM="1",
        )  # fmt: skip
        if patches:
            out = git.run(["patch-id", "--stable"], data=patches)
            for line in out.decode("ascii", "replace").splitlines():
                patch, _, commit_id = line.partition(" ")
                found[commit_id] = patch
    return found
