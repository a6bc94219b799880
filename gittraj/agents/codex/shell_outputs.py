"""Codex's recorded outputs: a call, its result (or a ``command`` event) go in, what each command printed comes out.

Both streams as they came, behind a few lines that Codex writes (chunk, wall time, exit code, ``Output:``); until 0.9x the output stands
alone. In code mode a script prints what it likes: an output that is not recorded for its command is taken from the script's only where
the script does nothing but print it.
"""

import re
from typing import Any

from gittraj.agents import shell_calls
from gittraj.agents.codex.patches import patches
from gittraj.model.entry import Entry
from gittraj.model.printed import Printed, never, unclear

_HEAD = re.compile(
    r"\A(?:Chunk ID: [^\n]*\n|Wall time:? [^\n]*\n|Process exited with code -?\d{1,10}\n|Exit code: -?\d{1,10}\n"
    r"|Original token count: \d{1,12}\n|Script completed\n){1,8}Output:\n"
)
_CUT = re.compile(
    r"\u2026\d{1,12} (?:tokens|chars) truncated\u2026|\[\.\.\. omitted \d{1,12} of \d{1,12} lines \.\.\.\]"
)
_CUT_HEAD = re.compile(r"\A(?:[^\n]{1,80}\n){0,6}Total output lines: \d")
_RUNNING = re.compile(r"\A(?:[^\n]{1,80}\n){0,6}Process running with session ID")
_ONE_PRINT = re.compile(
    r"\s*(?:const|let|var)\s+(\w{1,40})\s*=\s*await\s+tools\.exec_command\((?:(?!tools\.|text\().)*\);?\s*text\(\1\.output\);?\s*",
    re.DOTALL,
)


def printed(call: Entry, result: Entry | None, version: str) -> list[Printed]:
    """What each command of `call` printed, as `gittraj.agents.outputs` hands it on."""
    if result is None:
        data = call.get("data")
        told = data.get("nested") if isinstance(data, dict) else None
        return [_part(part) for part in _commands(told if isinstance(told, list) else [data])]
    nested = result.get("nested")
    parts = _commands(nested if isinstance(nested, list) else [])
    found = [_own(call, result)] * (len(shell_calls.commands(call, result)) - len(parts))
    alone = _alone(call, result) if len(parts) == 1 else None
    for part in parts:
        if "output" not in part and alone is not None:
            part = {**part, "output": alone}
        found.append(_part(part))
    return found


def _own(call: Entry, result: Entry) -> Printed:
    if next(patches(str(call.get("name", "")), call.get("input")), None) is not None:
        return never("the agent applied the patch in it by itself")
    text, whole = result.get("output"), result.get("aggregated-output")
    if not isinstance(text, str):
        return unclear("its output is no text")
    if _RUNNING.match(text):
        return never("it went on in the background")
    code = result.get("exit-code")
    if not isinstance(code, int):
        return (
            never("it was stopped or refused") if result.get("is-error") else unclear("its record has an unknown form")
        )
    if isinstance(whole, str):
        return Printed(whole, code)
    if _CUT_HEAD.match(text) or _CUT.search(text):
        return unclear("the agent cut its output")
    head = _HEAD.match(text)
    return Printed(text[head.end() :] if head else text, code)


def _alone(call: Entry, result: Entry) -> str | None:
    """What the script printed, where it printed nothing but its one command's output."""
    script, text = call.get("input"), result.get("output")
    if not isinstance(script, str) or not isinstance(text, str) or not _ONE_PRINT.fullmatch(script):
        return None
    head = _HEAD.match(text)
    return text[head.end() :] if head and not _CUT.search(text) else None


def _commands(parts: list[Any]) -> list[dict[str, Any]]:
    return [part for part in parts if isinstance(part, dict) and shell_calls.is_command(part.get("command"))]


def _part(part: dict[str, Any]) -> Printed:
    output, code = part.get("output"), part.get("exit-code")
    if part.get("cut") is True:
        return unclear("the agent cut its output")
    if not isinstance(code, int):
        return never("no exit code is recorded")
    if not isinstance(output, str):
        return unclear("its output stands among others in a script's")
    return Printed(output, code)
