"""JSON on pipes and terminals: ASCII only, by either way of writing it."""

import json

from hypothesis import example, given
from hypothesis import strategies as st

from gittraj.cli import ascii_json

TEXT = st.text(st.characters())  # lone surrogates, too
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | TEXT,
    lambda part: st.lists(part, max_size=4) | st.dictionaries(TEXT, part, max_size=4),
    max_leaves=12,
)


@given(VALUES)
@example({"a": "\x1b[31m", "b": "\x7f", "\ud800": "ü\u2028", "c": [True, None, 0]})
def test_both_ways_say_the_same_in_ascii(value: object) -> None:
    for text in (ascii_json.text(value), ascii_json.quick(value)):
        assert text.isascii() and text.isprintable() and json.loads(text) == value
