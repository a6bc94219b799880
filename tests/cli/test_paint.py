from gittraj.cli.paint import Line, render, table

from .samples import text


def test_the_right_part_stands_flush_right() -> None:
    assert text([Line(("", "left"), right=(("dim", "right"),))], 20) == "left           right"


def test_a_long_left_part_is_cut_and_the_right_part_stays() -> None:
    line = text([Line(("", "x" * 50), right=(("dim", "right"),))], 40)
    assert line == "x" * 32 + "…  right"


def test_a_line_without_right_part_is_never_cut() -> None:
    assert text([Line(("", "x" * 50))], 20) == "x" * 50


def test_an_empty_right_part_only_cuts() -> None:
    assert text([Line(("", "x" * 50), right=(("", ""),))], 20) == "x" * 19 + "…"


def test_colours_are_written_only_where_asked_for() -> None:
    line = Line(("good", "✓"), ("", " fine"))
    assert list(render([line], 40, False)) == ["✓ fine"]
    assert list(render([line], 40, True)) == ["\x1b[32m✓\x1b[m fine"]


def test_columns_of_a_table_are_aligned() -> None:
    rows = [(("", "a"), ("", "bb"), ("", "c")), (("", "aaa"), ("", "b"), ("", "c"))]
    assert text(table(rows)) == "a    bb  c\naaa  b   c"


def test_a_line_that_is_wanted_whole_keeps_both_parts() -> None:
    assert text([Line(("", "x" * 18), right=(("", "right"),), whole=True)], 20) == "x" * 18 + "\n               right"
    assert text([Line(("", "x"), right=(("", "right"),), whole=True)], 20) == "x              right"


def test_a_line_that_breaks_puts_its_right_part_below() -> None:
    assert text([Line(("", "x" * 18), right=(("", "right"),), breaks=4)], 20) == "x" * 18 + "\n    right"
