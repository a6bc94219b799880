import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.cli.columns import fit, head, pad, width, wrap

_TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp")), max_size=120)


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("日本", 4), ("é", 1), ("e\u0301", 1), ("a日b", 4)])
def test_wide_characters_take_two_columns_and_marks_none(text: str, columns: int) -> None:
    assert width(text) == columns


@given(_TEXT, st.integers(1, 60))
@settings(max_examples=200, deadline=None)
def test_what_was_fitted_fits(text: str, columns: int) -> None:
    fitted = fit(text, columns)
    assert width(fitted) <= columns
    assert fitted == text or fitted.endswith("…")


def test_a_wide_character_is_not_cut_in_half() -> None:
    assert head("日本", 3) == "日"
    assert fit("日本語", 4) == "日…"


def test_padding_counts_columns_not_characters() -> None:
    assert pad("日", 4) == "日  "


@given(_TEXT, st.integers(4, 60))
@settings(max_examples=200, deadline=None)
def test_wrapped_lines_fit_and_lose_no_word(text: str, columns: int) -> None:
    lines = wrap(text, columns)
    assert all(width(line) <= columns for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.expandtabs(4).split())


def test_indentation_is_kept_on_every_wrapped_line() -> None:
    assert wrap("  one two three", 9) == ["  one two", "  three"]


def test_a_word_longer_than_the_line_is_broken() -> None:
    assert wrap("abcdefgh", 3) == ["abc", "def", "gh"]
