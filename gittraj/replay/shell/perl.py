"""perl one-liners: ``perl -pi -e 's/…/…/'`` goes in, its certain writes come out; any other perl may do anything."""

import re

from gittraj.replay.shell.files import Doubt
from gittraj.replay.shell.pattern import compile_pattern
from gittraj.replay.shell.regex import MAX_CELLS
from gittraj.replay.shell.state import DONE, UNKNOWN, Call, Outcome
from gittraj.replay.shell.substitute import Substitution, split, substituted

_FLAGS = re.compile(r"[a-z]*")
_BRACES = re.compile(r"\{([^{}]*)\}[ \t]*\{([^{}]*)\}")
_PIECE = re.compile(r"\$(?:([1-9])(?!\d)|\{([1-9])\}|(&))|\\(.)|([^$@\\]+)", re.DOTALL)
_RUNS = re.compile(
    r"\(\?\??\{|@[{$]|@\w+[\[{]|\$(?!\{[1-9]\})\w*\s*[\[{]|->"
)  # what may hold code: (?{…}), @{[…]}, $a[…]
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def perl(call: Call) -> Outcome:
    """Substitutions over files (``-i``) or the input. Raises `Doubt` (of unknown reach) for all other programs."""
    if call.args in (["-v"], ["-V"], ["--version"]):
        return UNKNOWN
    whole, suffix, scripts, names = _options(call.args)
    text = "\n".join(scripts).encode().decode("latin-1")  # perl sees bytes, unless told otherwise
    paths = [call.shell.path(name) for name in names]
    touched = None if call.more or suffix is None else paths + [path + suffix for path in paths if suffix]
    try:
        commands = _commands(text)
    except Doubt as doubt:
        raise Doubt(doubt.reason, None if doubt.unknown else touched or (), unknown=doubt.unknown) from None
    if suffix is None:
        return UNKNOWN
    if touched and (len(set(touched)) < len(touched) or any(name.endswith("/") for name in names)):
        raise Doubt("one file twice, or a folder", touched)
    try:
        changed = [(path, _edited(call.shell.files.content(path), commands, whole)) for path in paths]
    except Doubt as doubt:
        raise Doubt(doubt.reason, touched) from None
    for path, content in changed:
        call.shell.files.produce(len(content))
        if suffix:
            call.shell.write(path + suffix, call.shell.files.content(path), mode_from=path)
        call.shell.write(path, content)
    return UNKNOWN if call.more else DONE


def _options(args: list[str]) -> tuple[bool, str | None, list[str], list[str]]:
    whole = loops = False
    suffix: str | None = None
    scripts: list[str] = []
    rest = list(args)
    while rest and rest[0].startswith("-"):
        flags = rest.pop(0)[1:]
        at = 0
        while at < len(flags):
            if match := re.compile(r"0777|0(?![0-9x])").match(flags, at):
                whole = True
                at = match.end()
            elif flags[at] == "i":
                suffix = flags[at + 1 :]
                break
            elif flags[at] == "e" and at == len(flags) - 1 and rest:
                scripts.append(rest.pop(0))
                at += 1
            elif flags[at] in "pw":
                loops |= flags[at] == "p"
                at += 1
            else:
                raise Doubt("perl with other options", unknown=True)
    if not loops or not scripts or (suffix and ("*" in suffix or "/" in suffix or suffix.isalnum())):
        raise Doubt("perl may do anything", unknown=True)
    return whole, suffix, scripts, rest


def _commands(script: str) -> list[Substitution]:
    commands: list[Substitution] = []
    at = 0
    while True:
        while script[at : at + 1] in tuple(" \t\n;"):
            at += 1
        if at >= len(script):
            return commands
        if (
            script[at] != "s"
            or script[at + 1 : at + 2].isalnum()
            or script[at + 1 : at + 2] in (" ", "'", "(", "[", "<", "#", "_", "=")
        ):
            raise Doubt("perl may do anything", unknown=True)
        braces = _BRACES.match(script, at + 1)
        if braces:
            pattern, replacement, at = braces[1], braces[2], braces.end()
        elif script[at + 1 : at + 2] == "{":
            raise Doubt("braces in braces", unknown=True)
        else:
            pattern, replacement, at = split(script, at + 1)
        flags = _FLAGS.match(script, at)
        assert flags is not None
        at = flags.end()
        if not set(flags[0]) <= set("gi") or not re.match(r"[ \t]*(?:[;\n]|$)", script[at:]):
            raise Doubt("perl may do anything", unknown=True)
        if _RUNS.search(pattern) or _RUNS.search(replacement):
            raise Doubt("perl may run code in a pattern", unknown=True)
        compiled = compile_pattern(pattern, "perl", fold="i" in flags[0], wide=False)
        pieces = _pieces(replacement, compiled.groups, compiled.quantified)
        empty = compiled.on("", [MAX_CELLS])
        if empty is not None and empty.search(0):
            raise Doubt("a pattern that matches nothing at all")
        commands.append(Substitution(compiled, pieces, "g" in flags[0]))


def _pieces(replacement: str, groups: int, quantified: set[int]) -> tuple[str | int, ...]:
    pieces: list[str | int] = []
    at = 0
    while at < len(replacement):
        match = _PIECE.match(replacement, at)
        if match is None:
            raise Doubt("a variable of perl")
        at = match.end()
        number, braced, whole, escaped, plain = match.groups()
        if whole:
            pieces.append(0)
        elif plain:
            pieces.append(plain)
        elif escaped and (escaped in _ESCAPES or not escaped.isalnum()) and escaped.isascii():
            pieces.append(_ESCAPES.get(escaped, escaped))
        else:
            wanted = int(number or braced or (escaped if escaped in tuple("123456789") else 0))
            if not 0 < wanted <= groups or wanted in quantified:
                raise Doubt("a replacement that is not plain")
            pieces.append(wanted)
        following = replacement[at : at + 2]
        if isinstance(pieces[-1], int) and (following[:1] in ("[", "{") or following == "->"):
            raise Doubt("a replacement that is not plain")
    return tuple(pieces)


def _edited(content: bytes, commands: list[Substitution], whole: bool) -> bytes:
    if whole and b"\0" in content:
        raise Doubt("records that end in a zero byte")
    text = content.decode("latin-1")
    budget = [MAX_CELLS]
    result = []
    for line in [text] if whole else _lines(text):
        for command in commands:
            line, _ = substituted(line, command, budget)
        result.append(line)
    return "".join(result).encode("latin-1")


def _lines(text: str) -> list[str]:
    found = text.split("\n")
    last = found.pop()
    return [line + "\n" for line in found] + ([last] if last else [])
