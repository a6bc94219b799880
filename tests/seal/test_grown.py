"""Receipts of consistency: two signed roots of one log are led to each other, those of two histories never."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gittraj.codec.cbor import Tag, decode, encode
from gittraj.codec.merkle import leaf_hash, root
from gittraj.errors import SealError
from gittraj.seal import grown, receipts
from tests.seal.keys import Ed25519Signer, P256Signer

LOG = "log.example.org"
AT = 1_790_000_000
LEAVES = [leaf_hash(bytes([number])) for number in range(20)]
SIGNER = Ed25519Signer(9)


def test_the_layout_is_that_of_rfc_9942() -> None:
    raw = grown.issue(LOG, LEAVES[:7], 4, SIGNER, AT)
    tagged = decode(raw)
    protected, unprotected, payload, signature = tagged.value
    assert tagged.number == 18 and payload is None and list(unprotected) == [396] and list(unprotected[396]) == [-2]
    assert decode(protected)[395] == 1
    assert decode(unprotected[396][-2][0]) == [4, 7, [root(LEAVES[4:7])]]
    # the payload is detached and is the newer root, checked here without our own reader
    SIGNER.private.public_key().verify(signature, encode(["Signature1", protected, b"", root(LEAVES[:7])]))


@pytest.mark.parametrize("signer", [SIGNER, P256Signer(11)])
@pytest.mark.parametrize(("older", "newer"), [(1, 2), (3, 4), (4, 5), (7, 20), (8, 20), (16, 20), (19, 20)])
def test_two_roots_of_one_log_are_led_to_each_other(signer: Any, older: int, newer: int) -> None:
    raw = grown.issue(LOG, LEAVES[:newer], older, signer, AT)
    one = grown.read(raw)
    assert (one.issuer, one.issued_at, one.older, one.newer, one.signed_size) == (LOG, AT, older, newer, newer)
    assert grown.later_root(one, root(LEAVES[:older]), signer.public_key) == root(LEAVES[:newer])
    for wrong in (root(LEAVES[1 : older + 1]), root(LEAVES[:newer]), b"\0" * 32, b""):
        with pytest.raises(SealError):
            grown.later_root(one, wrong, signer.public_key)
    with pytest.raises(SealError, match=r"does not (hold|go with)"):
        grown.later_root(one, root(LEAVES[:older]), Ed25519Signer(8).public_key)
    with pytest.raises(SealError, match="does not go with"):
        grown.later_root(one, root(LEAVES[:older]), b"")


@pytest.mark.parametrize("older", [-1, 0, 7, 8])
def test_there_is_nothing_to_prove_from_nothing_or_to_the_same_size(older: int) -> None:
    with pytest.raises(SealError, match="nothing to prove"):
        grown.issue(LOG, LEAVES[:7], older, SIGNER, AT)


def changed(raw: bytes, proof: list[Any], kind: int = -2) -> bytes:
    protected, _, payload, signature = decode(raw).value
    return encode(Tag(18, [protected, {396: {kind: [encode(proof)]}}, payload, signature]))


def test_other_sizes_that_the_same_path_would_fit_are_refused() -> None:
    one = grown.issue(LOG, LEAVES[:6], 4, SIGNER, AT)
    path = list(grown.read(one).path)
    for proof in ([4, 7, path], [4, 8, path]):
        with pytest.raises(SealError, match="not the one that was signed"):
            grown.later_root(grown.read(changed(one, proof)), root(LEAVES[:4]), SIGNER.public_key)
    same = grown.read(changed(one, [6, 6, []]))
    with pytest.raises(SealError, match="no two sizes"):
        grown.later_root(same, root(LEAVES[:6]), SIGNER.public_key)
    none = grown.read(changed(one, [0, 6, path]))
    with pytest.raises(SealError, match="no two sizes"):
        grown.later_root(none, root([]), SIGNER.public_key)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (receipts.issue(LOG, LEAVES[:6], 1, SIGNER, AT), "one proof of consistency"),
        (changed(grown.issue(LOG, LEAVES[:6], 4, SIGNER, AT), [4, "6", []]), "proof of consistency is none"),
        (changed(grown.issue(LOG, LEAVES[:6], 4, SIGNER, AT), [4, 6]), "proof of consistency is none"),
        (changed(grown.issue(LOG, LEAVES[:6], 4, SIGNER, AT), [4, 6, b""]), "proof of consistency is none"),
        (changed(grown.issue(LOG, LEAVES[:6], 4, SIGNER, AT), [4, 6, []], kind=2), "one proof of consistency"),
        (b"", "malformed receipt"),
        (b"\xd2\x84", "malformed receipt"),
    ],
)
def test_what_is_no_receipt_of_consistency_is_told(raw: bytes, words: str) -> None:
    with pytest.raises(SealError, match=words):
        grown.read(raw)


@settings(max_examples=300)
@given(st.data())
def test_a_changed_byte_never_leads_to_a_later_root(data: st.DataObject) -> None:
    raw = grown.issue(LOG, LEAVES[:11], 6, SIGNER, AT)
    at = data.draw(st.integers(0, len(raw) - 1))
    other = raw[:at] + bytes([raw[at] ^ data.draw(st.integers(1, 255))]) + raw[at + 1 :]
    try:
        found = grown.later_root(grown.read(other), root(LEAVES[:6]), SIGNER.public_key)
    except SealError:
        return
    raise AssertionError(f"led to {found.hex()}")
