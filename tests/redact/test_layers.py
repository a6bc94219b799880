"""Decoded views: what a string says once escapes and encodings are undone, and the way back to the string."""

import base64
import json
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.redact.layers import pieces
from gittraj.redact.runs import runs

SECRET = 'tulip/Ba+zaar=77 é"'


def cut(text: str, wanted: str) -> list[str]:
    """What is left of `text` for each view in which `wanted` stands, once its stretch is gone."""
    left = []
    for piece in pieces(text):
        start = piece.text.find(wanted)
        if start >= 0:
            first, last = piece.locate(start, start + len(wanted))
            left.append(text[:first] + "|" + text[last:])
    return left


def test_json_escapes_are_undone_once_and_twice() -> None:
    once = json.dumps({"a": f"KEY={SECRET}\nB=1"})
    assert any("tulip" not in left and "KEY=|" in left and "B=1" in left for left in cut(once, SECRET))
    twice = json.dumps({"stdout": once})
    assert any("tulip" not in left and "KEY=|" in left and "B=1" in left for left in cut(twice, SECRET))


def test_unicode_escapes_are_undone() -> None:
    text = "KEY=" + "".join(f"\\u{ord(character):04x}" for character in "swordfish9") + " rest"
    assert "KEY=| rest" in cut(text, "swordfish9")


def test_colours_inside_a_value_are_seen_through() -> None:
    assert set(cut("A=\x1b[1msword\x1b[0mfish9 end", "swordfish9")) & {"A=\x1b[1m| end", "A=| end"}


def test_percent_encoding_is_undone() -> None:
    assert "x?k=|&b=1" in cut(f"x?k={quote(SECRET, safe='')}&b=1", SECRET)


def test_base64_is_undone_with_what_stands_before_it() -> None:
    data = base64.b64encode(f"user: dana\npassword: {SECRET}\n".encode()).decode()
    (piece,) = [piece for piece in pieces(f"  env: {data}\n") if SECRET in piece.text]
    assert piece.text.startswith("  env: user: dana")
    (left,) = cut(f"  env: {data}\n", SECRET)
    before, after = left.split("env: ")[1].strip().split("|")
    assert base64.b64decode(before).startswith(b"user: dana\npassw")
    assert b"tulip" not in base64.b64decode(before) + base64.b64decode(after)


def test_wrapped_base64_is_one_run_even_before_another_line() -> None:
    text = "\n".join(f"LINE_{number}=value {number}" for number in range(30)) + f"\nKEY={SECRET}\n"
    data = base64.encodebytes(text.encode()).decode()
    for around in (data, f"{data}kind: Secret\n", f"x:\n{data}end\n"):
        assert any(f"KEY={SECRET}" in run.decoded for run in runs(around)), around


def test_hexadecimal_is_undone() -> None:
    assert "x |" in cut("x " + b"swordfish9 and so on".hex(), "swordfish9 and so on")


def test_noise_is_no_text() -> None:
    assert list(runs("integrity sha512-" + base64.b64encode(bytes(range(128, 192))).decode())) == []
    assert list(runs("da39a3ee5e6b4b0d3255bfef95601890afd80709 and_a_very_long_identifier_of_a_program")) == []


def test_nested_bombs_end() -> None:
    data = b"KEY=swordfish9 swordfish9 swordfish9"
    for _ in range(12):
        data = base64.b64encode(data)
    assert len(pieces(data.decode())) <= 3


@given(st.text(st.sampled_from('ab"\\/\n\té€'), max_size=40))
@settings(max_examples=200, deadline=None)
def test_every_character_of_a_json_view_leads_back_to_its_escape(text: str) -> None:
    line = json.dumps(text)
    for piece in pieces(line)[:1]:  # the others are views of this one
        assert piece.text == f'"{text}"'
        for place, character in enumerate(piece.text):
            first, last = piece.locate(place, place + 1)
            said = line[first:last]
            assert said == character or json.loads(f'"{said}"') == character


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_has_views_whose_places_lie_in_it(text: str) -> None:
    for piece in pieces(text):
        first, last = piece.locate(0, len(piece.text))
        assert 0 <= first <= last <= len(text)


@given(st.binary(min_size=0, max_size=40), st.text(st.characters(codec="utf-8"), min_size=8, max_size=30))
@settings(max_examples=200, deadline=None)
def test_base64_of_text_loses_exactly_the_groups_that_hold_the_value(before: bytes, value: str) -> None:
    data = b"say: " + before.hex().encode() + b" " + value.encode() + b" end of it all"
    text = base64.b64encode(data).decode()
    for run in runs(text):
        start = run.decoded.find(value)
        first, last = run.span(start, start + len(value))
        assert first % 4 == 0 and value.encode() in base64.b64decode(text[first:last])
        assert last - first <= 4 * (len(value.encode()) // 3 + 2)
