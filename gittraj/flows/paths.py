"""Paths as sessions write them: a path and where it was said go in, one that can be compared comes out."""

import posixpath
import re

_ABOVE = 100  # directories that are worth looking at
_DRIVE = re.compile(r"[A-Za-z]:/")


def absolute(path: str, cwd: str) -> str:
    """`path` as an absolute one with "/" as separator."""
    path = slashes(path)
    if not path.startswith("/") and not _DRIVE.match(path):
        path = posixpath.join(slashes(cwd), path)
    path = posixpath.normpath(path)
    return path[1:] if path.startswith("//") else path


def inside(path: str, cwd: str, root: str) -> str:
    """`path` as git writes it in the repository at `root`, "" where it lies outside."""
    whole = absolute(path, cwd)
    below = root.rstrip("/") + "/"
    return whole[len(below) :] if whole.startswith(below) else ""


def above(*paths: str) -> list[str]:
    """Each of `paths` and the directories above it, each once, the top itself left out; at most `_ABOVE` of them."""
    found: dict[str, None] = {}
    for path in paths:
        at, last = path, ""
        while at not in ("", "/", ".", last) and len(found) < _ABOVE:
            found[at] = None
            at, last = posixpath.dirname(at), at
    return list(found)


def slashes(path: str) -> str:
    """`path` with "/" as separator."""
    return path.replace("\\", "/") if "\\" in path else path
