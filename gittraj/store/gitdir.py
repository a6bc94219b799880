"""Where the repository lies: a directory and the environment go in, the git directory and the worktree go out.

Imports `os` only: the hook's fast path asks this before anything else. The rules are git's own (gitrepository-layout(5),
git(1) on ``GIT_DIR``, ``GIT_WORK_TREE``, ``GIT_COMMON_DIR``, ``GIT_CEILING_DIRECTORIES``).
"""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

LINK_LIMIT = 8192  # a `.git` file or `commondir` holds one path; more is not git's
CONFIG_LIMIT = 1 << 20  # enough to find `bare` in any config a person wrote


class Place:
    """All absolute. `common_dir`: what worktrees share. `worktree`: None in a bare repository. `explicit`: ``GIT_DIR`` was set."""

    __slots__ = ("common_dir", "explicit", "git_dir", "worktree")

    def __init__(self, git_dir: str, common_dir: str, worktree: str | None, explicit: bool) -> None:
        self.git_dir = git_dir
        self.common_dir = common_dir
        self.worktree = worktree
        self.explicit = explicit


def find(cwd: str, env: "Mapping[str, str]") -> Place | None:
    """The repository that git would use when started in `cwd` with `env`, or None."""
    cwd = os.path.abspath(cwd)
    given = env.get("GIT_DIR")
    if given:
        git_dir = _follow(os.path.join(cwd, given))
        return _place(git_dir, _worktree(git_dir, cwd, cwd, env), True, cwd, env) if is_git_dir(git_dir) else None
    ceilings = {os.path.realpath(each) for each in env.get("GIT_CEILING_DIRECTORIES", "").split(os.pathsep) if each}
    across = env.get("GIT_DISCOVERY_ACROSS_FILESYSTEM", "").lower() in ("1", "true", "yes", "on")
    here = os.path.realpath(cwd)
    device = _device(here)
    while True:
        below = _follow(os.path.join(here, ".git"))
        if is_git_dir(below):
            return _place(below, _worktree(below, here, cwd, env), False, cwd, env)
        if is_git_dir(here):
            return _place(here, None, False, cwd, env)
        above = os.path.dirname(here)
        if above == here or above in ceilings or (not across and _device(above) != device):
            return None
        here = above


def is_git_dir(path: str) -> bool:
    """Whether `path` looks like a git directory, by git's own test: HEAD, and objects and refs of its own or shared."""
    if not os.path.lexists(os.path.join(path, "HEAD")):
        return False
    common = _common(path)
    return os.path.isdir(os.path.join(common, "objects")) and os.path.isdir(os.path.join(common, "refs"))


def keeps_refs_in_files(common_dir: str) -> bool:
    """Whether each ref is a file, or a line of `packed-refs`; else they are in a reftable, which only git itself reads."""
    return not os.path.isdir(os.path.join(common_dir, "reftable"))


def _place(git_dir: str, worktree: str | None, explicit: bool, cwd: str, env: "Mapping[str, str]") -> Place:
    shared = env.get("GIT_COMMON_DIR")
    common = os.path.join(cwd, shared) if shared else _common(git_dir)
    return Place(os.path.realpath(git_dir), os.path.realpath(common), worktree and os.path.realpath(worktree), explicit)


def _worktree(git_dir: str, default: str, cwd: str, env: "Mapping[str, str]") -> str | None:
    given = env.get("GIT_WORK_TREE")
    if given:
        return os.path.join(cwd, given)
    bare, configured = _core(os.path.join(_common(git_dir), "config"))
    if os.path.exists(os.path.join(git_dir, "commondir")):  # a linked worktree: the main one's settings are not meant
        return default
    if configured:
        return os.path.join(git_dir, configured)
    return None if bare else default


def _follow(path: str) -> str:
    """A `.git` file (of a submodule or a linked worktree) names the directory that is meant."""
    if not os.path.isfile(path):
        return path
    text = _first_line(path)
    return os.path.join(os.path.dirname(path), text[8:].strip()) if text.startswith("gitdir: ") else path


def _common(git_dir: str) -> str:
    text = _first_line(os.path.join(git_dir, "commondir"))
    return os.path.join(git_dir, text) if text else git_dir


def _first_line(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return os.fsdecode(file.read(LINK_LIMIT)).rstrip("\r\n")
    except (OSError, ValueError):  # ValueError: a NUL in the path
        return ""


def _core(path: str) -> tuple[bool, str]:
    """`core.bare` and `core.worktree` of one config file; enough of its syntax for what git itself writes there."""
    bare, worktree, section = False, "", ""
    try:
        with open(path, "rb") as file:
            lines = os.fsdecode(file.read(CONFIG_LIMIT)).splitlines()
    except OSError:
        return bare, worktree
    for raw in lines:
        line = raw.strip()
        if line.startswith("["):
            section = line[1:].partition("]")[0].strip().lower()
            continue
        key, equals, value = line.partition("=")
        if section == "core":
            key, value = key.strip().lower(), value.strip()
            if key == "bare":
                bare = not equals or value.lower() in ("true", "yes", "on", "1")
            elif key == "worktree":
                worktree = value.strip('"')
    return bare, worktree


def _device(path: str) -> int:
    try:
        return os.stat(path).st_dev
    except OSError:
        return -1
