"""The quick reader and typer must agree wherever the quick one answers at all."""

import contextlib
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.cli.app import command, commands
from gittraj.cli.command import Command
from gittraj.cli.parser import Invocation, parse
from gittraj.cli.quick import read

_COMMANDS = commands()
_WORDS = ["HEAD", "main..x", "3", "99999999999", "-n", "--limit", "--json", "--full", "--all", "--color", "never", "pink",
          "--color=always", "--json=1", "-n5", "--session", "a b", "--", "-", "--nope", "", "--session=x", "--keep", "²"]  # fmt: skip


def _typer(line: list[str]) -> Invocation | int:
    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        return parse(_COMMANDS, line)


@given(st.sampled_from(_COMMANDS), st.lists(st.sampled_from(_WORDS), max_size=4))
@settings(max_examples=150, deadline=None)
def test_what_the_quick_reader_accepts_typer_reads_the_same(chosen: Command, arguments: list[str]) -> None:
    values = read(chosen, arguments)
    if values is None:
        return
    parsed = _typer([*chosen.name.split(), *arguments])
    assert isinstance(parsed, Invocation)
    assert parsed.command is chosen
    assert parsed.values == values


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("show", []),
        ("show", ["HEAD~1", "--full", "--no-pager"]),
        ("log", ["main..", "-n", "5", "--color=never"]),
        ("verify", ["--all", "--json"]),
        ("attach", ["--session", "a", "--session", "b", "HEAD"]),
        ("keys trust", ["ana@example.org", "ana.pub"]),
        ("import", ["--from", "entire", "--dry-run"]),
    ],
)
def test_the_usual_command_lines_do_not_need_typer(name: str, arguments: list[str]) -> None:
    values = read(command(name), arguments)
    parsed = _typer([*name.split(), *arguments])
    assert values is not None
    assert isinstance(parsed, Invocation)
    assert parsed.values == values


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("show", ["-h"]),
        ("import", ["HEAD"]),
        ("import", ["--from", "nobody"]),
        ("show", ["--nope"]),
        ("show", ["a", "b"]),
        ("log", ["-n", "x"]),
        ("log", ["-n"]),
        ("keys trust", ["only-one"]),
        ("log", ["--color", "pink"]),
    ],
)
def test_help_and_mistakes_are_left_to_typer(name: str, arguments: list[str]) -> None:
    assert read(command(name), arguments) is None
    assert _typer([*name.split(), *arguments]) == (0 if "-h" in arguments else 2)


def test_every_parameter_is_one_of_its_function() -> None:
    import inspect

    for each in _COMMANDS:
        taken = list(inspect.signature(each.run).parameters)[1:]
        assert taken == [parameter.name for parameter in each.parameters if not parameter.display]
        for parameter in each.parameters:
            if not parameter.display and not parameter.required:
                assert inspect.signature(each.run).parameters[parameter.name].default == parameter.default
