import math

import cbor2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gittraj.codec.cbor import LIMITS, Limits, Tag, decode, decode_first, encode
from gittraj.errors import CodecError

# RFC 8949 appendix A: what is deterministic and of our types, encoded and decoded
VECTORS = [
    (0, "00"), (1, "01"), (10, "0a"), (23, "17"), (24, "1818"), (25, "1819"), (100, "1864"), (1000, "1903e8"),
    (1000000, "1a000f4240"), (1000000000000, "1b000000e8d4a51000"), (18446744073709551615, "1bffffffffffffffff"),
    (18446744073709551616, "c249010000000000000000"), (-18446744073709551616, "3bffffffffffffffff"),
    (-18446744073709551617, "c349010000000000000000"), (-1, "20"), (-10, "29"), (-100, "3863"), (-1000, "3903e7"),
    (0.0, "f90000"), (-0.0, "f98000"), (1.0, "f93c00"), (1.1, "fb3ff199999999999a"), (1.5, "f93e00"), (65504.0, "f97bff"),
    (100000.0, "fa47c35000"), (3.4028234663852886e38, "fa7f7fffff"), (1.0e300, "fb7e37e43c8800759c"),
    (5.960464477539063e-8, "f90001"), (0.00006103515625, "f90400"), (-4.0, "f9c400"), (-4.1, "fbc010666666666666"),
    (math.inf, "f97c00"), (-math.inf, "f9fc00"), (False, "f4"), (True, "f5"), (None, "f6"),
    (Tag(0, "2013-03-21T20:04:00Z"), "c074323031332d30332d32315432303a30343a30305a"), (Tag(1, 1363896240), "c11a514b67b0"),
    (Tag(1, 1363896240.5), "c1fb41d452d9ec200000"), (Tag(23, b"\1\2\3\4"), "d74401020304"),
    (Tag(24, b"dIETF"), "d818456449455446"),
    (Tag(32, "http://www.example.com"), "d82076687474703a2f2f7777772e6578616d706c652e636f6d"),
    (b"", "40"), (b"\1\2\3\4", "4401020304"), ("", "60"), ("a", "6161"), ("IETF", "6449455446"), ('"\\', "62225c"),
    ("\u00fc", "62c3bc"), ("\u6c34", "63e6b0b4"), ("\U00010151", "64f0908591"), ([], "80"), ([1, 2, 3], "83010203"),
    ([1, [2, 3], [4, 5]], "8301820203820405"), (list(range(1, 26)), "98190102030405060708090a0b0c0d0e0f101112131415161718181819"),
    ({}, "a0"), ({1: 2, 3: 4}, "a201020304"), ({"a": 1, "b": [2, 3]}, "a26161016162820203"), (["a", {"b": "c"}], "826161a161626163"),
    ({"a": "A", "b": "B", "c": "C", "d": "D", "e": "E"}, "a56161614161626142616361436164614461656145"),
]  # fmt: skip

# what a strict reader must not take; the second half of appendix A and appendix F are in here
REFUSED = {
    "nothing at all": "", "a NaN of 32 bits": "fa7fc00000", "a NaN of 64 bits": "fb7ff8000000000000",
    "a NaN with a payload": "f97e01", "an infinity of 32 bits": "fa7f800000", "an infinity of 64 bits": "fb7ff0000000000000",
    "1.5 in 32 bits": "fa3fc00000", "1.5 in 64 bits": "fb3ff8000000000000", "100000.0 in 64 bits": "fb40f86a0000000000",
    "undefined": "f7", "simple value 16": "f0", "simple value 255": "f8ff", "simple value 24": "f818", "false in two bytes": "f814",
    "an unassigned simple value 0": "e0", "a break alone": "ff",
    "bytes of indefinite length": "5f42010243030405ff", "text of indefinite length": "7f657374726561646d696e67ff",
    "an array of indefinite length": "9fff", "a map of indefinite length": "bf61610161629f0203ffff",
    "an indefinite length inside": "83018202039f0405ff", "additional information 28": "1c", "30 on a tag": "de00",
    "0 in two bytes": "1800", "23 in two bytes": "1817", "24 in three bytes": "190018", "255 in three bytes": "1900ff",
    "65535 in five bytes": "1a0000ffff", "a 32-bit number in nine bytes": "1b00000000ffffffff", "-1 in two bytes": "3800",
    "a long length of bytes": "580101", "a long length of text": "780161", "a long length of text as a key": "a178016101",
    "a long length of text as a value": "a16161780162",
    "a long count of an array": "980101", "a long count of a map": "b8010101", "a long tag number": "d81701",
    "a bignum that fits": "c24101", "a bignum with a leading zero": "c24a00010000000000000000", "a bignum of text": "c26161",
    "a bignum in a bignum": "c2c249010000000000000000", "a negative bignum that fits": "c348ffffffffffffffff",
    "the same key twice": "a2616101616102", "keys out of order": "a2616201616101", "the same integer key twice": "a201010102",
    "length-first order": "a22000186400", "text that is not UTF-8": "61ff", "text cut inside a character": "62c3", "a surrogate in UTF-8": "63eda080",
    "overlong UTF-8": "62c080", "a key that is not UTF-8": "a161ff00", "bytes after the end": "0000", "a key true": "a1f500",
    "a key null": "a1f600", "a key 1.0": "a1f93c0000", "an array as key": "a18000", "a map as key": "a1a000", "a tag as key": "a1d81700",
    "WTF-8 around plain text": "d901114161", "WTF-8 around text": "d901116161", "WTF-8 around rubbish": "d9011141ff",
    "bytes that end early": "4301", "text that ends early": "6361", "a head that ends early": "19ff", "an array that ends early": "820",
    "a map without its last value": "a16161", "a float that ends early": "f93c", "a tag without a value": "c1",
    "bytes of 2^63 length": "5b7fffffffffffffff", "text of 2^64-1 length": "7bffffffffffffffff", "an array of 2^63 items": "9b7fffffffffffffff",
    "a map of 2^32 pairs": "bb0000000100000000", "a key of 2^32 bytes": "a17b0000000100000000",
}  # fmt: skip


def same(a, b):
    """Equal in type as well: 1, 1.0 and True are three values here, as are 0.0 and -0.0; NaN is one."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, Tag):
        return a.number == b.number and same(a.value, b.value)
    if isinstance(a, float):
        return (a != a and b != b) or (a == b and math.copysign(1, a) == math.copysign(1, b))
    return a == b


texts = st.text(st.characters(), max_size=40) | st.text(st.characters(codec="utf-8"), min_size=20, max_size=300)
keys = st.text(max_size=30) | st.integers(-(1 << 70), 1 << 70) | st.binary(max_size=30)
numbers = st.integers(-(1 << 80), 1 << 80) | st.sampled_from(
    [23, 24, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**64 - 1, 2**64]
)
leaves = (
    st.none() | st.booleans() | numbers | numbers.map(lambda n: -n) | st.floats(allow_nan=False)
    | st.floats(allow_nan=False, width=16) | st.floats(allow_nan=False, width=32) | texts | st.binary(max_size=300)
)  # fmt: skip
tags = st.integers(0, (1 << 64) - 1).filter(lambda number: number not in (2, 3, 273))
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=30) | st.dictionaries(keys, inner, max_size=30) | st.builds(Tag, tags, inner)
    ),
    max_leaves=30,
)


@pytest.mark.parametrize(("value", "encoded"), VECTORS)
def test_the_examples_of_rfc_8949_encode_and_decode(value, encoded):
    assert encode(value).hex() == encoded
    assert same(decode(bytes.fromhex(encoded)), value)


def test_not_a_number_has_one_encoding():
    assert encode(math.nan).hex() == encode(-math.nan).hex() == "f97e00"
    assert math.isnan(decode(bytes.fromhex("f97e00")))


@pytest.mark.parametrize("reason", REFUSED)
def test_what_is_malformed_or_not_deterministic_is_refused(reason):
    encoded = REFUSED[reason]
    with pytest.raises(CodecError):
        decode(bytes.fromhex(encoded + "0" * (len(encoded) % 2)) if reason != "an array that ends early" else b"\x82\0")


def test_keys_are_sorted_by_their_encoded_bytes_not_by_length_first():
    value = {"aa": 1, "z": 2, -1: 3, 100: 4, b"z": 5, 10: 6, "": 7}
    # the order of RFC 8949 section 4.2.1; the older one of section 4.2.3 would put -1 before 100
    assert list(decode(encode(value))) == [10, 100, -1, b"z", "", "z", "aa"]
    assert encode({100: 1, -1: 2}).hex() == "a21864012002"


def test_maps_with_equal_keys_in_another_order_encode_alike():
    assert encode([{"b": 1, "a": 2}, {"a": 2, "b": 1}]) == encode([{"a": 2, "b": 1}] * 2)


@settings(max_examples=400, deadline=None)
@given(values)
@example({"\ud800": "\udfff\ud800", "a\udc80": ["\ud83d\ude00"]})
@example("\ud800" * 300)
def test_a_value_comes_back_as_it_went_in(value):
    encoded = encode(value)
    back = decode(encoded)
    assert same(back, value)
    assert encode(back) == encoded


@settings(max_examples=400, deadline=None)
@given(values, st.data())
def test_mutated_bytes_decode_to_their_only_value_or_raise_our_error(value, data):
    encoded = bytearray(encode(value))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(encoded)))
        change = data.draw(st.sampled_from(["flip", "cut", "insert"]))
        if change == "flip" and at < len(encoded):
            encoded[at] = data.draw(st.integers(0, 255))
        elif change == "cut":
            del encoded[at:]
        else:
            encoded[at:at] = data.draw(st.binary(max_size=9))
    check_accepted_or_refused(bytes(encoded))


@settings(max_examples=1000, deadline=None)
@given(st.binary(max_size=60))
@example(b"\xc2" * 100_000)
@example(b"\xd9\x01\x11" * 100_000)
def test_random_bytes_decode_to_their_only_value_or_raise_our_error(data):
    check_accepted_or_refused(data)


def check_accepted_or_refused(data):
    try:
        value = decode(data)
    except CodecError:
        return
    assert encode(value) == data
    assert same(decode(data, ordered=False), value)


plain = st.recursive(
    st.none() | st.booleans() | numbers | st.floats() | st.text(st.characters(codec="utf-8")) | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=30) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=30)
    ),
    max_leaves=30,
)


@settings(max_examples=400, deadline=None)
@given(plain)
def test_another_implementation_agrees(value):
    # with text keys only, the length-first order of cbor2's canonical form is the bytewise one
    assert encode(value) == cbor2.dumps(value, canonical=True)
    if "nan" not in repr(value):
        assert cbor2.loads(encode(value)) == value


@pytest.mark.parametrize("opening", [b"\x81", b"\xa1\x61a", b"\xa1\x01", b"\xc1", b"\x82\x01", b"\x9f", b"\xa1\x81"])
def test_ten_thousand_levels_end_in_our_error(opening):
    with pytest.raises(CodecError):
        decode(opening * 10_000 + b"\0")


def test_the_deepest_value_that_can_be_written_can_be_read():
    value = ["\ud800", 1 << 64]
    for level in range(LIMITS.depth - 1):
        value = [value] if level % 2 else {"a": value}
    assert decode(encode(value)) == value
    for deeper in ([value], {"a": value}, Tag(24, value)):
        with pytest.raises(CodecError):
            encode(deeper)
    with pytest.raises(CodecError):
        decode(b"\x81" + encode(value))


def test_a_value_that_contains_itself_is_refused():
    value: list = []
    value.append(value)
    with pytest.raises(CodecError):
        encode(value)


@pytest.mark.parametrize(
    "value", [{1, 2}, object(), 1j, {True: 1}, {None: 1}, {1.5: 1}, {(1,): 1}, [Tag(-1, 0)], Tag(2, b""), Tag(1 << 64, 0), 1 << 8192]
)  # fmt: skip
def test_what_has_no_place_in_a_record_is_refused(value):
    with pytest.raises(CodecError):
        encode(value)


def test_true_and_one_are_not_taken_for_the_same_key_even_after_each_other():
    with pytest.raises(CodecError):
        encode([{1: 0}, {True: 0}])


def test_limits_on_size_and_items_are_kept():
    with pytest.raises(CodecError, match="limit"):
        decode(encode(b"x" * 100), limits=Limits(size=100))
    assert decode(encode([1, [2, 3]]), limits=Limits(items=4)) == [1, [2, 3]]
    with pytest.raises(CodecError, match="too many"):
        decode(encode([1, [2, 3]]), limits=Limits(items=3))
    with pytest.raises(CodecError, match="too many"):
        decode(encode({"a": {"b": 1}}), limits=Limits(items=3))


def test_the_order_of_keys_alone_can_be_relaxed():
    unsorted = bytes.fromhex("a2616201616101")
    assert decode(unsorted, ordered=False) == {"b": 1, "a": 1}
    for still in ("a2616101616102", "a3616101616202616103", "a1780161 01", "bf616101ff"):
        with pytest.raises(CodecError):
            decode(bytes.fromhex(still), ordered=False)


def test_the_first_item_of_a_sequence_ends_where_the_next_begins():
    data = b"\n" + encode({"a": 1}) + encode("b")
    assert decode_first(data, 1) == ({"a": 1}, 5)
    assert decode_first(data, 5) == ("b", 7)
    with pytest.raises(CodecError):
        decode_first(data, 7)


def test_tags_are_never_turned_into_objects():
    # cbor2 would make a datetime, a regular expression, a shared reference, a UUID of these
    for number, value in (
        (0, "2013-03-21T20:04:00Z"),
        (35, "(a+)+$"),
        (28, [1]),
        (29, 0),
        (37, bytes(16)),
        (258, [1, 2]),
    ):
        assert same(decode(encode(Tag(number, value))), Tag(number, value))
