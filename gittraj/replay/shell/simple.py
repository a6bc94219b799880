"""A simple command: its parsed form goes in, its words are expanded, and what it does is done (builtins, wrappers, commands)."""

from gittraj.replay.shell.commands import carry_out
from gittraj.replay.shell.files import Doubt
from gittraj.replay.shell.grammar import parse
from gittraj.replay.shell.harmless import is_harmless
from gittraj.replay.shell.state import DONE, MORE, UNKNOWN, UNSURE, Call, Exit, Outcome, Shell
from gittraj.replay.shell.tree import Simple, Unreadable
from gittraj.replay.shell.wrappers import Wrapped, unwrapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_BINARIES = ("/bin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin")
_STEERING = frozenset(
    ("PATH", "IFS", "LD_PRELOAD", "BASH_ENV", "POSIXLY_CORRECT", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")
)
_SET_FLAGS = frozenset("aevx")
_DECLARING = frozenset(("export", "declare", "typeset", "local", "readonly"))


def simple(command: Simple, shell: Shell) -> "Callable[[bytes | None, int | None], Outcome]":
    """Expand the words; the result, given the input and the wanted status, carries the command out. Raises `Doubt`."""
    values = [(each, shell.value(each.value)) for each in command.assignments]
    fields = [field for word in command.words for field in shell.fields(word)]
    if any(each.name in _STEERING for each, _ in values):
        raise Doubt("variables that change what commands do", unknown=True)
    if not command.words:
        known = all(value is not None for _, value in values)
        for each, value in values:
            old = shell.variable(each.name) if each.append else ""
            shell.variables[each.name] = None if value is None or old is None or shell.maybe else old + value
        return lambda _stdin, _want: Outcome(0, b"") if known else UNKNOWN
    name, more = fields[0], MORE in fields
    args = [field for field in fields[1:] if field != MORE]
    return lambda stdin, want: _named(name, args, more, shell, stdin, want)


def _named(name: str, args: list[str], more: bool, shell: Shell, stdin: bytes | None, want: int | None) -> Outcome:
    if name in (UNSURE, MORE):
        raise Doubt("which command runs is not known", unknown=True)
    folder, _, base = name.rpartition("/")
    if folder in _BINARIES:
        name, shell = base, shell.child()
        shell.dialect = ""
    elif name in _BUILTINS:
        return _BUILTINS[name](name, args, shell, want)
    wrapped = unwrapped(name, args)
    if wrapped is not None:
        return _wrapped(wrapped, more, shell, stdin, want)
    try:
        return carry_out(Call(name, args, more, stdin, shell, want == 0))
    except Unreadable as error:
        raise Doubt(str(error), unknown=True) from None
    except Doubt as doubt:
        if doubt.paths is None or doubt.unknown:
            raise
        shell.files.cloud(doubt.paths)
        return UNKNOWN


def _wrapped(wrapped: Wrapped, more: bool, shell: Shell, stdin: bytes | None, want: int | None) -> Outcome:
    inner = shell.child()
    if wrapped.dialect != "as outside":
        inner.dialect = wrapped.dialect if shell.dialect or wrapped.dialect == "bash" else ""
    if wrapped.script is None:
        if wrapped.sure:
            return _named(wrapped.args[0], wrapped.args[1:], more, inner, stdin, want)
        if not is_harmless(wrapped.args[0], wrapped.args[1:]):
            raise Doubt(f"{wrapped.args[0]} runs with arguments that are not known", unknown=True)
        return UNKNOWN
    inner.variables = {}
    inner.errexit, inner.pipefail = wrapped.errexit, False
    try:
        body = parse(wrapped.script, inner.level[0], bash=inner.dialect == "bash")
    except Unreadable as error:
        raise Doubt(str(error), unknown=True) from None
    return shell.script(body, inner, stdin, want)


def _cd(_name: str, args: list[str], shell: Shell, want: int | None) -> Outcome:
    args = args[1:] if args[:1] == ["--"] else args
    if len(args) != 1 or args[0] in (UNSURE, "-", "") or (shell.cwd is None and not args[0].startswith("/")):
        shell.cwd = None
        return UNKNOWN
    target = shell.path(args[0])
    above = shell.cwd is not None and (shell.cwd.rstrip("/") + "/").startswith(target.rstrip("/") + "/")
    if above or want == 0 or shell.files.is_folder(target):
        shell.cwd = target
        return DONE
    shell.cwd, shell.hoped = None, target
    return UNKNOWN


def _elsewhere(_name: str, _args: list[str], shell: Shell, _want: int | None) -> Outcome:
    shell.cwd = None
    return UNKNOWN


def _set(_name: str, args: list[str], shell: Shell, _want: int | None) -> Outcome:
    rest = list(args)
    while rest:
        arg = rest.pop(0)
        sign, flags = arg[:1], arg[1:]
        if sign not in ("-", "+") or not flags:
            raise Doubt("options that change what follows", unknown=True)
        if flags.endswith("o"):
            if rest[:1] != ["pipefail"]:
                raise Doubt("options that change what follows", unknown=True)
            del rest[0]
            shell.pipefail = sign == "-"
            flags = flags[:-1]
        if "u" in flags:  # an unset variable ends the shell
            shell.nounset = sign == "-"
            flags = flags.replace("u", "")
        if not set(flags) <= _SET_FLAGS or shell.maybe:
            raise Doubt("options that change what follows", unknown=True)
        if "e" in flags:
            shell.errexit = sign == "-"
    return DONE


def _exit(name: str, args: list[str], shell: Shell, _want: int | None) -> Outcome:
    if not shell.maybe and name == "exit":
        raise Exit(int(args[0]) & 255 if len(args) == 1 and args[0].isdecimal() else None)
    if not shell.maybe:
        raise Doubt(f"{name} changes what follows", unknown=True)
    shell.exits = True
    return UNKNOWN


def _declare(name: str, args: list[str], shell: Shell, _want: int | None) -> Outcome:
    plain = name in _DECLARING and not shell.maybe and not any(arg.startswith("-") or UNSURE in arg for arg in args)
    for arg in args:
        variable, assigned, value = arg.partition("=")
        if variable in _STEERING:
            raise Doubt("variables that change what commands do", unknown=True)
        if assigned or name not in _DECLARING:
            shell.variables[variable.rstrip("+")] = value if plain and not variable.endswith("+") else None
    return DONE if plain and args else UNKNOWN


_BUILTINS: "dict[str, Callable[[str, list[str], Shell, int | None], Outcome]]" = {
    "cd": _cd, "pushd": _elsewhere, "popd": _elsewhere, "set": _set, "exit": _exit, "return": _exit, "break": _exit, "continue": _exit,
    "unset": _declare, "read": _declare, **dict.fromkeys(_DECLARING, _declare),
}  # fmt: skip
