import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.cli.escape import one_line, visible

_ANYTHING = st.text(st.characters(), max_size=200)


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[2J\x1b]0;title\x07", "␛[2J␛]0;title␇"),
        ("a\rb", "a␍b"),
        ("\x9b31m", "⟨U+009B⟩31m"),
        ("gpj.\u202eexe", "gpj.⟨U+202E⟩exe"),
        ("pay\u200bload", "pay⟨U+200B⟩load"),
        ("\ufeff", "⟨U+FEFF⟩"),
        ("\ud800", "⟨U+D800⟩"),
        ("a\u2028b", "a⟨U+2028⟩b"),
        ("\U000e0041", "⟨U+E0041⟩"),
        ("x\U000e0101", "x⟨U+E0101⟩"),
        ("\u3164", "⟨U+3164⟩"),
        ("\x7f", "␡"),
        ("\0", "␀"),
    ],
)
def test_what_a_terminal_would_obey_or_hide_is_shown_as_a_symbol(hostile: str, shown: str) -> None:
    assert visible(hostile) == shown


@pytest.mark.parametrize("text", ["", "plain", "tab\there", "two\nlines", "Größte 日本語 ✓ — “q”", "né"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


@given(_ANYTHING)
@settings(max_examples=300, deadline=None)
def test_nothing_that_steers_a_terminal_is_left(text: str) -> None:
    for character in visible(text):
        assert character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp")


@given(_ANYTHING)
@settings(max_examples=100, deadline=None)
def test_one_line_is_one_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1
    assert "\t" not in one_line(text)


@given(_ANYTHING)
@settings(max_examples=100, deadline=None)
def test_making_visible_twice_changes_nothing_more(text: str) -> None:
    assert visible(visible(text)) == visible(text)
