"""A plain command line, read by the table: arguments go in, a command with its values comes out, or None where typer must look.

Only what is certainly right is accepted: known options, values that do not begin with a dash, no missing or surplus
arguments. Help and every mistake are typer's, so that there is one voice for them.
"""

from gittraj.cli.command import FLAG, NUMBER, TEXTS, Command, Parameter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def read(command: Command, arguments: list[str]) -> "dict[str, Any] | None":
    """The values of `command`'s parameters, defaults filled in; None for anything not plain."""
    values: dict[str, Any] = {parameter.name: parameter.default for parameter in command.parameters}
    options = {flag: parameter for parameter in command.parameters for flag in parameter.flags}
    places = [parameter for parameter in command.parameters if not parameter.flags]
    rest = iter(arguments)
    for argument in rest:
        if argument.startswith("-"):
            flag, equals, attached = argument.partition("=") if argument.startswith("--") else (argument, "", "")
            parameter = options.get(flag)
            if parameter is None:
                return None
            if parameter.kind == FLAG:
                if equals:
                    return None
                values[parameter.name] = True
                continue
            text = attached if equals else next(rest, None)
        else:
            if not places:
                return None
            parameter = places.pop(0)
            text = argument
        if not text or text.startswith("-") or not _keep(parameter, text, values):
            return None
    missing = (one.required and values[one.name] is None for one in command.parameters)
    return None if any(missing) else values


def _keep(parameter: Parameter, text: str, values: "dict[str, Any]") -> bool:
    if parameter.kind == NUMBER:
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            return False
        values[parameter.name] = int(text)
    elif parameter.kind == TEXTS:
        values[parameter.name] = (*values[parameter.name], text)
    elif parameter.choices and text not in parameter.choices:
        return False
    else:
        values[parameter.name] = text
    return True
