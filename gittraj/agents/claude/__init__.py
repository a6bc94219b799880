"""Claude Code: a worktree and the environment go in, the sessions that belong to it come out; reading is in `reader`.

Sessions lie in ``${CLAUDE_CONFIG_DIR:-~/.claude}/projects/SLUG/ID.jsonl``; SLUG is the directory Claude Code was started in, with
every UTF-16 unit that is no ASCII letter or digit as "-".
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

NAME = "claude-code"

_HEAD = 65536  # the working directory stands in the first lines
_LONGEST = 200  # longer slugs are cut there and get a hash appended
_KEYS = (b'"sessionId"', b'"parentUuid"', b'"isSidechain"')
_FIRST_LINES = (  # lines without a chain that can stand first, each with a key that no other agent has
    (b'"type":"summary"', b'"leafUuid"'),
    (b'"type":"file-history-snapshot"', b'"snapshot"'),
    (b'"type":"queue-operation"', b'"operation"'),
    (b'"type":"last-prompt"', b'"sessionId"'),
    (b'"type":"permission-mode"', b'"permissionMode"'),
    (b'"type":"custom-title"', b'"customTitle"'),
    (b'"type":"ai-title"', b'"aiTitle"'),
    (b'"type":"agent-setting"', b'"agentSetting"'),
)
_SPOKEN = (b'"type":"user"', b'"type":"assistant"')  # the first line, where a copy has lost the keys above
_SPOKEN_KEYS = (b'"sessionId":"', b'"message":{', b'"content":')


def locate(worktree: str, env: "Mapping[str, str]", /) -> list[Location]:
    """Sessions started in `worktree`, below it or above it (see `gittraj.agents.interface.Agent`)."""
    home = env.get("HOME") or os.path.expanduser("~")
    base = os.path.join(env.get("CLAUDE_CONFIG_DIR") or os.path.join(home, ".claude"), "projects")
    try:
        folders = os.listdir(base)
    except (OSError, ValueError):
        return []
    own = slug(worktree)
    parents = {slug(parent): parent for parent in _parents(worktree, home)}
    found: list[Location] = []
    for folder in folders:
        path = os.path.join(base, folder)
        if folder == own:
            found.extend(_sessions(path, "same"))
        elif folder in parents:
            found.extend(_sessions(path, "parent"))
        elif folder.startswith(f"{own[:_LONGEST]}-"):
            found.extend(each for each in _sessions(path, "inside") if _lies_in(each, worktree))
    return found + _named(base, folders, env.get("CLAUDE_CODE_SESSION_ID") or "", found)


def running(env: "Mapping[str, str]", /) -> str | None:
    """The session id that Claude Code gives its shells, "" where the version gives none; None outside."""
    return env.get("CLAUDE_CODE_SESSION_ID") or ("" if env.get("CLAUDECODE") else None)


def sniff(head: bytes, path: str, /) -> bool:
    """Whether this is a session of Claude Code or of one of its sub-agents."""
    if not head.lstrip().startswith(b"{"):
        return False
    if all(key in head for key in _KEYS):
        return True
    line = head.lstrip().split(b"\n", 1)[0].replace(b'": ', b'":')
    if any(kind in line and key in line for kind, key in _FIRST_LINES):
        return True
    return any(kind in line for kind in _SPOKEN) and all(key in line for key in _SPOKEN_KEYS)


def read(path: str, start: "Position | None" = None, *, until: int | None = None, session: str = "") -> "Reading":
    """Entries of a session (see `gittraj.agents.interface.Agent`)."""
    from gittraj.agents.claude import reader

    return reader.read(path, start, until=until)


def operations(call: "Entry", result: "Entry | None", /) -> "list[Observed]":
    """What a call did to files."""
    from gittraj.agents.claude import tools

    return tools.operations(call, result)


def printed(call: "Entry", result: "Entry | None", version: str, /) -> "list[Printed]":
    """See `gittraj.agents.interface.Prints`."""
    from gittraj.agents.claude import shell_outputs

    return shell_outputs.printed(call, result, version)


def edit_content(entry: "Entry", /) -> list[tuple[str | int, ...]]:
    """Where the content of edits stands in an entry."""
    from gittraj.agents.claude import tools

    return tools.edit_content(entry)


def slug(directory: str) -> str:
    """The name of the folder that holds the sessions started in `directory`."""
    return "".join(
        each if each.isascii() and each.isalnum() else "-" * (1 + (ord(each) > 0xFFFF)) for each in directory
    )


def _parents(worktree: str, home: str) -> "Iterator[str]":
    """Directories above `worktree`, up to but without HOME and the root."""
    stops = {home, os.path.realpath(home)}
    parent = os.path.dirname(worktree)
    while parent not in stops and parent != os.path.dirname(parent):
        yield parent
        parent = os.path.dirname(parent)


def _named(base: str, folders: list[str], session: str, found: list[Location]) -> list[Location]:
    """The session that the environment names, where it was started in another worktree."""
    if not session or os.path.basename(session) != session or any(each.session == session for each in found):
        return []
    for folder in folders:
        path = os.path.join(base, folder, f"{session}.jsonl")
        try:
            status = os.stat(path)
        except (OSError, ValueError):
            continue
        return [Location(NAME, path, session, status.st_size, status.st_mtime, "elsewhere")]
    return []


def _sessions(folder: str, near: str) -> "Iterator[Location]":
    try:
        with os.scandir(folder) as files:
            for file in files:
                if file.name.endswith(".jsonl") and not file.name.startswith("agent-"):
                    try:
                        status = file.stat()
                        if status.st_size and file.is_file():
                            yield Location(NAME, file.path, file.name[:-6], status.st_size, status.st_mtime, near)
                    except OSError:
                        continue
    except OSError:
        return


def _lies_in(location: Location, worktree: str) -> bool:
    """Whether the session's directory is `worktree` or lies in it (its folder's name alone could mean a neighbour)."""
    try:
        with open(location.path, "rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return False
    escaped = worktree.replace("\\", "\\\\").encode("utf-8", "surrogateescape")
    begin = head.find(b'"cwd":"')
    cwd = head[begin + 7 :] if begin >= 0 else b""
    return cwd.startswith(escaped) and cwd[len(escaped) : len(escaped) + 1] in (b"/", b"\\", b'"')
