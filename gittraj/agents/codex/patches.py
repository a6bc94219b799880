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
    r"(?:^|[;&|\s])(?:apply_patch|applypatch)\s{0,9}<<-?\s{0,9}(?P<quote>['\"]?)(?P<end>\w{1,99})(?P=quote)[^\n]*\n"
)
_CD = re.compile(r"^\s*cd\s+(?:'([^'\n]*)'|\"([^\"\n]*)\"|(\S+))\s*(?:&&|;|\n)")
# the strings of a program; a quote in a comment cannot lead far astray, because ' and " strings end with their line
_LITERAL = re.compile(r'"(?:[^"\\\n]|\\.)*"|' r"'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`", re.DOTALL)
_QUOTE = re.compile("[\"'`]")
_RAW = "String.raw"
_ESCAPES = re.compile(r"\\(u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|\r?\n|.)", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": ""}
_LIMIT = 4 << 20  # characters of a command or program that are searched; longer ones are data, not patches
_PATIENCE = 16 * _LIMIT  # characters looked at in vain for the ends of strings and heredocs; the text is anybody's


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
    for at, (key, value) in enumerate(strings):
        if len(value) > _LIMIT:
            continue
        if name == "exec" and isinstance(given, str):
            yield from (Found(patch, key, "script") for patch in _literals(value))
        elif name in ("apply_patch", "applypatch") and value.lstrip().startswith((BEGIN, "<<")):
            yield Found(value, key, "tool")
        elif "apply_patch" in value or "applypatch" in value or BEGIN in value:
            yield from _shell(key, value, strings[at - 1][1] if at else "")


def _shell(key: tuple[str | int, ...], value: str, before: str) -> Iterator[Found]:
    if value.lstrip().startswith(BEGIN) and before in ("apply_patch", "applypatch"):
        yield Found(value, key, "shell")  # ["apply_patch", "*** Begin Patch…"]
        return
    moved = _CD.match(value)
    cwd = next((group for group in moved.groups() if group), "") if moved else ""
    for patch in _heredocs(value):
        yield Found(patch, key, "shell", posixpath.normpath(cwd) if cwd else "")


def _heredocs(script: str) -> Iterator[str]:
    patience = _PATIENCE
    opening = _HEREDOC.search(script)
    while opening and patience > 0:
        after = opening.end()
        closing = re.compile(rf"\n[ \t]*{opening['end']}[ \t]*(?=\n|\)|$)").search(script, after)
        if closing:
            yield script[after : closing.start()]
            after = closing.end()
        else:
            patience -= len(script) - after
        opening = _HEREDOC.search(script, after)


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
    patience = _PATIENCE
    quote = _QUOTE.search(program)
    while quote and patience > 0:
        start, after = quote.start(), quote.end()
        literal = _LITERAL.match(program, start)
        if literal:
            after = literal.end()
            if BEGIN in literal[0]:
                raw = program[max(0, start - 40) : start].rstrip().endswith(_RAW)
                yield literal[0][1:-1] if raw else _ESCAPES.sub(_unescaped, literal[0][1:-1])
        else:  # a stray quote; where it gave up is not told, at the end of the text at the latest
            patience -= len(program) - after
        quote = _QUOTE.search(program, after)


def _unescaped(match: re.Match[str]) -> str:
    what = match[1]
    if what[0] in "ux" and len(what) > 1:
        code = int(what[1:].strip("{}"), 16)
        return chr(code) if code < 0xD800 or 0xDFFF < code < 0x110000 else match[0]
    return _LETTERS.get(what, what)
