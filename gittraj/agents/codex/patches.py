"""Where a call carries a patch: its name and input go in, the patch texts with the directory they apply in come out.

Models give patches to the `apply_patch` tool, to the shell (`apply_patch <<'EOF'`, which Codex intercepts) and, in code mode, as a
string inside a JavaScript program.
"""

import posixpath
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from gittraj.agents.patch_grammar import BEGIN

_HEREDOC = re.compile(
    r"(?:^|[;&|\n]\s*|\s)(?:apply_patch|applypatch)\s*<<-?\s*(?P<quote>['\"]?)(?P<end>\w+)(?P=quote)[^\n]*\n"
    r"(?P<patch>.*?)\n[ \t]*(?P=end)[ \t]*(?=\n|\)|$)",
    re.DOTALL,
)
_CD = re.compile(r"^\s*cd\s+(?:'([^'\n]*)'|\"([^\"\n]*)\"|(\S+))\s*(?:&&|;|\n)")
# the strings of a program; a quote in a comment cannot lead far astray, because ' and " strings end with their line
_LITERALS = re.compile(
    r'(?P<raw>String\.raw)?\s*(?:"(?:[^"\\\n]|\\.)*"|' r"'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)", re.DOTALL
)
_ESCAPES = re.compile(r"\\(u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|\r?\n|.)", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": ""}
_LIMIT = 4 << 20  # characters of a command or program that are searched; longer ones are data, not patches


class Found(NamedTuple):
    """`key`: path of the string in the call's entry. `via`: "tool", "shell" or "script". `cwd`: "" where the call's own holds."""

    text: str
    key: tuple[str | int, ...]
    via: str
    cwd: str = ""


def patches(name: str, given: Any) -> Iterator[Found]:
    """The patches in a call's input."""
    name = name.rsplit(".", 1)[-1]
    strings = list(_strings(given))
    for key, value in strings:
        if len(value) > _LIMIT:
            continue
        if name == "exec" and isinstance(given, str):
            yield from (Found(patch, key, "script") for patch in _literals(value))
        elif name in ("apply_patch", "applypatch") and value.lstrip().startswith((BEGIN, "<<")):
            yield Found(value, key, "tool")
        elif "apply_patch" in value or "applypatch" in value or BEGIN in value:
            yield from _shell(key, value, strings)


def _shell(key: tuple[str | int, ...], value: str, strings: list[tuple[tuple[str | int, ...], str]]) -> Iterator[Found]:
    at = next(index for index, (other, _) in enumerate(strings) if other == key)
    if value.lstrip().startswith(BEGIN) and at and strings[at - 1][1] in ("apply_patch", "applypatch"):
        yield Found(value, key, "shell")  # ["apply_patch", "*** Begin Patch…"]
        return
    moved = _CD.match(value)
    cwd = next((group for group in moved.groups() if group), "") if moved else ""
    for match in _HEREDOC.finditer(value):
        yield Found(match["patch"], key, "shell", posixpath.normpath(cwd) if cwd else "")


def _strings(given: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """The texts of an input, two levels deep: {cmd}, {command: […]}, {input}."""
    if isinstance(given, str):
        yield ("input",), given
    elif isinstance(given, dict):
        for key, value in given.items():
            if isinstance(value, str):
                yield ("input", key), value
            elif isinstance(value, list):
                yield from ((("input", key, at), part) for at, part in enumerate(value) if isinstance(part, str))


def _literals(program: str) -> Iterator[str]:
    if BEGIN not in program:
        return
    for match in _LITERALS.finditer(program):
        if BEGIN in match[0]:
            inner = match[0].removeprefix("String.raw").strip()[1:-1]
            yield inner if match["raw"] else _ESCAPES.sub(_unescaped, inner)


def _unescaped(match: re.Match[str]) -> str:
    what = match[1]
    if what[0] in "ux" and len(what) > 1:
        code = int(what[1:].strip("{}"), 16)
        return chr(code) if code < 0xD800 or 0xDFFF < code < 0x110000 else match[0]
    return _LETTERS.get(what, what)
