import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.codec.cbor import LIMITS, Tag, decode, encode
from gittraj.codec.diagnostic import diagnostic
from gittraj.codec.json import to_json_value
from gittraj.errors import CodecError
from tests.codec.records import record
from tests.codec.test_cbor import values

SMALL = [
    (0, "0"), (-(1 << 70), "-1180591620717411303424"), (1.0, "1.0"), (-0.0, "-0.0"), (1e300, "1.0e+300"), (5.960464477539063e-8, "5.960464477539063e-08"),
    (float("inf"), "Infinity"), (float("-inf"), "-Infinity"), (float("nan"), "NaN"), (None, "null"), (True, "true"), (False, "false"),
    ("", '""'), ('a"\\b', '"a\\"\\\\b"'), ("m\u00fcll", '"m\u00fcll"'), ("\x1b[2J\n\t\x07\x9b", '"\\u001b[2J\\n\\t\\u0007\\u009b"'),
    ("\u202e\u2028\ufeff\U000e0041", '"\\u202e\\u2028\\ufeff\\udb40\\udc41"'), ("\ud800", "273(h'eda080')"), ([], "[]"), ({}, "{}"),
    ([1, [2, "a"]], '[1, [2, "a"]]'), ({1: b"\0\xff", "a": {}}, "{1: h'00ff', \"a\": {}}"), (Tag(1, 2), "1(2)"), (Tag(24, b"\1"), "24(h'01')"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "text"), SMALL)
def test_values_are_shown_as_rfc_8949_shows_them(value, text):
    assert diagnostic(encode(value)) == text


def test_a_statement_shows_its_protected_header_decoded_and_its_signature_whole():
    raw = encode(Tag(18, [encode({1: -8, 4: b"k"}), {}, b"\0" * 32, b"\xab" * 64]))
    assert diagnostic(raw) == (
        "18([\n  << {1: -8, 4: h'6b'} >>,\n  {},\n  h'" + "00" * 32 + "',\n  h'" + "ab" * 64 + "'\n])"
    )


def test_what_is_not_a_map_in_a_protected_header_stays_hex():
    assert "h'01'" in diagnostic(encode(Tag(18, [b"\1", {}, None, b""])))
    assert "h''" in diagnostic(encode(Tag(18, [b"", {}, None, b""])))


def test_a_note_is_shown_item_by_item_with_its_records_decoded():
    note = encode(1) + b"\n\n" + encode(encode({"a": "b" * 200})) + encode(b"\n") + b"\n"
    assert diagnostic(note) == '1\n<< {\n  "a": "' + "b" * 200 + "\"\n} >>\nh'0a'"


def test_the_integer_ten_alone_is_not_taken_for_a_newline():
    assert diagnostic(b"\n") == "10"


def test_long_maps_are_indented_as_asked():
    text = diagnostic(encode(record()), indent=4)
    assert '\n    "session": {\n        "format": "interactive",\n' in text
    assert text.startswith("{\n    ") and text.endswith("\n}")


def test_unsorted_headers_of_others_are_shown_in_their_order():
    assert diagnostic(bytes.fromhex("a20401010 2".replace(" ", ""))) == "{4: 1, 1: 2}"


@pytest.mark.parametrize("data", [b"\xff", b"\x81", encode({"a": 1}) + b"\xff"])
def test_what_is_not_cbor_raises_our_error(data):
    with pytest.raises(CodecError):
        diagnostic(data)


def test_the_deepest_value_that_can_be_read_can_be_shown():
    value = "\ud800"
    for level in range(LIMITS.depth):
        value = [value] if level % 2 else {"a": value}
    assert diagnostic(encode(value)).count("[") == LIMITS.depth // 2
    assert to_json_value(decode(encode(value)))


@settings(max_examples=200, deadline=None)
@given(values, st.integers(0, 4))
def test_no_character_that_a_terminal_acts_upon_is_shown(value, indent):
    text = diagnostic(encode([value]), indent=indent)
    assert all(character == "\n" or character.isprintable() for character in text)
    if not indent:
        assert not re.search("\n ", text)
