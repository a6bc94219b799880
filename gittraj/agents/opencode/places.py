"""Where OpenCode's sessions lie: a worktree and the environment go in, locations come out; nothing is written.

Sources: anomalyco/opencode, packages/cli/src/database-path.ts (OPENCODE_DB, channels) and packages/opencode/src/storage.
"""

import os

from gittraj.model.location import Location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NEWEST = 50  # sessions of a directory that are looked at: older ones have ended long ago
RECENT = 366 * 86400  # seconds; a database untouched for longer belongs to nobody who still works with it


def sessions(worktree: str, env: "Mapping[str, str]") -> list[Location]:
    """Sessions in the databases; in the storage folder (before 1.2) only where there is no database."""
    home = env.get("HOME") or env.get("USERPROFILE") or ""
    data = os.path.join(env.get("XDG_DATA_HOME") or os.path.join(home, ".local", "share"), "opencode")
    directories = _directories(worktree, home)
    found: list[Location] = []
    databases = _databases(data, env.get("OPENCODE_DB") or "")
    for path in databases:
        found += _in_database(path, worktree, directories)
    return found if databases else _in_folder(os.path.join(data, "storage"), worktree, directories)


def _directories(worktree: str, home: str) -> dict[str, str]:
    """The worktree and the directories above it in which an agent may have been started on purpose."""
    found = {worktree: "same"}
    above = os.path.dirname(worktree)
    while above not in (home, os.path.dirname(above)):
        found[above] = "parent"
        above = os.path.dirname(above)
    return found


def _near(directory: str, worktree: str, directories: dict[str, str]) -> str:
    if directory in directories:
        return directories[directory]
    return "inside" if directory.startswith(worktree.rstrip("/\\") + os.sep) else ""


def _databases(data: str, override: str) -> list[str]:
    """``opencode.db`` and those of other channels; OPENCODE_DB (relative to the data folder) replaces them."""
    if override:
        paths = [] if override == ":memory:" else [os.path.join(data, override)]
    else:
        try:
            names = sorted(os.listdir(data))
        except OSError:
            return []
        paths = [os.path.join(data, name) for name in names if name.startswith("opencode") and name.endswith(".db")]
    return [path for path in paths if os.path.isfile(path)]


def _changed(*paths: str) -> float:
    times = [0.0]
    for path in paths:
        try:
            times.append(os.stat(path).st_mtime)
        except OSError:
            continue
    return max(times)


def _in_database(path: str, worktree: str, directories: dict[str, str]) -> list[Location]:
    import time

    if time.time() - _changed(path, path + "-wal") > RECENT:
        return []
    import shutil
    import sqlite3

    from gittraj.agents.opencode.connection import connect

    try:
        connection, folder = connect(path)
    except (OSError, sqlite3.Error):
        return []
    try:
        found = {}
        for table, latest in _LATEST:
            try:
                for session, directory, updated in list(_candidates(connection, table, worktree, directories)):
                    near = _near(directory, worktree, directories)
                    if near:
                        family = [updated, *(row[0] for row in connection.execute(latest, (session, session)))]
                        changed = max((item for item in family if isinstance(item, int)), default=0)
                        found[session] = Location("opencode", path, session, changed, changed / 1000, near)
            except sqlite3.Error:  # the table is not there, or not as we know it
                continue
        return list(found.values())
    finally:
        connection.close()
        if folder:
            shutil.rmtree(folder, ignore_errors=True)


def _candidates(
    connection: "object", table: str, worktree: str, directories: dict[str, str]
) -> "Iterator[tuple[str, str, object]]":
    """Newest first, with a wide net (a prefix of the path) that `_near` then draws in."""
    marks = ", ".join("?" * len(directories))
    inside = worktree.rstrip("/\\") + os.sep
    query = (
        f"SELECT id, directory, time_updated FROM {table} WHERE parent_id IS NULL"  # noqa: S608  # table is from _LATEST
        f" AND (directory IN ({marks}) OR substr(directory, 1, ?) = ?) ORDER BY time_updated DESC LIMIT {NEWEST}"
    )
    for row in connection.execute(query, (*directories, len(inside), inside)):  # type: ignore[attr-defined]
        if isinstance(row[0], str) and isinstance(row[1], str):
            yield row


# The latest change of a session or its sub-agents; parts are many, so only the last few (in the order of insertion) are asked.
_LATEST = (
    (
        "session",
        "SELECT max((SELECT max(time_updated) FROM (SELECT time_updated FROM part WHERE session_id = s.id"
        " ORDER BY rowid DESC LIMIT 20)), (SELECT max(time_updated) FROM message WHERE session_id = s.id))"
        " FROM session AS s WHERE s.id = ? OR s.parent_id = ?",
    ),
    (
        "session_v2",
        "SELECT (SELECT max(time_updated) FROM session_message WHERE session_id = s.id)"
        " FROM session_v2 AS s WHERE s.id = ? OR s.parent_id = ?",
    ),
)


def _in_folder(storage: str, worktree: str, directories: dict[str, str]) -> list[Location]:
    """Session files that name a wanted directory, told from their bytes; JSON writes a path as it is (but for quotes)."""
    found = []
    for project in _names(os.path.join(storage, "session")):
        for name in _names(os.path.join(storage, "session", project)):
            path = os.path.join(storage, "session", project, name)
            if not (name.startswith("ses_") and name.endswith(".json")):
                continue
            try:
                with open(path, "rb") as file:
                    data = file.read(65536)
            except OSError:
                continue
            near = _near(_value(data, b'"directory"'), worktree, directories)
            if near and not _value(data, b'"parentID"'):
                session = name.removesuffix(".json")
                messages = os.path.join(storage, "message", session)
                last = _names(messages)[-1:]
                parts = [os.path.join(storage, "part", item.removesuffix(".json")) for item in last]
                changed = _changed(
                    path, messages, *(os.path.join(messages, item) for item in last), *parts, *_inside(parts)
                )
                found.append(Location("opencode", path, session, int(changed * 1000), changed, near))
    return found


def _inside(folders: list[str]) -> list[str]:
    return [os.path.join(folder, name) for folder in folders for name in _names(folder)]


def _value(data: bytes, name: bytes) -> str:
    at = data.find(name)
    start = data.find(b'"', data.find(b":", at) + 1) + 1 if at >= 0 else 0
    end = data.find(b'"', start)
    return data[start:end].decode("utf-8", "replace").replace("\\\\", "\\") if start and end > start else ""


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []
