"""Where Cursor's transcripts lie: a worktree and the environment go in, locations come out.

``~/.cursor/projects/<name>/agent-transcripts/<id>[/<id>].jsonl``; <name> is the workspace's path with separators (in some
versions everything but letters and digits) turned into dashes. Both sides are brought to one form, because versions differ;
``.workspace-trusted`` in the project's folder has the path itself and decides where it is there.
"""

import os

from gittraj.model.location import Location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


def transcripts(worktree: str, env: "Mapping[str, str]") -> list[Location]:
    """Sessions in `worktree` ("same"), a directory in it ("inside") or above it, HOME excluded ("parent")."""
    home = env.get("HOME") or env.get("USERPROFILE") or ""
    projects = os.path.join(home, ".cursor", "projects")
    wanted = {slug(worktree): "same"}
    above = os.path.dirname(worktree)
    while above not in (home, os.path.dirname(above)):
        wanted.setdefault(slug(above), "parent")
        above = os.path.dirname(above)
    found = []
    for name in _names(projects):
        near = _near(os.path.join(projects, name), slug(name), worktree, wanted, home)
        if near:
            found += _sessions(os.path.join(projects, name, "agent-transcripts"), near)
    return found


def slug(path: str) -> str:
    """Lower-case letters and digits, one dash for everything between."""
    plain = "".join(letter if letter in _LETTERS else "-" for letter in path.lower())
    return "-".join(part for part in plain.split("-") if part)


def _near(project: str, name: str, worktree: str, wanted: dict[str, str], home: str) -> str:
    trusted = _workspace(project)
    if trusted:
        if trusted == worktree:
            return "same"
        if trusted.startswith(worktree + os.sep):
            return "inside"
        return "parent" if trusted not in (home, os.sep) and worktree.startswith(trusted + os.sep) else ""
    if name in wanted:
        return wanted[name]
    return (
        "inside" if name.startswith(slug(worktree) + "-") and _leads(worktree, name[len(slug(worktree)) + 1 :]) else ""
    )


def _leads(directory: str, rest: str) -> bool:
    """Whether a directory below has the name `rest`; without this, /a/b-c would count as lying inside /a/b."""
    for name in _names(directory):
        part = slug(name)
        below = os.path.join(directory, name)
        if not part or not (rest + "-").startswith(part + "-") or not os.path.isdir(below):
            continue
        if rest == part or _leads(below, rest[len(part) + 1 :]):
            return True
    return False


def _workspace(project: str) -> str:
    try:
        with open(os.path.join(project, ".workspace-trusted"), "rb") as file:
            data = file.read(65536)
    except OSError:
        return ""
    at = data.find(b'"workspacePath"')
    start = data.find(b'"', data.find(b":", at) + 1) + 1 if at >= 0 else 0
    end = data.find(b'"', start)
    return data[start:end].decode("utf-8", "replace").replace("\\\\", "\\") if start and end > start else ""


def _sessions(folder: str, near: str) -> list[Location]:
    found = []
    for name in _names(folder):
        path = os.path.join(folder, name)
        if not name.endswith(".jsonl"):
            path = os.path.join(path, name + ".jsonl")
        try:
            status = os.stat(path)
        except OSError:
            continue
        found.append(Location("cursor", path, os.path.basename(path)[:-6], status.st_size, status.st_mtime, near))
    return found


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []
