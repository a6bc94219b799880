"""What an entry says, as text: content blocks, outputs and markers in any agent's shape go in, plain text comes out."""

import json
import re
from typing import Any

from gittraj.cli.escape import visible

# The redaction's marker; its salted digest tells a reader nothing (--json has it)
_MARKER = re.compile(r"\{redacted: ([^,{}\n]{1,120}), bytes: ([0-9]{1,12}), sha256-salted: [0-9a-f]{32}\}")

_TEXT_KEYS = ("text", "output", "content", "stdout", "stderr", "error", "message", "result")
_COMMAND = re.compile(r"<command-name>([^<\n]{1,200})</command-name>")  # how Claude Code writes a slash command
_COMMAND_ARGUMENTS = re.compile(r"<command-args>([^<]{0,2000})</command-args>")
_BLOCK = re.compile(r"\s*<([A-Za-z][\w-]{0,60})>(.*)</\1>\s*", re.DOTALL)
_HEADS = ("Chunk ID:", "Wall time:", "Exit code:", "Process exited", "Script ")
_HEAD_LINES = 8
_GEMINI_TAIL = ("Exit Code: ", "Signal: ", "Background PIDs: ", "Process Group PGID: ")
_DEEPEST = 12  # deeper content is shown as JSON; no agent nests its text further


def text_of(value: Any, depth: int = 0) -> str:
    """The text in `value`: a string, blocks with text, a map with stdout and stderr; anything else as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return f"[{len(value)} bytes]"
    if depth > _DEEPEST or not isinstance(value, (list, tuple, dict)):
        return as_json(value)
    if isinstance(value, dict):
        return _map_text(value, depth)
    return "\n".join(part for part in (text_of(each, depth + 1) for each in value) if part)


def _map_text(value: dict[Any, Any], depth: int) -> str:
    kind = value.get("type")
    if kind in ("image", "input_image", "document", "audio") and "text" not in value:
        return f"[{str(kind).removeprefix('input_')}]"
    parts = [text_of(value[key], depth + 1) for key in _TEXT_KEYS if isinstance(value.get(key), (str, list, dict))]
    return "\n".join(part for part in parts if part) if any(parts) else as_json(value)


def as_json(value: Any) -> str:
    """`value` as JSON, or the name of its type where it has none."""
    try:
        return json.dumps(value, ensure_ascii=False, default=repr)
    except (ValueError, TypeError, RecursionError):
        return f"[{type(value).__name__}]"


def said(content: Any) -> tuple[bool, str]:
    """Whether a user message is from a program (all of it one block in tags), and its text; a slash command as it was typed."""
    text = text_of(content)
    command = _COMMAND.search(text)
    if command and text.lstrip().startswith("<command-"):
        arguments = _COMMAND_ARGUMENTS.search(text)
        return False, f"{command[1]} {arguments[1] if arguments else ''}".strip()
    block = _BLOCK.fullmatch(text)
    if block and block[1] == "user_query":  # Cursor's, around what the user typed
        return False, block[2]
    return (True, text if block[2].strip() else "") if block else (False, text)


def shown(text: str) -> str:
    """`text` for a page: made visible, redaction markers in short."""
    if "{redacted: " in text:
        text = _MARKER.sub(r"[redacted: \1, \2 bytes]", text)
    return visible(text)


def shown_line(text: str) -> str:
    """`text` for a page, on one line."""
    return shown(text).replace("\n", "␊").replace("\t", " ")


def printed(result: dict[str, Any]) -> list[str]:
    """The lines that a call printed, without what the agent wraps around them (chunk, wall time, exit code)."""
    text = text_of(result.get("output")).replace("<tool_use_error>", "").replace("</tool_use_error>", "")
    lines = lines_of(text)
    if (
        lines and lines[0] == f"Exit code {result.get('exit-code')}"
    ):  # Claude Code's; it stands at the line's end already
        return lines_of("\n".join(lines[1:]))
    if lines and lines[0].startswith(_HEADS) and "Output:" in lines[:_HEAD_LINES]:
        return lines_of("\n".join(lines[lines.index("Output:") + 1 :]))
    return _of_gemini(lines)


def _of_gemini(lines: list[str]) -> list[str]:
    """What stands between ``Output:`` and the facts about the process, where Gemini CLI wrote both; else `lines`."""
    inner = [line for line in lines if line not in ("<untrusted_context>", "</untrusted_context>")]
    start = next((n for n, line in enumerate(inner[:_HEAD_LINES]) if line.startswith("Output: ")), None)
    if start is None or not inner[-1].startswith("Process Group PGID: "):
        return lines
    inner[start] = inner[start].removeprefix("Output: ").replace("(empty)", "")
    while len(inner) > start and (inner[-1].startswith(_GEMINI_TAIL) or inner[-1] == "Error: (none)"):
        inner.pop()
    return lines_of("\n".join(inner[start:]))


def lines_of(text: str) -> list[str]:
    """The lines of `text`, without blank ones at both ends; a final newline makes no line, CR LF ends one."""
    lines = text.replace("\r\n", "\n").split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    start = 0
    while start < len(lines) and not lines[start].strip():
        start += 1
    return lines[start:]
