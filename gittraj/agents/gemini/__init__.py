"""Gemini CLI: a worktree and the environment go in, the chats that belong to it come out; reading is in `reader`.

Chats lie under ``${GEMINI_CLI_HOME:-~}/.gemini/tmp/PROJECT/chats/session-*.jsonl`` (``.json`` until 0.38). PROJECT is a slug whose
folder holds the path in ``.project_root`` (from 0.29), before that the SHA-256 of the path. A chat itself does not say where it ran.
"""

import os

from gittraj.model.location import Location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gittraj.model.entry import Entry
    from gittraj.model.operation import Observed
    from gittraj.model.printed import Printed
    from gittraj.model.session import Position, Reading

NAME = "gemini-cli"

PROJECTS = 500  # project folders looked into at one commit
NEWEST = 100  # chats of one project; their names sort by time
SUBFOLDERS = 100  # folders of the worktree whose hash is tried: before 0.29 only the hash of the directory was kept
_HEAD = 4096


def locate(worktree: str, env: "Mapping[str, str]", /) -> list[Location]:
    """Chats of projects at `worktree`, in it or above it (see `gittraj.agents.interface.Agent`)."""
    home = env.get("HOME") or os.path.expanduser("~")
    root = os.path.join(env.get("GEMINI_CLI_HOME") or home, ".gemini", "tmp")
    found = []
    for folder, near in _projects(root, worktree, home):
        for path in _chats(os.path.join(folder, "chats")):
            try:
                status = os.stat(path)
            except OSError:
                continue
            found.append(Location(NAME, path, _session(path), status.st_size, status.st_mtime, near))
    return found


def running(env: "Mapping[str, str]", /) -> str | None:
    """The session id where a hook of Gemini told it, "" in a shell of Gemini, None outside."""
    return env.get("GEMINI_SESSION_ID") or ("" if env.get("GEMINI_CLI") == "1" else None)


def sniff(head: bytes, path: str, /) -> bool:
    """Whether this is a chat: it has the hash of its project, or messages of Gemini's (tools that sort keys put the ids last)."""
    if not head.lstrip().startswith(b"{"):
        return False
    whole = head.replace(b'": ', b'":')
    start = whole[:_HEAD]
    if b'"sessionId":' in start and b'"projectHash":' in start:
        return True
    return b'"messages":[' in start and b'"type":"gemini"' in whole


def read(path: str, start: "Position | None" = None, *, until: int | None = None, session: str = "") -> "Reading":
    """Entries of a chat (see `gittraj.agents.interface.Agent`)."""
    from gittraj.agents.gemini import reader

    return reader.read(path, start, until=until)


def operations(call: "Entry", result: "Entry | None", /) -> "list[Observed]":
    """What a call did to files."""
    from gittraj.agents.gemini import tools

    return tools.operations(call, result)


def printed(call: "Entry", result: "Entry | None", version: str, /) -> "list[Printed]":
    """See `gittraj.agents.interface.Prints`."""
    from gittraj.agents.gemini import shell_outputs

    return shell_outputs.printed(call, result, version)


def edit_content(entry: "Entry", /) -> list[tuple[str | int, ...]]:
    """Where the content of edits stands in an entry."""
    from gittraj.agents.gemini import tools

    return tools.edit_content(entry)


def _projects(root: str, worktree: str, home: str) -> "Iterator[tuple[str, str]]":
    """(folder, nearness) of the projects around the worktree."""
    hashed = []
    for name in _names(root)[:PROJECTS]:
        folder = os.path.join(root, name)
        cwd = marker(folder)
        if cwd:
            near = _near(cwd, worktree, home)
            if near:
                yield folder, near
        elif len(name) == 64:
            hashed.append(name)
    if hashed:
        import hashlib  # Gemini's own naming, not a proof; 3 ms that only users of old versions pay

        for cwd, near in _candidates(worktree, home):
            name = hashlib.sha256(cwd.encode("utf-8", "surrogateescape")).hexdigest()
            if name in hashed:
                yield os.path.join(root, name), near


def _candidates(worktree: str, home: str) -> "Iterator[tuple[str, str]]":
    """The worktree, what lies above it, and its sub-folders as far as they are looked at."""
    yield worktree, "same"
    above = os.path.dirname(worktree)
    while above not in (os.sep, home, os.path.dirname(above)):
        yield above, "parent"
        above = os.path.dirname(above)
    inside = [os.path.join(worktree, name) for name in _names(worktree) if not name.startswith(".")]
    yield from ((folder, "inside") for folder in [each for each in inside if os.path.isdir(each)][:SUBFOLDERS])


def _chats(folder: str) -> list[str]:
    """The newest chats; one that was migrated from .json to .jsonl is there twice, and only the latter goes on."""
    names = [name for name in _names(folder) if name.startswith("session-") and name.endswith((".json", ".jsonl"))]
    kept = [name for name in names if name.endswith(".jsonl") or name + "l" not in names]
    return [os.path.join(folder, name) for name in kept[:NEWEST]]


def _session(path: str) -> str:
    """The session's id, which stands at the beginning of the chat (its name has only 8 characters of it)."""
    try:
        with open(path, "rb") as file:
            head = file.read(512)
    except OSError:
        return ""
    at = head.find(b'"sessionId"')
    parts = head[at + 11 :].split(b'"', 2) if at >= 0 else []
    return parts[1].decode("utf-8", "replace") if len(parts) == 3 and parts[0].strip() == b":" else ""


def marker(folder: str) -> str:
    """The path of the project that `folder` is kept for, "" where it does not say."""
    try:
        with open(os.path.join(folder, ".project_root"), "rb") as file:
            return os.fsdecode(file.read(_HEAD)).strip()
    except OSError:
        return ""


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder), reverse=True)
    except OSError:
        return []


def _near(cwd: str, worktree: str, home: str) -> str:
    real = cwd if cwd == worktree or cwd.startswith(worktree + os.sep) else os.path.realpath(cwd)
    if real == worktree:
        return "same"
    if real.startswith(worktree.rstrip(os.sep) + os.sep):
        return "inside"
    if worktree.startswith(real.rstrip(os.sep) + os.sep) and real not in (os.sep, home, os.path.realpath(home)):
        return "parent"
    return ""
