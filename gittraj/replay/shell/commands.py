"""The table of commands: a name and arguments go in, who carries the command out comes out, or that it changes no file of a repository."""

import re

from gittraj.replay.shell import copy, echo, git, perl, sed
from gittraj.replay.shell.files import Doubt
from gittraj.replay.shell.harmless import is_harmless, outputs
from gittraj.replay.shell.state import DONE, UNKNOWN, UNSURE, Call, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

HANDLERS: "dict[str, Callable[[Call], Outcome]]" = {
    "cat": copy.cat, "chmod": copy.chmod, "cp": copy.cp, "echo": echo.echo, "git": git.git,
    "head": copy.head, "mkdir": copy.mkdir, "mv": copy.mv, "printf": echo.printf, "rm": copy.rm,
    "sed": sed.sed, "perl": perl.perl, "tail": copy.tail, "tee": copy.tee, "touch": copy.touch,
    "truncate": copy.truncate, "unlink": copy.rm,
    "true": lambda _call: DONE, ":": lambda _call: DONE, "false": lambda _call: Outcome(1, b""),
    "rmdir": lambda _call: UNKNOWN, "sync": lambda _call: DONE,
}  # fmt: skip
# what they may touch is among their operands, so a doubt about them is one about these files only
_OPERANDS_ONLY = frozenset(("chmod", "cp", "mv", "tee", "touch", "truncate", "ln", "install", "unlink"))


def carry_out(call: Call) -> Outcome:
    """Do what the command does. Raises `Doubt` where that is not certain; with `paths` where at most these are touched."""
    name = call.name
    if UNSURE in call.args and name != "git":
        if name == "mkdir" or is_harmless(name, call.args):
            return UNKNOWN
        if name == "sed" and not any(re.match(r"-[a-zA-Z]*i|--in-place", arg) for arg in call.args):
            return UNKNOWN
        raise Doubt(f"the arguments of {name} are not known", unknown=True)
    handler = HANDLERS.get(name)
    if handler is not None:
        try:
            return handler(call)
        except Doubt as doubt:
            if not doubt.unknown and (doubt.paths is None or name in _OPERANDS_ONLY):
                operands = _operands(call)  # those after the doubtful one have not been dealt with
                doubt.paths = None if operands is None else (*operands, *(doubt.paths or ()))
            raise
    if is_harmless(name, call.args):
        return _tested(call) if name in ("test", "[") else UNKNOWN
    if name in ("apply_patch", "applypatch"):
        raise Doubt("apply_patch is a tool of its own", unknown=True, marker="apply_patch")
    made = outputs(name, call.args)
    if made:
        raise Doubt(f"what {name} makes is not known", [call.shell.path(each) for each in made])
    if name in ("ln", "install"):
        raise Doubt(f"{name} is not interpreted", _operands(call))
    raise Doubt(f"{name} may write any file", unknown=True)


def _tested(call: Call) -> Outcome:
    args = call.args[:-1] if call.name == "[" and call.args[-1:] == ["]"] else call.args
    if len(args) == 2 and args[0] in ("-f", "-e"):
        try:
            if call.shell.files.read(call.shell.path(args[1])) is not None:
                return DONE
        except Doubt:
            pass
    return UNKNOWN


def _operands(call: Call) -> tuple[str, ...] | None:
    if call.name not in _OPERANDS_ONLY or call.more:
        return None
    try:
        paths = [call.shell.path(arg) for arg in call.args if arg and not arg.startswith("-")]
    except Doubt:
        return None
    files = call.shell.files
    flags = "".join(arg for arg in call.args if arg.startswith("-"))
    if "r" in flags.lower() or any(files.is_folder(path) and call.name != "cp" for path in paths[:-1]):
        return None
    if call.name == "mv" and not (files.lists or all(files.exists(path) for path in paths[:-1])):
        return None
    if paths and call.name in ("cp", "mv", "ln", "install"):
        paths += [f"{paths[-1]}/{path.rpartition('/')[2]}" for path in paths[:-1]]
    return tuple(paths)
