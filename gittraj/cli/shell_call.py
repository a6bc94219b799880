"""Which tool calls run a shell command: a call goes in, its command line comes out, or None."""

import json
from typing import Any

from gittraj.model.entry import Entry

_NAMES = ("bash", "shell", "exec", "terminal", "command", "run_")
_KEYS = ("command", "cmd", "commands", "script")
_PATHS = ("path", "file_path", "filePath")


def command_line(call: Entry) -> str | None:
    """The command of a call whose tool is a shell, whatever the agent calls it; None for every other tool."""
    name, given = str(call.get("name", "")).lower(), call.get("input")
    if isinstance(given, str) and given.startswith("{"):
        try:
            given = json.loads(given)
        except ValueError:
            return None
    if not isinstance(given, dict) or not any(part in name for part in _NAMES) or any(key in given for key in _PATHS):
        return None
    for key in _KEYS:
        if key in given:
            return _line(given[key])
    return None


def _line(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        if len(value) == 3 and value[1] in ("-c", "-lc"):  # ["bash", "-lc", "…"]: the shell is not the story
            return str(value[2])
        return " ".join(value)
    return None
