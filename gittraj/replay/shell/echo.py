"""echo and printf: literal arguments go in, the bytes printed come out, where bash (or every shell) prints just these."""

import re

from gittraj.replay.shell.escapes import of_echo, of_printf
from gittraj.replay.shell.files import Doubt
from gittraj.replay.shell.state import Call, Outcome
from gittraj.replay.shell.tree import Unreadable

_CONVERSION = re.compile(r"%(?:%|[sbdi]|.)", re.DOTALL)
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")


def echo(call: Call) -> Outcome:
    """The output of the builtin of bash; where it may be another shell's, only what all shells print alike."""
    args = list(call.args)
    call.complete()
    newline, escapes = True, False
    while args and re.fullmatch(r"-[neE]+", args[0]):
        newline &= "n" not in args[0]
        last = [flag for flag in args[0] if flag in "eE"]
        escapes = last[-1] == "e" if last else escapes
        del args[0]
    text = " ".join(args)
    if call.shell.dialect != "bash" and (len(args) != len(call.args) or "\\" in text):
        return Outcome(0, None)
    if escapes:
        try:
            text = of_echo(text)
        except Unreadable:
            return Outcome(0, None)
    return _printed(call, text + ("\n" if newline else ""))


def printf(call: Call) -> Outcome:
    """The output for a format of plain conversions (%s %b %d %i %%), used again while arguments are left."""
    call.complete()
    args = list(call.args)
    if args[:1] == ["--"]:
        del args[0]
    if not args or args[0].startswith("-"):
        raise Doubt("printf with options")
    pattern, values = args[0], args[1:]
    pieces: list[str] = []
    try:
        while True:
            left = len(values)
            for start, end, conversion in _split(pattern):
                pieces.append(of_printf(pattern[start:end]))
                if conversion:
                    pieces.append(_converted(conversion, values))
            if not values or len(values) == left:
                break
            call.shell.files.produce(len(pattern))
    except Unreadable:
        return Outcome(None, None)
    if call.shell.dialect != "bash" and ("\\x" in pattern or "%b" in pattern):
        return Outcome(0, None)
    return _printed(call, "".join(pieces))


def _printed(call: Call, text: str) -> Outcome:
    output = text.encode()
    call.shell.files.produce(len(output))
    return Outcome(0, output)


def _split(pattern: str) -> list[tuple[int, int, str]]:
    found = []
    at = 0
    for match in _CONVERSION.finditer(pattern):
        found.append((at, match.start(), match[0]))
        at = match.end()
    if pattern.find("%", at) >= 0:
        raise Unreadable("a conversion without its letter")
    found.append((at, len(pattern), ""))
    return found


def _converted(conversion: str, values: list[str]) -> str:
    if conversion == "%%":
        return "%"
    if conversion not in ("%s", "%b", "%d", "%i"):
        raise Unreadable("a conversion that is not plain")
    value = values.pop(0) if values else ""
    if conversion == "%s":
        return value
    if conversion == "%b":
        return of_echo(value)
    if value and not _INTEGER.fullmatch(value):
        raise Unreadable("not a plain number")
    return str(int(value or "0"))
