"""Whatever bytes come: a verdict, never an exception, and never "all pass" for what was altered."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.codec.cbor import Tag, encode
from gittraj.errors import SealError
from gittraj.model.states import Redacted, Verified
from gittraj.seal.sign import attach, seal
from gittraj.seal.statement import parse
from gittraj.seal.verify import verify
from tests.seal.conftest import ISSUED_AT, VALIDATORS, expected, make_anchor, make_record, results
from tests.seal.keys import Ed25519Signer, P256Signer, TrustOnly

SIGNERS = (Ed25519Signer(), P256Signer())
SEALED = [seal(Redacted(make_record()), make_anchor(), signer, ISSUED_AT) for signer in SIGNERS]
CLAIM = attach("label", {"text": "x" * 40}, make_anchor(kind="label"), SIGNERS[0], ISSUED_AT)


def _verify(raw: bytes, body: bytes | None, signer: Any = SIGNERS[0]) -> Verified:
    return verify(
        raw, keys=lambda kid: None, trust=TrustOnly(signer), commit=expected(), body=body, validators=VALIDATORS
    )


def _flip(data: bytes, at: int, bits: int) -> bytes:
    return data[:at] + bytes([data[at] ^ bits]) + data[at + 1 :]


def test_every_byte_of_a_statement_counts() -> None:
    """All of them, one bit each; the fuzz below takes any bits."""
    for signer, sealed in zip(SIGNERS, SEALED, strict=True):
        assert _verify(sealed.statement, sealed.body, signer).ok
        for at in range(len(sealed.statement)):
            assert not _verify(_flip(sealed.statement, at, 1 << at % 8), sealed.body, signer).ok, at


def test_every_byte_of_an_attached_claim_counts() -> None:
    assert _verify(CLAIM, None).ok
    for at in range(len(CLAIM)):
        assert not _verify(_flip(CLAIM, at, 1 << at % 8), None).ok, at


def test_every_byte_of_a_body_counts() -> None:
    sealed = SEALED[0]
    for at in range(len(sealed.body)):
        verified = _verify(sealed.statement, _flip(sealed.body, at, 1 << at % 8))
        assert results(verified)["body"] == "fail" and verified.record is None, at


@settings(max_examples=300, deadline=None)
@given(data=st.data(), bits=st.integers(1, 255), which=st.sampled_from([0, 1]))
def test_no_flip_of_any_bits_in_one_byte_passes(data: st.DataObject, bits: int, which: int) -> None:
    statement = SEALED[which].statement
    at = data.draw(st.integers(0, len(statement) - 1))
    assert not _verify(_flip(statement, at, bits), SEALED[which].body, SIGNERS[which]).ok


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_cut_or_insertion_passes(data: st.DataObject) -> None:
    statement = SEALED[0].statement
    start = data.draw(st.integers(0, len(statement)))
    end = data.draw(st.integers(start, len(statement)))
    inserted = data.draw(st.binary(max_size=8))
    altered = statement[:start] + inserted + statement[end:]
    if altered != statement:
        assert not _verify(altered, SEALED[0].body).ok


@settings(max_examples=500, deadline=None)
@given(raw=st.binary(max_size=200), body=st.none() | st.binary(max_size=50))
def test_random_bytes_never_raise_and_never_pass(raw: bytes, body: bytes | None) -> None:
    verified = _verify(raw, body)
    assert not verified.ok and len(verified.checks) == 8


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.binary(max_size=40) | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.integers(-300, 300) | st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
_LABELS = st.sampled_from([1, 2, 3, 4, 15, 33, 258, 259, 260, 394, -65601, -65602, "alg", "x"])
_HEADERS = st.dictionaries(_LABELS, _VALUES, max_size=6)


@settings(max_examples=500, deadline=None)
@given(protected=_HEADERS, unprotected=_HEADERS, payload=_VALUES, signature=_VALUES)
def test_headers_of_wrong_types_are_a_verdict(protected: Any, unprotected: Any, payload: Any, signature: Any) -> None:
    base = {1: -8, 15: {1: "dana@example.org", 2: "git:sha1:" + "1" * 40}}
    for header in (protected, {**protected, **base}, {**base, **protected}):
        raw = encode(Tag(18, [encode(header), unprotected, payload, signature]))
        try:
            parse(raw)
        except SealError:
            pass
        assert not _verify(raw, None).ok
