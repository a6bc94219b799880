"""OpenAI Codex CLI: a worktree and the environment go in, the rollouts that belong to it come out; reading is in `reader`.

Rollouts lie under ``${CODEX_HOME:-~/.codex}/sessions/YYYY/MM/DD/rollout-TIME-THREAD.jsonl`` (and flat in ``archived_sessions``).
Compressed ones (``.jsonl.zst``) are read when named, but not looked for: their working directory does not show from outside.
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

NAME = "codex"

DAY_FOLDERS = 45  # newest day folders looked into; a session resumed after longer is attached by hand
NEWEST = 400  # rollouts opened at one commit; each costs about 10 µs
_FIRST = 4096  # the working directory stands in the first few hundred bytes, before the instructions
_HEAD = 65536


def locate(worktree: str, env: "Mapping[str, str]", /) -> list[Location]:
    """Rollouts whose working directory is `worktree`, lies in it or above it (see `gittraj.agents.interface.Agent`)."""
    home = env.get("HOME") or os.path.expanduser("~")
    base = env.get("CODEX_HOME") or os.path.join(home, ".codex")
    found: list[Location] = []
    told = running(env) or ""
    parents: dict[str, str] = {}
    nearness: dict[str, str] = {}
    for path, name in _rollouts(base):
        head = _head(path, _FIRST)
        cwd = _field(head, b'"cwd":')
        if cwd is None and len(head) == _FIRST:
            head = _head(path, _HEAD)
            cwd = _field(head, b'"cwd":')
        if not cwd:
            continue
        if cwd not in nearness:
            nearness[cwd] = _near(cwd, worktree, home)
        session = thread(name)
        if nearness[cwd] or session == told:
            try:
                status = os.stat(path)
            except OSError:
                continue
            near = nearness[cwd] or "elsewhere"
            found.append(Location(NAME, path, session, status.st_size, status.st_mtime, near))
            parents[session] = _field(head.split(b"\n", 1)[0], b'"parent_thread_id":') or ""
    # a sub-agent's rollout is read as part of its parent's
    return [
        each for each in found if parents[each.session] in ("", each.session) or parents[each.session] not in parents
    ]


def running(env: "Mapping[str, str]", /) -> str | None:
    """The thread id given to every shell of Codex; None outside."""
    told = env.get("CODEX_THREAD_ID") or env.get("CODEX_SESSION_ID")
    return told or ("" if "CODEX_SANDBOX" in env or env.get("CODEX_CI") else None)


def sniff(head: bytes, path: str, /) -> bool:
    """Whether this is a rollout (plain, of before 2025-09 without envelopes, or compressed)."""
    name = os.path.basename(path)
    if name.startswith("rollout-") and name.endswith(".jsonl.zst"):
        return head.startswith(b"\x28\xb5\x2f\xfd")
    start = head[:_HEAD].lstrip()
    if not start.startswith(b"{"):
        return False
    line = start.split(b"\n", 1)[0].replace(b'": ', b'":')
    kinds = (b'"type":"session_meta"', b'"type":"response_item"', b'"type":"event_msg"', b'"type":"turn_context"')
    if b'"payload":' in line and any(kind in line for kind in kinds):
        return True
    return name.startswith("rollout-") and b'"instructions":' in line and b'"timestamp":' in line


def read(path: str, start: "Position | None" = None, *, until: int | None = None, session: str = "") -> "Reading":
    """Entries of a rollout (see `gittraj.agents.interface.Agent`)."""
    from gittraj.agents.codex import reader

    return reader.read(path, start, until=until)


def operations(call: "Entry", result: "Entry | None", /) -> "list[Observed]":
    """What a call (or a ``file-change`` event, given as `call`) did to files."""
    from gittraj.agents.codex import tools

    return tools.operations(call, result)


def printed(call: "Entry", result: "Entry | None", version: str, /) -> "list[Printed]":
    """See `gittraj.agents.interface.Prints`."""
    from gittraj.agents.codex import shell_outputs

    return shell_outputs.printed(call, result, version)


def edit_content(entry: "Entry", /) -> list[tuple[str | int, ...]]:
    """Where the content of edits stands in an entry."""
    from gittraj.agents.codex import tools

    return tools.edit_content(entry)


def thread(name: str) -> str:
    """The thread id in a rollout's file name, "" where the name is another."""
    stem = name.removesuffix(".zst").removesuffix(".jsonl")
    return stem[28:] if stem.startswith("rollout-") and len(stem) > 28 else ""


def _rollouts(base: str) -> list[tuple[str, str]]:
    """(path, name) of the newest rollouts, newest first: names and folders sort by time."""
    found: list[tuple[str, str]] = []
    for folder in [*_days(os.path.join(base, "sessions")), os.path.join(base, "archived_sessions")]:
        names = [name for name in _names(folder) if name.startswith("rollout-") and name.endswith(".jsonl")]
        found.extend((os.path.join(folder, name), name) for name in names)
        if len(found) >= NEWEST:
            break
    return found[:NEWEST]


def _days(root: str) -> list[str]:
    folders: list[str] = []
    for year in _names(root):
        for month in _names(os.path.join(root, year)):
            for day in _names(os.path.join(root, year, month)):
                folders.append(os.path.join(root, year, month, day))
                if len(folders) >= DAY_FOLDERS:
                    return folders
    return folders


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder), reverse=True)
    except OSError:
        return []


def _head(path: str, size: int) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        try:
            return os.read(handle, size)
        finally:
            os.close(handle)
    except OSError:
        return b""


def _field(head: bytes, key: bytes) -> str | None:
    """The text of the first member called `key`, found without decoding the line; None where there is none or it is not text."""
    at = head.find(key)
    if at < 0:
        return None
    rest = head[at + len(key) :].lstrip()
    if not rest.startswith(b'"'):
        return None
    end = 1
    while True:
        end = rest.find(b'"', end)
        if end < 0:
            return None
        slashes = end - len(rest[:end].rstrip(b"\\"))
        if slashes % 2 == 0:
            break
        end += 1
    value = rest[1:end]
    if b"\\" in value:
        import json

        try:
            return str(json.loads(b'"' + value + b'"'))
        except ValueError:
            return None
    return value.decode("utf-8", "replace")


def _near(cwd: str, worktree: str, home: str) -> str:
    real = cwd if cwd == worktree or cwd.startswith(worktree + os.sep) else os.path.realpath(cwd)
    if real == worktree:
        return "same"
    if real.startswith(worktree.rstrip(os.sep) + os.sep):
        return "inside"
    if worktree.startswith(real.rstrip(os.sep) + os.sep) and real not in (os.sep, home, os.path.realpath(home)):
        return "parent"
    return ""
