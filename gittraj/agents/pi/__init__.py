"""pi: a worktree and the environment go in, the sessions that belong to it come out; reading is in `reader`.

Sessions lie in ``${PI_CODING_AGENT_DIR:-~/.pi/agent}/sessions/--CWD--/TIME_ID.jsonl``; CWD is the working directory without its
leading slash, with slashes, backslashes and colons as "-". What the first line says of the directory counts.
"""

import os

from gittraj.model.location import Location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from gittraj.model.entry import Entry
    from gittraj.model.operation import Observed
    from gittraj.model.printed import Printed
    from gittraj.model.session import Position, Reading

NAME = "pi"

_HEAD = 65536  # the first line is a few hundred bytes


def locate(worktree: str, env: "Mapping[str, str]", /) -> list[Location]:
    """Sessions whose directory is `worktree`, lies in it or above it (see `gittraj.agents.interface.Agent`)."""
    home = env.get("HOME") or os.path.expanduser("~")
    base = env.get("PI_CODING_AGENT_DIR") or os.path.join(home, ".pi", "agent")
    if base == "~" or base.startswith(("~/", "~\\")):
        base = home + base[1:]
    sessions = os.path.join(base, "sessions")
    try:
        folders = os.listdir(sessions)
    except (OSError, ValueError):
        return []
    stops = {home, os.path.realpath(home)}
    above, parent = set(), os.path.dirname(worktree)
    while parent not in stops and parent != os.path.dirname(parent):
        above.add(parent)
        parent = os.path.dirname(parent)
    own = slug(worktree)
    inside = own.removesuffix("--") + "-"
    slugs = {own, *map(slug, above)}
    found: list[Location] = []
    for folder in folders:
        if folder in slugs or folder.startswith(inside):
            found.extend(_sessions(os.path.join(sessions, folder), worktree, above))
    return found


def running(env: "Mapping[str, str]", /) -> str | None:
    """Empty in a shell of pi, which does not tell the session; None outside."""
    return "" if env.get("PI_CODING_AGENT") == "true" else None


def sniff(head: bytes, path: str, /) -> bool:
    """Whether this is a session of pi (of any version)."""
    line = head.lstrip().split(b"\n", 1)[0].replace(b'": "', b'":"')
    return line.startswith(b"{") and b'"type":"session"' in line and b'"cwd":"' in line and b'"id":"' in line


def read(path: str, start: "Position | None" = None, *, until: int | None = None, session: str = "") -> "Reading":
    """Entries of a session (see `gittraj.agents.interface.Agent`)."""
    from gittraj.agents.pi import reader

    return reader.read(path, start, until=until)


def operations(call: "Entry", result: "Entry | None", /) -> "list[Observed]":
    """What a call did to files."""
    from gittraj.agents.pi import tools

    return tools.operations(call, result)


def printed(call: "Entry", result: "Entry | None", version: str, /) -> "list[Printed]":
    """See `gittraj.agents.interface.Prints`."""
    from gittraj.agents.pi import shell_outputs

    return shell_outputs.printed(call, result, version)


def edit_content(entry: "Entry", /) -> list[tuple[str | int, ...]]:
    """Where the content of edits stands in an entry."""
    from gittraj.agents.pi import tools

    return tools.edit_content(entry)


def slug(directory: str) -> str:
    """The name of the folder that holds the sessions of `directory`."""
    plain = directory[1:] if directory[:1] in ("/", "\\") else directory
    return f"--{plain.replace('/', '-').replace(chr(92), '-').replace(':', '-')}--"


def _sessions(folder: str, worktree: str, above: "set[str]") -> "list[Location]":
    found: list[Location] = []
    try:
        with os.scandir(folder) as files:
            for file in files:
                if not file.name.endswith(".jsonl"):
                    continue
                try:
                    status = file.stat()
                    cwd = _cwd(file.path) if status.st_size else ""
                except OSError:
                    continue
                near = "same" if cwd == worktree else "parent" if cwd in above else ""
                if cwd.startswith((worktree + "/", worktree + "\\")):
                    near = "inside"
                if near:
                    session = file.name[:-6].rpartition("_")[2]
                    found.append(Location(NAME, file.path, session, status.st_size, status.st_mtime, near))
    except OSError:
        pass
    return found


def _cwd(path: str) -> str:
    """The directory that the session's first line names, "" where it names none. Raises `OSError`."""
    with open(path, "rb") as file:
        line = file.readline(_HEAD).replace(b'": "', b'":"')
    begin = line.find(b'"cwd":"') + 7
    end = line.find(b'"', begin)
    if begin < 7 or end < 0:
        return ""
    value = line[begin:end]
    if b"\\" in value:  # rare: Windows, or a writer that escapes what is not ASCII
        import json

        try:
            cwd = json.loads(line).get("cwd", "")
        except (ValueError, AttributeError, RecursionError):
            return ""
        return cwd if isinstance(cwd, str) else ""
    return value.decode("utf-8", "surrogateescape")
