"""DSSE envelopes: the specification's example, round trips, and bad input."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittraj.errors import CodecError
from gittraj.export import dsse


def test_what_is_signed_is_the_specifications_example() -> None:
    assert (
        dsse.pre_authentication("http://example.com/HelloWorld", b"hello world")
        == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none()))
def test_an_envelope_reads_back_as_what_was_sealed(value: dict[str, Any]) -> None:
    signed: list[bytes] = []
    text = dsse.seal(value, "key", lambda data: signed.append(data) or b"signature")  # type: ignore[func-returns-value]
    assert "\n" not in text and text.isascii()
    found = dsse.read(text.encode())
    assert json.loads(found.payload) == value and found.signatures == (("key", b"signature"),)
    assert signed == [found.signed]


@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        {"payload": "", "payloadType": "x", "signatures": []},
        {"payload": "***", "payloadType": "x", "signatures": [{"sig": "eA=="}]},
        {"payload": "eA==", "payloadType": 1, "signatures": [{"sig": "eA=="}]},
        {"payload": "eA==", "payloadType": "x", "signatures": ["eA=="]},
        {"payload": ["eA=="], "payloadType": "x", "signatures": [{"sig": "eA=="}]},
    ],
)
def test_what_is_no_envelope_is_our_own_error(value: Any) -> None:
    with pytest.raises(CodecError):
        dsse.read(json.dumps(value).encode())


@given(st.binary(max_size=200))
def test_any_bytes_are_an_envelope_or_our_own_error(data: bytes) -> None:
    with pytest.raises(CodecError):
        dsse.read(data)


def test_deep_nesting_and_both_alphabets() -> None:
    with pytest.raises(CodecError):
        dsse.read(b'{"payload": ' + b"[" * 100_000)
    data = {
        "payload": base64.urlsafe_b64encode(b"\xff\xfe\xfb").decode(),
        "payloadType": "x",
        "signatures": [{"sig": "eA=="}],
    }
    assert dsse.read(json.dumps(data).encode()).payload == b"\xff\xfe\xfb"
