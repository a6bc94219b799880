"""The corpus of messages that pycose alone would verify, or that two readers would read differently: each is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from pycose.messages.sign1message import Sign1Message

from gittraj.codec.cbor import Tag, decode, encode
from gittraj.errors import SealError
from gittraj.model.states import Verified
from gittraj.seal.algorithms import algorithm_for
from gittraj.seal.envelope import PROTECTED_LIMIT, SIGNATURE_LIMIT, split
from gittraj.seal.message import Message
from gittraj.seal.public_key import cose_key
from gittraj.seal.statement import parse
from tests.seal.conftest import make_anchor, results
from tests.seal.keys import Ed25519Signer

SIGNER = Ed25519Signer()
CLAIMS = {1: "dana@example.org", 2: "git:sha1:" + "1" * 40}
PLAIN = {1: -8, 3: "application/agent-conversation+cbor", 15: CLAIMS}


def _signed(protected: bytes, payload: bytes = b"\xa0") -> bytes:
    message = Message(protected, payload, algorithm_for(-8, cose_key(SIGNER.public_key)))
    return SIGNER.sign(message.to_be_signed())


def _message(
    header: dict[Any, Any] | None = None,
    *,
    protected: bytes | None = None,
    unprotected: dict[Any, Any] | None = None,
    payload: bytes | None = b"\xa0",
    tag: int = 18,
) -> bytes:
    """A message whose signature holds, so that only the fault asked for is wrong with it."""
    if protected is None:
        protected = encode(PLAIN if header is None else header)
    return encode(Tag(tag, [protected, unprotected or {}, payload, _signed(protected, payload or b"")]))


def _refused(raw: bytes, why: str) -> None:
    with pytest.raises(SealError, match=why):
        split(raw)
    with pytest.raises(SealError, match=why):
        parse(raw)


def test_the_message_that_the_faults_are_made_from_is_accepted() -> None:
    statement = parse(_message())
    assert (statement.kind, statement.issuer, statement.anchor) == ("record", "dana@example.org", None)


def test_alg_in_the_unprotected_header_only_is_refused() -> None:
    _refused(_message({15: CLAIMS}, unprotected={1: -8}), "label 1 in the unprotected header")


def test_a_message_without_alg_is_refused() -> None:
    _refused(_message({15: CLAIMS}), "no integer alg")


@pytest.mark.parametrize("protected", [b"", b"\xa0"])
def test_an_empty_protected_header_is_refused(protected: bytes) -> None:
    _refused(_message(protected=protected), "no integer alg")


@pytest.mark.parametrize("label", ["alg", "ALG", "Kid", "crit", "content_type"])
def test_a_text_label_that_pycose_takes_for_a_registered_one_is_refused(label: str) -> None:
    _refused(_message({**PLAIN, label: -8}), "text label")
    _refused(_message(unprotected={label: -8}), "text label")


def test_alg_as_text_is_refused() -> None:
    _refused(_message({**PLAIN, 1: "EdDSA"}), "no integer alg")


def test_duplicate_labels_in_the_protected_header_are_refused() -> None:
    _refused(_message(protected=b"\xa2\x01\x27\x01\x26"), "same key twice")


def test_duplicate_labels_in_the_unprotected_header_are_refused() -> None:
    good = _message(unprotected={99: 1, 100: 1})
    _refused(good.replace(b"\x18\x64\x01", b"\x18\x63\x01"), "same key twice")


def test_a_label_in_both_headers_is_refused() -> None:
    _refused(_message({**PLAIN, 4: b"k"}, unprotected={4: b"k"}), "in both headers: label 4")


def test_crit_that_names_what_is_not_understood_is_refused() -> None:
    _refused(_message({**PLAIN, 2: [99], 99: 1}), "not understood")


def test_crit_that_names_a_label_which_is_not_there_is_refused() -> None:
    _refused(_message({**PLAIN, 2: [99]}), "does not have")


@pytest.mark.parametrize("critical", [[], 15, {}, [[15]], [b"x"]])
def test_malformed_crit_is_refused(critical: Any) -> None:
    _refused(_message({**PLAIN, 2: critical}), "crit")


def test_crit_in_the_unprotected_header_is_refused() -> None:
    _refused(_message(unprotected={2: [15]}), "label 2 in the unprotected header")


def test_crit_that_names_what_is_understood_is_accepted() -> None:
    assert parse(_message({**PLAIN, 2: [15]})).kind == "record"


def test_bytes_after_the_message_are_refused() -> None:
    _refused(_message() + b"\x00", "1 bytes after the end")


def test_bytes_after_the_protected_map_are_refused() -> None:
    _refused(_message(protected=encode(PLAIN) + b"\x00"), "after the end")


def test_a_protected_map_of_indefinite_length_is_refused() -> None:
    _refused(_message(protected=b"\xbf\x01\x27\xff"), "indefinite")


def test_a_message_of_indefinite_length_is_refused() -> None:
    raw = _message()
    assert raw[:2] == b"\xd2\x84"
    _refused(b"\xd2\x9f" + raw[2:] + b"\xff", "indefinite")


def test_integers_that_are_not_in_their_shortest_form_are_refused() -> None:
    _refused(_message(protected=b"\xa1\x18\x01\x27"), "shortest")
    _refused(b"\xd8\x12" + _message()[1:], "shortest")


@pytest.mark.parametrize("count", [0, 3, 5])
def test_an_array_of_other_than_four_elements_is_refused(count: int) -> None:
    parts = [*decode(_message()).value, b""]
    _refused(encode(Tag(18, parts[:count])), "four elements")


def test_an_untagged_message_is_refused() -> None:
    _refused(encode(decode(_message()).value), "not a tagged COSE_Sign1")


def test_another_tag_is_refused() -> None:
    _refused(_message(tag=98), "not a tagged COSE_Sign1")


def test_a_detached_payload_is_refused() -> None:
    _refused(_message(payload=None), "detached")


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_a_part_of_the_wrong_type_is_refused(place: int) -> None:
    parts = decode(_message()).value
    parts[place] = "text"
    _refused(encode(Tag(18, parts)), "malformed")


def test_a_protected_header_that_is_no_map_is_refused() -> None:
    _refused(_message(protected=b"\x80"), "not a map")


def test_a_label_that_is_a_byte_string_is_refused() -> None:
    _refused(_message({**PLAIN, b"x": 1}), "neither an integer nor text")


def test_headers_and_signatures_over_the_limits_are_refused() -> None:
    _refused(_message({**PLAIN, 99: bytes(PROTECTED_LIMIT)}), "up to 65536")
    parts = decode(_message()).value
    _refused(encode(Tag(18, [*parts[:3], bytes(SIGNATURE_LIMIT + 1)])), "up to 8192")


def test_a_header_nested_ten_thousand_deep_is_refused() -> None:
    _refused(_message(protected=b"\xa1\x01" + b"\x81" * 10_000 + b"\x00"), "nested too deeply")


def test_a_length_that_nothing_follows_is_refused() -> None:
    _refused(b"\xd2\x84\x5b\x7f\xff\xff\xff\xff\xff\xff\xff", "malformed")
    _refused(b"\xd2\x9b\x7f\xff\xff\xff\xff\xff\xff\xff", "malformed")


def test_text_that_is_not_utf8_is_refused() -> None:
    _refused(_message(protected=b"\xa1\x01\x61\xff"), "UTF-8")


def _not_parsed(header: dict[Any, Any], why: str, payload: bytes = b"\xa0") -> None:
    with pytest.raises(SealError, match=why):
        parse(_message(header, payload=payload))


@pytest.mark.parametrize(
    "claims", [None, [], {}, {1: "x"}, {2: "x"}, {1: 5, 2: "x"}, {1: "", 2: "x"}, {1: "a\x1bb", 2: "x"}]
)
def test_claims_without_a_printable_issuer_and_subject_are_refused(claims: Any) -> None:
    _not_parsed({**PLAIN, 15: claims}, "CWT claims")


def test_claims_in_the_unprotected_header_are_refused() -> None:
    _refused(_message({1: -8}, unprotected={15: CLAIMS}), "label 15 in the unprotected header")


def test_a_kid_that_is_not_the_fingerprint_of_the_key_is_refused() -> None:
    _not_parsed({**PLAIN, 4: bytes(32), -65602: SIGNER.public_key}, "not the fingerprint")
    _not_parsed({**PLAIN, -65602: SIGNER.public_key}, "not the fingerprint")
    _not_parsed({**PLAIN, 4: SIGNER.kid, -65602: "text"}, "not the fingerprint")


def test_a_kid_that_is_no_byte_string_is_refused() -> None:
    _not_parsed({**PLAIN, 4: "kid"}, "kid")


def test_a_hash_envelope_with_another_hash_or_length_is_refused() -> None:
    envelope = {1: -8, 15: CLAIMS, 258: -16, 259: "application/agent-conversation+cbor"}
    assert parse(_message(envelope, payload=bytes(32))).detached
    _not_parsed({**envelope, 258: -44}, "SHA-256", bytes(32))
    _not_parsed(envelope, "SHA-256", bytes(31))
    _not_parsed({**envelope, 3: "application/cbor"}, "content type of its own", bytes(32))
    _not_parsed(
        {1: -8, 15: CLAIMS, 259: "application/agent-conversation+cbor"}, "without the hash algorithm", bytes(32)
    )


def test_a_hash_envelope_that_is_declared_where_anyone_may_change_it_is_refused() -> None:
    _refused(_message({1: -8, 15: CLAIMS}, unprotected={258: -16}), "label 258 in the unprotected header")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("commit", "1" * 40), ("commit", bytes(19)), ("tree", None), ("parents", bytes(20)), ("parents", [bytes(3)]), ("seq", -1),
        ("seq", True), ("entries", "2"), ("session-id", b"s"), ("kind", "carry"), ("kind", 1), ("prev", bytes(20)), ("patch-id", ""),
        ("repository", 1),
    ],
)  # fmt: skip
def test_a_malformed_anchor_is_refused(field: str, value: Any) -> None:
    from gittraj.seal.anchors import to_map

    anchor = to_map(make_anchor())
    header = {1: -8, 15: CLAIMS, 258: -16, 259: "application/agent-conversation+cbor", -65601: anchor}
    assert parse(_message(header, payload=bytes(32))).anchor == make_anchor()
    _not_parsed({**header, -65601: {**anchor, field: value}}, "anchor", bytes(32))


@pytest.mark.parametrize("subject", ["git:md5:" + "1" * 40, "git:sha1:xyz", "1" * 40])
def test_an_anchor_needs_a_subject_that_names_a_commit(subject: str) -> None:
    from gittraj.seal.anchors import to_map

    header = {**PLAIN, 15: {1: "d", 2: subject}, -65601: to_map(make_anchor())}
    _not_parsed(header, "subject")


def test_an_anchor_needs_the_content_type_of_its_kind() -> None:
    from gittraj.seal.anchors import to_map

    _not_parsed({**PLAIN, 3: "application/json", -65601: to_map(make_anchor())}, "kind")
    _not_parsed({**PLAIN, 3: "text/plain", -65601: to_map(make_anchor(kind="unknown"))}, "kind")


def _out_of_order(header: dict[Any, Any]) -> bytes:
    pairs = [encode(key) + encode(value) for key, value in header.items()]
    assert len(pairs) < 24
    return bytes([0xA0 + len(pairs)]) + b"".join(reversed(pairs))


def test_labels_out_of_order_are_refused_in_our_statements_and_taken_from_others() -> None:
    from gittraj.seal.anchors import to_map

    assert parse(_message(protected=_out_of_order(PLAIN))).kind == "record"
    ours = {**PLAIN, -65601: to_map(make_anchor())}
    assert parse(_message(ours)).anchor is not None
    with pytest.raises(SealError, match="deterministic order"):
        parse(_message(protected=_out_of_order(ours)))


@pytest.mark.parametrize("alg", [-7, -9, -35, -36, -53, -999, 5, 2**70])
def test_an_algorithm_that_does_not_go_with_the_key_fails_the_signature(
    check: Callable[..., Verified], alg: int
) -> None:
    header = {**PLAIN, 1: alg, 4: SIGNER.kid, -65602: SIGNER.public_key}
    verdicts = results(check(_message(header)))
    assert (verdicts["structure"], verdicts["signature"], verdicts["signer"]) == ("pass", "fail", "skip")


def test_the_fully_specified_name_of_ed25519_is_accepted(check: Callable[..., Verified]) -> None:
    header = {**PLAIN, 1: -19, 4: SIGNER.kid, -65602: SIGNER.public_key}
    assert results(check(_message(header)))["signature"] == "pass"


def test_pycose_alone_cannot_read_what_it_wrote_which_is_why_a_decoder_stands_before_it() -> None:
    """With cbor2 6; where a later pycose can, `docs/adr/0003` is to be looked at again."""
    with pytest.raises(TypeError):
        Sign1Message.decode(_message())
