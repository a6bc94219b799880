"""Each question has its own verdict, and none answers for another."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from gittraj.codec.cbor import Tag, decode, encode
from gittraj.codec.digest import sha256
from gittraj.model.states import Redacted, Sealed, Verified
from gittraj.model.verdict import CHECKS
from gittraj.seal.algorithms import algorithm_for
from gittraj.seal.content import Validators
from gittraj.seal.message import Message
from gittraj.seal.public_key import cose_key
from gittraj.seal.sign import attach, seal
from tests.seal.conftest import ISSUED_AT, Problem, details, expected, make_anchor, make_record, results
from tests.seal.keys import Ed25519Signer, P256Signer, TrustOnly

Run = Callable[..., Verified]
ALL_PASS = dict.fromkeys(CHECKS, "pass")


def _foreign(payload: bytes, content: str, **more: Any) -> bytes:
    """A plain VAC record of another tool: attached, no anchor, its key known by kid only."""
    signer = Ed25519Signer()
    header = {1: -8, 3: content, 4: signer.kid, 15: {1: "dana@example.org", 2: "session"}, **more}
    protected = encode(header)
    message = Message(protected, payload, algorithm_for(-8, cose_key(signer.public_key)))
    return encode(Tag(18, [protected, {}, payload, signer.sign(message.to_be_signed())]))


def test_a_sealed_record_passes_every_check(sealed: Sealed, check: Run) -> None:
    verified = check(sealed.statement, sealed.body)
    assert results(verified) == ALL_PASS
    assert verified.ok and verified.trusted and verified.principal == "dana@example.org"
    assert verified.record == make_record()


def test_a_sealed_record_passes_the_rules_of_the_codec_and_a_broken_one_does_not(signer: Any, check: Run) -> None:
    record = make_record()
    sealed = seal(Redacted(record), make_anchor(), signer, ISSUED_AT)
    assert results(check(sealed.statement, sealed.body, validators=None)) == ALL_PASS
    record["session"]["entries"][0]["type"] = "nonsense"
    sealed = seal(Redacted(record), make_anchor(), signer, ISSUED_AT)
    assert results(check(sealed.statement, sealed.body, validators=None))["schema"] == "fail"


def test_the_verdicts_come_in_their_fixed_order(sealed: Sealed, check: Run) -> None:
    for verified in (check(sealed.statement, sealed.body), check(b"junk"), check(sealed.statement)):
        assert tuple(verdict.name for verdict in verified.checks) == CHECKS


def test_what_cannot_be_read_fails_the_structure_and_skips_the_rest(check: Run) -> None:
    verified = check(b"\xd2\x84", b"body")
    assert results(verified) == {**dict.fromkeys(CHECKS, "skip"), "structure": "fail"}
    assert verified.record is None and not verified.ok and not verified.trusted
    assert (verified.statement.kind, verified.statement.raw) == ("unreadable", b"\xd2\x84")


def test_an_unknown_signer_is_a_valid_signature_of_someone_untrusted(sealed: Sealed, check: Run) -> None:
    verified = check(sealed.statement, sealed.body, trust=TrustOnly(Ed25519Signer(seed=9)))
    assert results(verified) == {**ALL_PASS, "signer": "fail"}
    assert details(verified)["signer"] == "untrusted: no line has this key"
    assert not verified.ok and not verified.trusted


def test_a_trusted_key_does_not_speak_for_someone_else(signer: Any, check: Run) -> None:
    signer.principal = "eve@example.org"
    sealed = seal(Redacted(make_record()), make_anchor(), signer, ISSUED_AT)
    signer.principal = "dana@example.org"
    assert "not for eve@example.org" in details(check(sealed.statement, sealed.body))["signer"]


def test_the_time_that_trust_is_asked_about_is_the_claimed_one(sealed: Sealed, check: Run) -> None:
    asked: list[Any] = []

    class Asked(TrustOnly):
        def judge(self, key: bytes, principal: str, at: int | None, /, **more: Any) -> Any:
            asked.append((key, principal, at))
            return super().judge(key, principal, at)

    check(sealed.statement, sealed.body, trust=Asked(Ed25519Signer()))
    assert asked == [(decode(decode(sealed.statement).value[0])[-65602], "dana@example.org", ISSUED_AT)]


@pytest.mark.parametrize(
    ("field", "commit"),
    [
        ("commit", expected()._replace(commit="9" * 40)),
        ("tree", expected()._replace(tree="9" * 40)),
        ("parents", expected()._replace(parents=())),
        ("parents", expected()._replace(parents=("9" * 40,))),
        ("object format", expected()._replace(object_format="sha256")),
    ],
)
def test_a_statement_on_another_commit_fails_the_binding_and_says_what_differs(
    sealed: Sealed, check: Run, field: str, commit: Any
) -> None:
    verified = check(sealed.statement, sealed.body, commit=commit)
    assert results(verified) == {**ALL_PASS, "binding": "fail"}
    assert field in details(verified)["binding"]


def test_a_subject_that_names_another_commit_than_the_anchor_fails_the_binding(check: Run) -> None:
    from gittraj.seal.anchors import to_map

    body = encode(make_record())
    subject = {1: "dana@example.org", 2: "git:sha1:" + "9" * 40}
    signer = Ed25519Signer()
    protected = encode(
        {1: -8, 4: signer.kid, 15: subject, 258: -16, 259: "application/agent-conversation+cbor",
         -65601: to_map(make_anchor()), -65602: signer.public_key}
    )  # fmt: skip
    message = Message(protected, sha256(body), algorithm_for(-8, cose_key(signer.public_key)))
    raw = encode(Tag(18, [protected, {}, sha256(body), signer.sign(message.to_be_signed())]))
    verified = check(raw, body)
    assert (results(verified)["signature"], results(verified)["binding"]) == ("pass", "fail")
    assert "subject" in details(verified)["binding"]


def test_a_body_that_is_withheld_fails_and_skips_what_needs_it(sealed: Sealed, check: Run) -> None:
    verified = check(sealed.statement)
    assert results(verified) == {**ALL_PASS, "body": "fail", "schema": "skip", "invariants": "skip"}
    assert details(verified)["body"] == "withheld"
    assert verified.record is None and not verified.ok


def test_another_body_is_a_mismatch(sealed: Sealed, check: Run) -> None:
    verified = check(sealed.statement, sealed.body + b"\x00")
    assert details(verified)["body"].startswith("mismatch")
    assert verified.record is None


def test_a_broken_schema_fails_and_skips_the_invariants(check: Run, signer: Any) -> None:
    sealed = seal(Redacted({"version": "1"}), make_anchor(), signer, ISSUED_AT)
    verified = check(sealed.statement, sealed.body)
    assert results(verified) == {**ALL_PASS, "schema": "fail", "invariants": "skip"}
    assert details(verified)["schema"] == "session: is missing"


def test_many_problems_become_one_line_that_counts_them(sealed: Sealed, check: Run) -> None:
    validators = Validators(lambda record: [], lambda record: [Problem(f"entries.{n}", "is wrong") for n in range(5)])
    detail = details(check(sealed.statement, sealed.body, validators=validators))["invariants"]
    assert detail == "entries.0: is wrong; entries.1: is wrong; entries.2: is wrong; and 2 more"


@pytest.mark.parametrize(
    "changes",
    [{"entries": 3}, {"session_id": "s-2"}, {"prev": "ab" * 32}, {"seq": 1}],
    ids=["entries", "session", "prev", "seq"],
)
def test_an_anchor_that_says_something_else_than_its_record_fails_the_invariants(
    check: Run, signer: Any, changes: dict[str, Any]
) -> None:
    sealed = seal(Redacted(make_record()), make_anchor(**changes), signer, ISSUED_AT)
    assert results(check(sealed.statement, sealed.body)) == {**ALL_PASS, "invariants": "fail"}


@pytest.mark.parametrize("prev", ["ab" * 32, bytes.fromhex("ab" * 32)], ids=["hex", "bytes"])
def test_the_record_before_may_be_named_in_hex_or_bytes(check: Run, signer: Any, prev: Any) -> None:
    record = make_record()
    record["gittraj"]["segment"]["prev"] = prev
    sealed = seal(Redacted(record), make_anchor(prev="ab" * 32), signer, ISSUED_AT)
    assert results(check(sealed.statement, sealed.body)) == ALL_PASS


@pytest.mark.parametrize(
    "record", [{"session": {}}, {"session": {"entries": 5}}, {"session": {"entries": [], "session-id": 1}}]
)
def test_a_record_that_validators_let_through_still_cannot_break_the_comparison(
    check: Run, signer: Any, record: Any
) -> None:
    validators = Validators(lambda record: [], lambda record: [])
    sealed = seal(Redacted(record), make_anchor(), signer, ISSUED_AT)
    assert results(check(sealed.statement, sealed.body, validators=validators))["invariants"] == "fail"


def test_what_somebody_put_into_the_unprotected_header_is_told(sealed: Sealed, check: Run) -> None:
    parts = decode(sealed.statement).value
    parts[1] = {100: {"agent-vendor": "someone"}}
    verified = check(encode(Tag(18, parts)), sealed.body)
    assert results(verified) == {**ALL_PASS, "structure": "fail"} and "label 100" in details(verified)["structure"]
    assert verified.statement.unprotected == {100: {"agent-vendor": "someone"}}


def test_the_other_form_of_an_ecdsa_signature_is_no_copy_of_it(check: Run) -> None:
    signer = P256Signer()
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    for number in range(8):
        sealed = seal(Redacted(make_record()), make_anchor(seq=0), signer, ISSUED_AT + number)
        parts = decode(sealed.statement).value
        s = int.from_bytes(parts[3][32:], "big")
        assert 2 * s < order
        parts[3] = parts[3][:32] + (order - s).to_bytes(32, "big")
        verified = check(encode(Tag(18, parts)), sealed.body, trust=TrustOnly(signer))
        assert results(verified)["signature"] == "fail" and "(r, n-s)" in details(verified)["signature"]
        good = check(sealed.statement, sealed.body, trust=TrustOnly(signer))
        assert results(good) == ALL_PASS


def test_a_signature_by_another_key_fails_and_skips_what_rests_on_it(sealed: Sealed, check: Run) -> None:
    parts = decode(sealed.statement).value
    parts[3] = bytes(64)
    verified = check(encode(Tag(18, parts)), sealed.body)
    assert results(verified) == {**ALL_PASS, "signature": "fail", "signer": "skip", "time": "skip", "binding": "skip"}
    assert not verified.trusted


def test_the_mirror_image_of_an_ecdsa_signature_gives_the_same_digest(check: Run) -> None:
    """(r, n-s) holds too, and is refused; the digest, by which statements are known, must not depend on the envelope."""
    signer = P256Signer()
    sealed = seal(Redacted(make_record()), make_anchor(), signer, ISSUED_AT)
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    parts = decode(sealed.statement).value
    mirrored = order - int.from_bytes(parts[3][32:], "big")
    parts[3] = parts[3][:32] + mirrored.to_bytes(32, "big")
    first = check(sealed.statement, sealed.body, trust=TrustOnly(signer))
    second = check(encode(Tag(18, parts)), sealed.body, trust=TrustOnly(signer))
    assert results(first) == ALL_PASS and results(second)["signature"] == "fail"
    assert first.statement.raw != second.statement.raw
    assert first.statement.digest == second.statement.digest == sha256(sealed.body).hex()


def test_an_attached_claim_is_checked_without_a_body(check: Run, signer: Any) -> None:
    raw = attach("outcome", {"result": "merged"}, make_anchor(kind="outcome"), signer, ISSUED_AT)
    verified = check(raw)
    assert results(verified) == {**ALL_PASS, "invariants": "skip"}
    assert verified.record == {"result": "merged"} and verified.ok


@pytest.mark.parametrize("content", ["application/agent-conversation+json", "application/json"])
def test_a_plain_vac_record_in_json_is_read_and_bound_to_nothing(content: str, check: Run) -> None:
    raw = _foreign(json.dumps(make_record()).encode(), content)
    verified = check(raw, keys=lambda kid: Ed25519Signer().public_key)
    verdicts = results(verified)
    assert (verdicts["signature"], verdicts["binding"], verdicts["schema"]) == ("pass", "fail", "pass")
    assert verified.record == make_record()


def test_a_plain_vac_record_in_cbor_is_read_in_any_order_of_keys(check: Run) -> None:
    payload = b"\xa2" + encode("version") + encode("1") + encode("session") + encode({})
    verified = check(
        _foreign(payload, "application/agent-conversation+cbor"), keys=lambda kid: Ed25519Signer().public_key
    )
    assert results(verified)["schema"] == "pass"
    assert verified.record == {"version": "1", "session": {}}


def test_a_key_that_nobody_knows_cannot_be_checked_and_does_not_pass(check: Run) -> None:
    asked: list[bytes] = []
    verified = check(_foreign(b"{}", "application/json"), keys=lambda kid: asked.append(kid))
    assert asked == [Ed25519Signer().kid]
    assert results(verified)["signature"] == "fail"
    assert "cannot be checked" in details(verified)["signature"]


def test_a_key_that_is_carried_is_not_asked_for(sealed: Sealed, check: Run) -> None:
    def refuse(kid: bytes) -> bytes:
        raise AssertionError(kid)

    assert results(check(sealed.statement, sealed.body, keys=refuse)) == ALL_PASS


@pytest.mark.parametrize("payload", [b"", b"[1]", b"{", b"\xff", b"[" * 100_000, b'{"a": NaN}'])
def test_json_that_is_no_map_fails_the_schema(payload: bytes, check: Run) -> None:
    verified = check(_foreign(payload, "application/json"), keys=lambda kid: Ed25519Signer().public_key)
    assert (results(verified)["body"], results(verified)["schema"]) == ("pass", "fail")
    assert verified.record is None


def test_a_content_type_of_someone_else_is_not_guessed_at(check: Run) -> None:
    verified = check(_foreign(b"hello", "text/plain"), keys=lambda kid: Ed25519Signer().public_key)
    assert (results(verified)["schema"], results(verified)["invariants"]) == ("skip", "skip")
    assert verified.record is None and not verified.ok


def test_a_body_out_of_deterministic_order_is_not_what_we_would_have_signed(check: Run, signer: Any) -> None:
    from gittraj.seal import sign

    body = b"\xa2" + encode("version") + encode("1") + encode("session") + encode({})
    raw = sign._signed(sha256(body), make_anchor(), signer, ISSUED_AT, envelope=True)
    verified = check(raw, body)
    assert results(verified)["schema"] == "fail" and "out of order" in details(verified)["schema"]
