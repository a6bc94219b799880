"""COSE Receipts: what a log's key signed about a statement holds, whatever else is changed does not; anything else is our own error."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.codec.cbor import Tag, decode, encode
from gittraj.codec.merkle import inclusion_path, leaf_hash, root
from gittraj.errors import SealError
from gittraj.model.states import Sealed, Statement
from gittraj.seal import receipts
from gittraj.seal.statement import parse
from tests.seal.keys import Ed25519Signer, P256Signer

LOG = "log.example.org"
AT = 1_790_000_000


@pytest.fixture
def statement(sealed: Sealed) -> Statement:
    return parse(sealed.statement)


def registered(statement: Statement, others: int = 6, at: int = 3) -> list[bytes]:
    leaves = [leaf_hash(number.to_bytes(2, "big")) for number in range(others)]
    leaves.insert(at, leaf_hash(receipts.entry(statement)))
    return leaves


@pytest.mark.parametrize("signer", [Ed25519Signer(9), P256Signer(11)])
@pytest.mark.parametrize(("others", "at"), [(0, 0), (1, 1), (6, 3), (300, 300)])
def test_a_receipt_proves_that_the_log_holds_the_statement(
    statement: Statement, signer: Any, others: int, at: int
) -> None:
    raw = receipts.issue(LOG, registered(statement, others, at), at, signer, AT)
    receipt = receipts.read(raw)
    assert (receipt.issuer, receipt.issued_at, receipt.size, receipt.position) == (LOG, AT, others + 1, at)
    assert receipts.holds(receipt, receipts.entry(statement), signer.public_key) == ""
    assert receipts.holds(receipt, receipts.entry(statement), Ed25519Signer(8).public_key) != ""
    assert receipts.holds(receipt, b"another entry", signer.public_key) != ""


def test_a_receipt_goes_into_the_statement_and_changes_nothing_that_was_signed(statement: Statement) -> None:
    signer = Ed25519Signer(9)
    raw = receipts.issue(LOG, registered(statement), 3, signer, AT)
    again = parse(receipts.with_receipts(statement, [raw, raw]))
    assert receipts.of(again) == [raw] and receipts.of(statement) == []
    assert again.digest == statement.digest and receipts.entry(again) == receipts.entry(statement)
    assert receipts.with_receipts(again, []) == statement.raw


def test_the_layout_is_that_of_rfc_9942(statement: Statement) -> None:
    raw = receipts.issue(LOG, registered(statement, 1, 1), 1, Ed25519Signer(9), AT)
    tagged = decode(raw)
    protected, unprotected, payload, _ = tagged.value
    assert tagged.number == 18 and payload is None
    assert decode(protected)[395] == 1 and list(unprotected) == [396]
    size, index, path = decode(unprotected[396][-1][0])
    assert (size, index, path) == (2, 1, [leaf_hash(b"\0\0")])
    assert decode(protected)[-65604] == 2  # ours: the size is signed, too


def changed(raw: bytes, **change: Any) -> bytes:
    protected, unprotected, payload, signature = decode(raw).value
    header = decode(protected)
    header.update(change.pop("header", {}))
    for label in change.pop("without", ()):
        header.pop(label)
    parts = {"unprotected": unprotected, "payload": payload, "signature": signature} | change
    return encode(Tag(18, [encode(header), parts["unprotected"], parts["payload"], parts["signature"]]))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"header": {395: 2}}, "not RFC9162_SHA256"),
        ({"header": {2: [395]}}, "crit"),
        ({"header": {2: [-70000], -70000: 1}}, "crit"),
        ({"header": {396: {}}}, "both headers"),
        ({"header": {-65604: "7"}}, "its size is none"),
        ({"without": (395,)}, "not RFC9162_SHA256"),
        ({"header": {-111: 1}, "without": (395,)}, "not RFC9162_SHA256"),
        ({"payload": b"root"}, "not detached"),
        ({"without": (15,)}, "which log"),
        ({"header": {15: {1: "log\x1b[2J", 6: AT}}}, "which log"),
        ({"unprotected": {}}, "one proof of inclusion"),
        ({"unprotected": {396: {-2: [b""]}}}, "one proof of inclusion"),
        ({"unprotected": {396: {-1: [b"\xff"]}}}, "malformed receipt"),
        ({"unprotected": {396: {-1: [encode([1, "0", []])]}}}, "proof of inclusion is none"),
        ({"unprotected": {-222: {-1: [encode([1, 0, []])]}}}, "one proof of inclusion"),
    ],
)
def test_what_is_no_receipt_of_this_kind_is_told(statement: Statement, change: dict[str, Any], words: str) -> None:
    raw = receipts.issue(LOG, registered(statement), 3, Ed25519Signer(9), AT)
    with pytest.raises(SealError, match=words):
        receipts.read(changed(raw, **change))


@pytest.mark.parametrize(
    "proof",
    [[7, 4, None], [9, 3, None], [3, 3, None], [7, 3, []], [7, 3, [b"\0" * 32] * 70], [7, 3, ["x"]], [7, -1, None]],
)
def test_a_place_size_or_path_that_leads_elsewhere_does_not_hold(statement: Statement, proof: list[Any]) -> None:
    signer = Ed25519Signer(9)
    raw = receipts.issue(LOG, registered(statement), 3, signer, AT)
    if proof[2] is None:
        proof = [*proof[:2], list(receipts.read(raw).path)]
    receipt = receipts.read(changed(raw, unprotected={396: {-1: [encode(proof)]}}))
    assert receipts.holds(receipt, receipts.entry(statement), signer.public_key) != ""


def test_another_size_of_the_same_shape_does_not_hold_because_the_size_is_signed(statement: Statement) -> None:
    signer = Ed25519Signer(9)
    raw = receipts.issue(LOG, registered(statement, 5, 0), 0, signer, AT)
    path = list(receipts.read(raw).path)
    forged = receipts.read(changed(raw, unprotected={396: {-1: [encode([7, 0, path])]}}))
    assert receipts.root_of(forged, receipts.entry(statement)) == receipts.root_of(
        receipts.read(raw), receipts.entry(statement)
    )
    assert "not the one that was signed" in receipts.holds(forged, receipts.entry(statement), signer.public_key)


def test_a_receipt_of_a_log_that_signs_no_size_holds_as_well(statement: Statement) -> None:
    signer = Ed25519Signer(9)
    leaves = registered(statement)
    protected = encode({1: -8, 4: signer.kid, 15: {1: LOG, 6: AT}, 395: 1})
    signature = signer.sign(encode(["Signature1", protected, b"", root(leaves)]))
    proof = encode([len(leaves), 3, inclusion_path(3, leaves)])
    receipt = receipts.read(encode(Tag(18, [protected, {396: {-1: [proof]}}, None, signature])))
    assert receipt.signed_size is None and receipts.holds(receipt, receipts.entry(statement), signer.public_key) == ""


@settings(max_examples=300)
@given(st.data())
def test_a_changed_byte_never_gives_a_receipt_that_holds(data: st.DataObject) -> None:
    signer = Ed25519Signer(9)
    raw = receipts.issue(LOG, [leaf_hash(bytes([number])) for number in range(5)], 2, signer, AT)
    at = data.draw(st.integers(0, len(raw) - 1))
    other = raw[:at] + bytes([raw[at] ^ data.draw(st.integers(1, 255))]) + raw[at + 1 :]
    try:
        assert receipts.holds(receipts.read(other), b"\2", signer.public_key) != ""
    except SealError:
        pass


@pytest.mark.parametrize("value", [b"one", [1], [b""] * 17, {1: b""}, None])
def test_receipts_that_are_no_list_of_byte_strings_are_our_own_error(statement: Statement, value: Any) -> None:
    raw = encode(Tag(18, [statement.protected, {394: value}, statement.payload, statement.signature]))
    with pytest.raises(SealError, match="malformed receipts"):
        receipts.of(parse(raw))
