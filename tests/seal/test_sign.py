"""What is written: the header, byte for byte deterministic, and a signature that was checked before it left."""

from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.codec.cbor import Tag, decode, encode
from gittraj.codec.digest import sha256
from gittraj.errors import SealError
from gittraj.model.states import Redacted
from gittraj.seal.algorithms import algorithm_for
from gittraj.seal.message import Message
from gittraj.seal.public_key import cose_key
from gittraj.seal.sign import ATTACHED_LIMIT, attach, seal
from gittraj.seal.statement import parse
from tests.seal.conftest import COMMIT, ISSUED_AT, PARENT, TREE, make_anchor, make_record
from tests.seal.keys import Ed25519Signer, P256Signer


def _header(statement: bytes) -> dict[Any, Any]:
    return decode(decode(statement).value[0])


def test_the_header_of_a_sealed_record_is_that_of_the_design(signer: Any) -> None:
    sealed = seal(Redacted(make_record()), make_anchor(), signer, ISSUED_AT)
    assert _header(sealed.statement) == {
        1: signer.algorithm,
        4: sha256(signer.public_key),
        15: {1: "dana@example.org", 2: f"git:sha1:{COMMIT}", 6: ISSUED_AT},
        258: -16,
        259: "application/agent-conversation+cbor",
        -65601: {
            "commit": bytes.fromhex(COMMIT), "tree": bytes.fromhex(TREE), "parents": [bytes.fromhex(PARENT)],
            "patch-id": bytes.fromhex("4" * 40), "session-id": "s-1", "seq": 0, "entries": 2, "kind": "record",
            "repository": "https://example.org/r.git",
        },
        -65602: signer.public_key,
    }  # fmt: skip


def test_a_sealed_record_is_a_tagged_array_whose_payload_is_the_digest_of_the_body(signer: Any) -> None:
    sealed = seal(Redacted(make_record()), make_anchor(), signer, ISSUED_AT)
    item = decode(sealed.statement)
    assert isinstance(item, Tag) and item.number == 18
    assert item.value[1:3] == [{}, sha256(sealed.body)]
    assert sealed.body == encode(make_record())


def test_the_protected_header_is_in_deterministic_order_and_so_is_the_whole_item(signer: Any) -> None:
    statement = seal(Redacted(make_record()), make_anchor(), signer, ISSUED_AT).statement
    assert encode(_header(statement)) == decode(statement).value[0]
    assert encode(decode(statement)) == statement


def test_the_same_input_gives_the_same_ed25519_statement() -> None:
    first, second = (seal(Redacted(make_record()), make_anchor(), Ed25519Signer(), ISSUED_AT) for _ in range(2))
    assert first == second


def test_what_is_sealed_reads_back_as_the_same_anchor(signer: Any) -> None:
    for anchor in (
        make_anchor(),
        make_anchor(parents=(), patch_id="", repository="", prev="ab" * 32, seq=7),
        make_anchor(object_format="sha256", commit="1" * 64, tree="2" * 64, parents=("3" * 64,), patch_id="4" * 64),
    ):
        statement = parse(seal(Redacted(make_record()), anchor, signer, ISSUED_AT).statement)
        assert statement.anchor == anchor
        assert (statement.issuer, statement.issued_at, statement.kid) == ("dana@example.org", ISSUED_AT, signer.kid)
        assert (statement.kind, statement.detached, statement.alg) == ("record", True, signer.algorithm)


def test_an_attached_claim_carries_its_payload_and_its_content_type(signer: Any) -> None:
    raw = attach("carry", {"from": b"\x01"}, make_anchor(kind="carry"), signer, ISSUED_AT)
    header = _header(raw)
    assert header[3] == "application/vnd.gittraj.carry+cbor"
    assert 258 not in header and 259 not in header
    statement = parse(raw)
    assert (statement.kind, statement.detached) == ("carry", False)
    assert decode(statement.payload) == {"from": b"\x01"}
    assert statement.digest == sha256(statement.payload).hex()


@pytest.mark.parametrize("kind", ["record", "Carry", "a/b", "", "unknown", "unreadable", "x" * 33])
def test_a_claim_needs_the_name_of_a_kind(kind: str) -> None:
    with pytest.raises(SealError):
        attach(kind, {}, make_anchor(kind=kind), Ed25519Signer(), ISSUED_AT)


def test_a_claim_under_an_anchor_of_another_kind_is_refused() -> None:
    with pytest.raises(SealError, match="under an anchor of the kind"):
        attach("carry", {}, make_anchor(kind="label"), Ed25519Signer(), ISSUED_AT)


def test_a_record_under_an_anchor_of_another_kind_is_refused() -> None:
    with pytest.raises(SealError, match="under an anchor of the kind"):
        seal(Redacted(make_record()), make_anchor(kind="carry"), Ed25519Signer(), ISSUED_AT)


def test_a_claim_that_an_agent_would_not_sign_is_refused() -> None:
    with pytest.raises(SealError, match="too large"):
        attach("carry", {"x": bytes(ATTACHED_LIMIT)}, make_anchor(kind="carry"), Ed25519Signer(), ISSUED_AT)


def test_what_has_no_encoding_is_an_error_of_ours() -> None:
    with pytest.raises(SealError, match="cannot be encoded"):
        seal(Redacted({"x": object()}), make_anchor(), Ed25519Signer(), ISSUED_AT)
    with pytest.raises(SealError, match="cannot be encoded"):
        attach("carry", {"x": {1.5: 1}}, make_anchor(kind="carry"), Ed25519Signer(), ISSUED_AT)


@pytest.mark.parametrize(
    "changes",
    [
        {"commit": "1" * 39},
        {"tree": "A" * 40},
        {"parents": ("zz",)},
        {"prev": "00"},
        {"object_format": "md5"},
        {"patch_id": "1"},
    ],
)
def test_an_anchor_with_a_malformed_id_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(SealError, match="anchor"):
        seal(Redacted(make_record()), make_anchor(**changes), Ed25519Signer(), ISSUED_AT)


def test_a_signature_that_does_not_hold_never_leaves() -> None:
    class Broken(Ed25519Signer):
        def sign(self, data: bytes) -> bytes:
            return super().sign(data + b"!")

    with pytest.raises(SealError, match="does not hold"):
        seal(Redacted(make_record()), make_anchor(), Broken(), ISSUED_AT)


@pytest.mark.parametrize("answer", [b"", bytes(63), bytes(64), bytes(65)])
@pytest.mark.parametrize("kind", [Ed25519Signer, P256Signer])
def test_a_signer_that_answers_nonsense_is_noticed(answer: bytes, kind: Any) -> None:
    signer = kind()
    signer.sign = lambda data: answer
    with pytest.raises(SealError):
        seal(Redacted(make_record()), make_anchor(), signer, ISSUED_AT)


def test_a_signer_whose_kid_is_not_that_of_its_key_is_refused() -> None:
    signer = Ed25519Signer()
    signer.kid = bytes(32)
    with pytest.raises(SealError, match="kid"):
        seal(Redacted(make_record()), make_anchor(), signer, ISSUED_AT)


def test_a_signer_whose_algorithm_does_not_go_with_its_key_is_refused() -> None:
    signer = Ed25519Signer()
    signer.algorithm = -7
    with pytest.raises(SealError, match="algorithm"):
        seal(Redacted(make_record()), make_anchor(), signer, ISSUED_AT)


@settings(max_examples=50, deadline=None)
@given(protected=st.binary(min_size=1, max_size=80), payload=st.binary(max_size=80), external=st.binary(max_size=20))
def test_the_sig_structure_holds_the_protected_bytes_as_they_are(
    protected: bytes, payload: bytes, external: bytes
) -> None:
    algorithm = algorithm_for(-8, cose_key(Ed25519Signer().public_key))
    message = Message(protected, payload, algorithm, external_aad=external)
    as_signed = b"" if protected == b"\xa0" else protected
    assert message.to_be_signed() == cbor2.dumps(["Signature1", as_signed, external, payload])
