"""Shell commands of a session: entries go in, what was run, where, and how it ended comes out, whatever the agent calls its shell."""

import json
import posixpath
import shlex
from typing import Any, NamedTuple

from gittraj.model.entry import Entry

_NAMES = ("bash", "shell", "exec", "terminal", "command", "run_")
_KEYS = ("command", "cmd", "commands", "script")
_PATHS = ("path", "file_path", "filePath")
_DIRECTORIES = ("workdir", "working_directory", "dir_path", "directory", "cwd")


class Ran(NamedTuple):
    """A command line. `cwd`: "" where the call does not say. `code`: what it ended with, None where it did not (yet)."""

    text: str
    cwd: str
    code: int | None


def commands(call: Entry, result: Entry | None) -> list[Ran]:
    """The commands that a call ran; also those inside of a script, and those that an event tells of."""
    if call.get("type") == "system-event":
        data = call.get("data")
        return _told(data) if call.get("event-type") == "command" and isinstance(data, dict) else []
    found = []
    given = _given(call)
    line = _line(call, given)
    if line is not None:
        where = next((given[key] for key in _DIRECTORIES if isinstance(given.get(key), str)), "")
        own = call.get("cwd")
        cwd = own if isinstance(own, str) else ""
        if cwd and where and not cwd.endswith(where):
            where = posixpath.join(cwd, where)
        found.append(Ran(line, where or cwd, _code(result, background=given.get("run_in_background") is True)))
    nested = result.get("nested") if result else None
    for part in nested if isinstance(nested, list) else ():
        if isinstance(part, dict):
            found += _told(part)
    return found


def is_command(value: Any) -> bool:
    """Whether `value` is a command line as agents record it."""
    return _text(value) is not None


def _told(data: dict[str, Any]) -> list[Ran]:
    found = []
    parts = data["nested"] if isinstance(data.get("nested"), list) else [data]
    for part in parts:
        line = _text(part.get("command")) if isinstance(part, dict) else None
        if line is not None:
            code, cwd = part.get("exit-code", 0), part.get("cwd")
            found.append(Ran(line, cwd if isinstance(cwd, str) else "", code if isinstance(code, int) else None))
    return found


def _given(call: Entry) -> dict[str, Any]:
    given = call.get("input")
    if isinstance(given, str) and given.startswith("{"):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            return {}
    return given if isinstance(given, dict) else {}


def _line(call: Entry, given: dict[str, Any]) -> str | None:
    name = str(call.get("name", "")).lower()
    if not any(part in name for part in _NAMES) or any(key in given for key in _PATHS):
        return None
    return next((_text(given[key]) for key in _KEYS if key in given), None)


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        if len(value) == 3 and value[1] in ("-c", "-lc"):  # ["bash", "-lc", "…"]
            return str(value[2])
        return shlex.join(value)
    return None


def _code(result: Entry | None, *, background: bool) -> int | None:
    """Where only a flag is recorded, 0 or 1 stands for it."""
    if result is None or background:
        return None
    code = result.get("exit-code")
    failed = int(result.get("is-error") is True)
    return code if isinstance(code, int) and (code or not failed) else failed
