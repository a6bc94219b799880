"""Cursor's agent transcripts: where they lie, how they look, and how they are read."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from gittraj.model.entry import Entry
    from gittraj.model.location import Location
    from gittraj.model.operation import Observed
    from gittraj.model.printed import Printed
    from gittraj.model.session import Position, Reading

NAME = "cursor"


def locate(worktree: str, env: "Mapping[str, str]", /) -> "list[Location]":
    """Transcripts of the projects whose folder name is made from `worktree`, a directory in it or above it."""
    from gittraj.agents.cursor.places import transcripts

    return transcripts(worktree, env)


def running(env: "Mapping[str, str]", /) -> str | None:
    """Cursor's shells tell that they are Cursor's, not which conversation."""
    return "" if env.get("CURSOR_TRACE_ID") or env.get("CURSOR_AGENT") else None


def sniff(head: bytes, path: str, /) -> bool:
    """Lines of ``{role, message: {content}}`` without the ids and types that other agents' lines have."""
    line = head.lstrip().split(b"\n", 1)[0]
    start = line[:200].replace(b" ", b"")
    return (
        start.startswith(b'{"role":"')
        and b'"message":{' in start
        and b'"content":' in line[:400].replace(b" ", b"")
        and not any(name in line[:400] for name in (b'"uuid"', b'"sessionId"'))
    )


def read(path: str, start: "Position | None" = None, *, until: int | None = None, session: str = "") -> "Reading":
    """See `gittraj.agents.interface.Agent`."""
    from gittraj.agents.cursor import reader

    return reader.read(path, start, until=until, session=session)


def operations(call: "Entry", result: "Entry | None", /) -> "list[Observed]":
    """See `gittraj.agents.interface.Agent`."""
    from gittraj.agents.cursor import tools

    return tools.operations(call, result)


def printed(call: "Entry", result: "Entry | None", version: str, /) -> "list[Printed]":
    """See `gittraj.agents.interface.Prints`."""
    from gittraj.agents.cursor import shell_outputs

    return shell_outputs.printed(call, result, version)


def edit_content(entry: "Entry", /) -> "list[tuple[str | int, ...]]":
    """See `gittraj.agents.interface.Agent`."""
    from gittraj.agents.cursor import tools

    return tools.edit_content(entry)
