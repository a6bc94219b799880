"""The front door: `git traj`'s arguments go in, the exit code comes out."""

import importlib

from gittraj.cli.command import Command
from gittraj.cli.console import Console
from gittraj.cli.edge import guarded
from gittraj.cli.quick import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# command -> the file that holds it; the order is that of help and reference
MODULES = {
    "init": "setup",
    "deinit": "setup",
    "show": "show",
    "log": "log",
    "verify": "verify",
    "audit": "audit",
    "replay": "replay",
    "regions": "regions",
    "blame": "blame",
    "sessions": "sessions",
    "index": "index",
    "attach": "attach",
    "finish": "attach",
    "policy show": "policy",
    "policy check": "policy",
    "policy explain": "policy",
    "policy exempt": "policy",
    "policy approve": "policy",
    "import": "imports",
    "carry": "carry",
    "keys list": "keys",
    "keys new": "keys",
    "keys trust": "keys",
    "keys add": "keys",
    "keys revoke": "keys",
    "keys rotate": "keys",
    "push": "sync",
    "fetch": "sync",
    "sync": "sync",
    "bodies": "bodies",
    "purge": "bodies",
    "gc": "bodies",
    "doctor": "doctor",
    "schema": "schema",
    "demo": "demo",
    "attest": "attest",
    "receipt issue": "receipt",
    "receipt check": "receipt",
    "receipt consistency": "receipt",
    "receipt compare": "receipt",
    "receipt export": "receipt",
    "receipt import": "receipt",
}
DEFAULTS = {"receipt": "issue", "keys": "list", "policy": "show"}  # a group named without a command of its own


def run(arguments: list[str]) -> int:
    """Run `git traj ARGUMENTS`."""
    arguments = _with_default(arguments)
    invocation = _plain(arguments)
    if invocation is None:
        from gittraj.cli.parser import parse

        parsed = parse(commands(), arguments)
        if isinstance(parsed, int):
            return parsed
        invocation = parsed
    command, values = invocation
    shown = {parameter.name for parameter in command.parameters if parameter.display}
    console = Console(color=values.get("color", "auto"), paging=not values.get("no_pager", False))
    own = {name: value for name, value in values.items() if name not in shown}
    return guarded(lambda: command.run(console, **own), console, arguments)


def commands() -> list[Command]:
    """Every command, in the order of help and reference."""
    return [command(name) for name in MODULES]


def command(name: str) -> Command:
    """The command called `name` ("show", "keys list")."""
    module = importlib.import_module(f"gittraj.cli.{MODULES[name]}")
    found: Command = next(each for each in module.COMMANDS if each.name == name)
    return found


def _with_default(arguments: list[str]) -> list[str]:
    if arguments and arguments[0] in DEFAULTS:
        following = arguments[1] if len(arguments) > 1 else ""
        if not following or (following.startswith("-") and following not in ("-h", "--help")):
            return [arguments[0], DEFAULTS[arguments[0]], *arguments[1:]]
    return arguments


def _plain(arguments: list[str]) -> "tuple[Command, dict[str, Any]] | None":
    for words in (1, 2):
        name = " ".join(arguments[:words])
        if len(arguments) >= words and name in MODULES:
            found = command(name)
            values = read(found, arguments[words:])
            return (found, values) if values is not None else None
    return None
