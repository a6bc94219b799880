"""A session of which no line is left belongs to a commit where another, which belongs to it, met its lines or lost its own to it."""

import pytest

from gittraj.capture.overwritten import Others, agreeing
from gittraj.model.operation import Observed, Operation, Patch, Replace, Write

HERE = ("/home/dana/repo",)
PARENT = "first line\nsecond line\n"
COMMITTED = "first line\nthe other's line\n"


def seen(operation: Operation, state: str = "applied", before: str | None = None) -> Observed:
    return Observed(operation, "c1", state, before=before)


def agree(mine: list[Observed], others: list[Observed], commands: list[str] | None = None) -> set[str]:
    known = Others().take(others, commands or [], HERE[0], HERE)
    return agreeing(mine, known, lambda _: PARENT, lambda _: COMMITTED, HERE[0], HERE)


MINE = seen(Replace("/home/dana/repo/a.txt", "second line\n", "my line\n"))


@pytest.mark.parametrize(
    "theirs",
    [
        seen(Replace("a.txt", "my line\n", "the other's line\n")),
        seen(Patch("a.txt", "@@\n first line\n-my line\n+the other's line\n", "codex")),
        seen(Write("a.txt", COMMITTED), before="first line\nmy line\n"),
    ],
)
def test_a_line_that_the_other_met_tells_who_wrote_it(theirs: Observed) -> None:
    assert agree([MINE], [theirs]) == {"a.txt"}


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (MINE, seen(Replace("a.txt", "second line\n", "the other's line\n"))),  # it met what the parent has
        (MINE, seen(Replace("b.txt", "my line\n", "x\n"))),  # another file
        (MINE, seen(Replace("a.txt", "my line\n", "x\n"), "failed")),
        (seen(Replace("a.txt", "second line\n", "my line\n"), "denied"), seen(Replace("a.txt", "my line\n", "x\n"))),
        (seen(Replace("a.txt", "x", "first line\n")), seen(Replace("a.txt", "first line\n", "y\n"))),
    ],
)
def test_nothing_else_does(mine: Observed, theirs: Observed) -> None:
    assert agree([mine], [theirs]) == set()


def test_a_line_of_the_others_that_it_took_away_tells_too_also_where_a_command_had_put_it_there() -> None:
    mine = seen(Replace("a.txt", "a line of theirs\n", ""))
    assert agree([mine], [seen(Write("a.txt", "first line\na line of theirs\n"))]) == {"a.txt"}
    assert agree([mine], [], ["echo 'a line of theirs' >> a.txt"]) == {"a.txt"}
    assert agree([mine], [], ["echo 'another line' >> a.txt"]) == set()
    assert agree([seen(Replace("a.txt", "second line\n", ""))], [], ["echo 'second line' >> a.txt"]) == set()
