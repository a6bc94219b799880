"""OpenCode: where its sessions lie (a database since 1.2, a folder of JSON files before), how they look, and how they are read."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from gittraj.model.entry import Entry
    from gittraj.model.location import Location
    from gittraj.model.operation import Observed
    from gittraj.model.printed import Printed
    from gittraj.model.session import Position, Reading

NAME = "opencode"


def locate(worktree: str, env: "Mapping[str, str]", /) -> "list[Location]":
    """Sessions (sub-agents' are part of theirs) whose directory is `worktree`, lies in it or above it.

    `Location.size` is the latest time (milliseconds) at which anything in the session changed: a database has no bytes per session.
    """
    from gittraj.agents.opencode.places import sessions

    return sessions(worktree, env)


def running(env: "Mapping[str, str]", /) -> str | None:
    """OpenCode sets OPENCODE=1 in its shells and does not tell the session."""
    return "" if env.get("OPENCODE") == "1" else None


def sniff(head: bytes, path: str, /) -> bool:
    """A database with OpenCode's name or tables, its data folder, an export, or its storage's documents joined."""
    import os

    if not head:
        names = (("storage", "session"), ("session",), ("opencode.db",))
        inside = [os.path.exists(os.path.join(path, *name)) for name in names]
        return inside[0] or inside[2] or (inside[1] and os.path.isdir(os.path.join(path, "message")))
    if head.startswith(b"SQLite format 3\x00"):
        name = os.path.basename(path)
        named = name.startswith("opencode") and name.endswith(".db")
        schema = head.replace(b"`", b"").replace(b'"', b"")
        return named or b"CREATE TABLE session_message" in schema or b"CREATE TABLE part " in schema
    if head.lstrip()[:1] not in (b"{", b"["):
        return False
    export = b'"info"' in head[:4096] and (b'"messages"' in head or b'"projectID"' in head)
    if b'"ses_' not in head:  # a redactor took the ids
        return export and b'"sessionID"' in head and b'"parts"' in head
    return (
        export or b'"projectID"' in head or (b'"sessionID"' in head and (b'"messageID"' in head or b'"role"' in head))
    )


def read(path: str, start: "Position | None" = None, *, until: int | None = None, session: str = "") -> "Reading":
    """See `gittraj.agents.interface.Agent`."""
    from gittraj.agents.opencode import reader

    return reader.read(path, start, until=until, session=session)


def operations(call: "Entry", result: "Entry | None", /) -> "list[Observed]":
    """See `gittraj.agents.interface.Agent`."""
    from gittraj.agents.opencode import tools

    return tools.operations(call, result)


def printed(call: "Entry", result: "Entry | None", version: str, /) -> "list[Printed]":
    """See `gittraj.agents.interface.Prints`."""
    from gittraj.agents.opencode import shell_outputs

    return shell_outputs.printed(call, result, version)


def edit_content(entry: "Entry", /) -> "list[tuple[str | int, ...]]":
    """See `gittraj.agents.interface.Agent`."""
    from gittraj.agents.opencode import tools

    return tools.edit_content(entry)
