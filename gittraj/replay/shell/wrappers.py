"""Commands that run another: their arguments go in, what they run comes out."""

import re
from typing import NamedTuple

from gittraj.replay.shell.files import Doubt
from gittraj.replay.shell.state import UNSURE

_SHELLS = frozenset(("bash", "sh", "zsh", "dash", "ksh", "ash"))
_ASSIGNS = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_XARGS_VALUES = frozenset("IndLPsE")
_XARGS_FLAGS = frozenset("0rtx")


class Wrapped(NamedTuple):
    """`script`: a text for a shell of its own, else `args` is a command. `sure`: it runs once, with just these arguments."""

    script: str | None
    args: list[str]
    sure: bool = True
    dialect: str = ""
    errexit: bool = False


def unwrapped(name: str, args: list[str]) -> Wrapped | None:
    """What `name` runs; None where it is no wrapper, or runs nothing. Raises `Doubt`."""
    if name in _SHELLS:
        return _shell(name, args)
    if name in ("command", "builtin") and args:
        if args[0].startswith("-"):
            return Wrapped(None, ["type"], sure=False) if args[0] in ("-v", "-V") else None
        return Wrapped(None, args, dialect="as outside")
    if name == "env" and args:
        rest = list(args)
        while rest and _ASSIGNS.match(rest[0]):
            if rest.pop(0).startswith(("PATH=", "GIT_DIR=", "GIT_WORK_TREE=", "LD_")):
                raise Doubt("variables that change what commands do", unknown=True)
        return _external(rest)
    if name == "timeout":
        rest = list(args)
        while rest and rest[0].startswith("-"):
            option = rest.pop(0)
            if option in ("-k", "-s") and rest:
                del rest[0]
        return _external(rest[1:])
    if name in ("nice", "nohup", "stdbuf", "setsid", "ionice"):
        rest = list(args)
        if name == "nice" and rest[:1] == ["-n"]:
            del rest[:2]
        while rest and rest[0].startswith("-"):
            del rest[0]
        return _external(rest) if name != "setsid" else None
    return _xargs(args) if name == "xargs" else None


def _external(args: list[str]) -> Wrapped:
    if not args:
        return Wrapped(None, ["printenv"], sure=False)
    if args[0] in ("cd", "export", "set", "source", ".", "exit", "eval") or args[0].startswith("-"):
        raise Doubt("a wrapper with options that are not interpreted", unknown=True)
    return Wrapped(None, args)


def _shell(name: str, args: list[str]) -> Wrapped | None:
    if args in (["--version"], ["--help"]) or (args[:1] == ["-n"] and len(args) == 2):
        return Wrapped(None, ["type"], sure=False)
    rest = list(args)
    errexit = runs = False
    while rest and rest[0].startswith("-") and not runs:
        option = rest.pop(0)
        if option in ("--norc", "--noprofile", "--login", "--posix"):
            continue
        if option.startswith("--") or not set(option[1:]) <= set("cleix"):
            raise Doubt("a shell with other options", unknown=True)
        errexit |= "e" in option
        runs = "c" in option
    if not runs or not rest or rest[0] == UNSURE or rest[0].startswith("-"):
        raise Doubt("a script that is not in the text", unknown=True)
    return Wrapped(rest[0], [], dialect="bash" if name == "bash" else "", errexit=errexit)


def _xargs(args: list[str]) -> Wrapped:
    rest = list(args)
    while rest and rest[0].startswith("-"):
        option = rest.pop(0)
        if option.startswith("--"):
            if option not in ("--null", "--no-run-if-empty", "--verbose") and "=" not in option:
                raise Doubt("xargs with other options", unknown=True)
        elif option[1:2] in _XARGS_VALUES:
            if len(option) == 2 and rest:
                del rest[0]
        elif not set(option[1:]) <= _XARGS_FLAGS:
            raise Doubt("xargs with other options", unknown=True)
    return Wrapped(None, rest or ["echo"], sure=False)
