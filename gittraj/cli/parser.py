"""Typer's view of the command table: arguments go in, the chosen command with its values comes out; help and mistakes are typer's own."""

import inspect
from collections.abc import Sequence
from typing import Annotated, Any, Literal, NamedTuple

import typer

from gittraj import __version__
from gittraj.cli.command import FLAG, NUMBER, TEXTS, Command, Parameter

PROGRAM = "git traj"
ABOUT = (
    "Keep the trajectory of every coding-agent session as a signed record in git notes, next to the commit it produced."
)
SETTINGS = {"help_option_names": ["-h", "--help"]}
_TYPES: dict[str, Any] = {FLAG: bool, NUMBER: int | None, TEXTS: list[str]}


class Invocation(NamedTuple):
    """A command and the values of its parameters."""

    command: Command
    values: dict[str, Any]


def parse(commands: Sequence[Command], arguments: Sequence[str]) -> Invocation | int:
    """The invocation that `arguments` name; an exit code where typer answered itself (help, version, wrong usage)."""
    chosen: list[Invocation] = []
    app = build(commands, chosen)
    try:
        app(list(arguments), prog_name=PROGRAM)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 2
        return chosen[0] if chosen and not code else code
    return chosen[0] if chosen else 2  # pragma: no cover - typer always exits


def build(commands: Sequence[Command], chosen: list[Invocation]) -> typer.Typer:
    """A typer application whose commands append to `chosen` instead of running."""
    app = _application(ABOUT)
    app.callback()(_top)
    groups: dict[str, typer.Typer] = {}
    for command in commands:
        group, _, name = command.name.rpartition(" ")
        if group and group not in groups:
            groups[group] = _application("")
            app.add_typer(groups[group], name=group, help=_group_help(commands, group))
        (groups[group] if group else app).command(name, help=_help(command), short_help=command.summary)(
            _function(command, chosen)
        )
    return app


def _application(about: str) -> typer.Typer:
    return typer.Typer(
        help=about,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings=SETTINGS,
    )


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"git-traj {__version__}")
        raise typer.Exit


def _top(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    pass


def _group_help(commands: Sequence[Command], group: str) -> str:
    names = [command.name.rpartition(" ")[2] for command in commands if command.name.startswith(group + " ")]
    return f"Commands of {group}: {', '.join(names)}; {names[0]} where none is named."


def _help(command: Command) -> str:
    return f"{command.summary}\n\n{command.about}".strip()


def _function(command: Command, chosen: list[Invocation]) -> Any:
    def choose(**values: Any) -> None:
        plain = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
        chosen.append(Invocation(command, plain))

    parameters = [_parameter(parameter) for parameter in command.parameters]
    choose.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    choose.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    choose.__doc__ = command.summary
    return choose


def _parameter(parameter: Parameter) -> inspect.Parameter:
    kind = _TYPES.get(parameter.kind, str if parameter.default is not None or parameter.required else str | None)
    if parameter.choices:
        kind = Literal[parameter.choices]
    if parameter.flags:
        info: Any = typer.Option(*parameter.flags, help=parameter.help, metavar=_metavar(parameter), show_default=False)
    else:
        info = typer.Argument(help=parameter.help, metavar=parameter.metavar, show_default=False)
    default = [] if parameter.kind == TEXTS else parameter.default
    return inspect.Parameter(
        parameter.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=inspect.Parameter.empty if parameter.required else default,
        annotation=Annotated[kind, info],
    )


def _metavar(parameter: Parameter) -> str | None:
    return None if parameter.kind == FLAG else parameter.metavar
