"""The short ways of verification against the long ones: pycose's Sig_structure and verdict, and the general decoder."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pycose.keys import curves
from pycose.keys.okp import OKPKey

from gittraj.codec.cbor import Tag, decode, encode
from gittraj.errors import CodecError, SealError
from gittraj.seal import ed25519, envelope
from gittraj.seal.algorithms import algorithm_for
from gittraj.seal.message import Message

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
LENGTHS = st.sampled_from([0, 1, 23, 24, 255, 256, 700, 65535, 65536])
BYTES = st.binary(max_size=60) | LENGTHS.map(lambda size: b"\xa1" * size)


def by_pycose(protected: bytes, payload: bytes) -> Message:
    return Message(protected, payload, algorithm_for(-8, OKPKey(crv=curves.Ed25519, x=PUBLIC)))


@settings(max_examples=300, deadline=None)
@given(BYTES, BYTES)
@example(b"", b"")
@example(b"\xa0", b"\xa0")
@example(b"\xa1\x01\x27", b"\0" * 32)
def test_what_is_signed_is_what_pycose_makes_of_it(protected: bytes, payload: bytes) -> None:
    assert ed25519.to_be_signed(protected, payload) == by_pycose(protected, payload).to_be_signed()


@settings(max_examples=200, deadline=None)
@given(BYTES, BYTES, st.none() | st.tuples(st.integers(0, 63), st.integers(1, 255)), st.integers(0, 70))
def test_what_holds_here_holds_for_pycose_and_nothing_else(
    protected: bytes, payload: bytes, flip: tuple[int, int] | None, length: int
) -> None:
    message = by_pycose(protected, payload)
    good = KEY.sign(message.to_be_signed())
    key = OKPKey(crv=curves.Ed25519, x=PUBLIC)
    bad = good if flip is None else good[: flip[0]] + bytes((good[flip[0]] ^ flip[1],)) + good[flip[0] + 1 :]
    for signature in (good, bad, good[:length], good + b"\0"):
        held = ed25519.holds(PUBLIC, protected, payload, signature)
        assert held == by_pycose(protected, payload).holds(key, signature) == (signature == good)
    assert not ed25519.holds(PUBLIC, protected + b"\0", payload, good)


@pytest.mark.parametrize("key", [b"", PUBLIC[:31], PUBLIC + b"\0"])
def test_a_key_of_another_length_holds_for_nothing(key: bytes) -> None:
    assert not ed25519.holds(key, b"", b"", KEY.sign(b""))


PARTS = st.tuples(
    st.sampled_from([0, 1, 23, 24, 255, 256, 700]).map(lambda size: b"\xa1" * size),
    st.sampled_from([{}, {}, {}, {100: 1}]),
    st.sampled_from([b"d" * 32, b"d" * 31, b"d" * 33, b"", None]),
    st.sampled_from([b"s" * 64, b"s" * 63, b"s" * 65, b""]),
)


@settings(max_examples=400, deadline=None)
@given(PARTS, st.lists(st.tuples(st.integers(0, 900), st.integers(0, 255)), max_size=2), st.integers(-2, 2))
def test_a_statement_taken_apart_by_its_lengths_is_what_the_decoder_makes_of_it(
    parts: tuple[object, ...], changes: list[tuple[int, int]], more: int
) -> None:
    raw = bytearray(encode(Tag(18, list(parts))))
    for place, value in changes:
        raw[place % len(raw)] = value
    data = bytes(raw) + b"\0" * more if more >= 0 else bytes(raw[:more])
    plain = envelope._plain(data)
    try:
        general = decode(data, ordered=False)
    except CodecError:
        general = None
    if plain is not None:
        assert general == Tag(18, plain)
    elif not changes and not more and parts[1:] == ({}, b"d" * 32, b"s" * 64) and len(parts[0]) >= 24:  # type: ignore[arg-type]
        raise AssertionError("the form that is written here goes the short way")


def test_a_length_that_is_not_the_shortest_form_is_refused_on_either_way() -> None:
    good = encode(Tag(18, [b"\xa1" * 30, {}, b"d" * 32, b"s" * 64]))
    assert envelope._plain(good) is not None
    for bad in (good.replace(b"\x58\x1e", b"\x59\x00\x1e", 1), b"\xd2\x84\x58\x05" + good[4:9] + good[34:]):
        assert envelope._plain(bad) is None
        with pytest.raises(SealError):
            envelope.split(bad)
