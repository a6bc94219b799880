"""Time: where trust ends, the signer's own claim of an earlier time is no proof; what was seen before is."""

import pytest

from gittraj.keyring.allowed_signers import AllowedSigners, Source
from gittraj.keyring.keys import parse_line
from gittraj.keyring.revocation import Revoked, parse
from gittraj.model.ports import Evidence
from gittraj.model.states import Redacted
from gittraj.seal.sign import seal
from gittraj.seal.verify import timestamp, verify
from tests.keyring.fixed_keys import ed25519_line
from tests.seal.conftest import ISSUED_AT, VALIDATORS, details, expected, make_anchor, make_record, results
from tests.seal.keys import Ed25519Signer

LINE = ed25519_line()
KEY = parse_line(LINE).blob
WHO = "dana@example.org"
END = 1_709_251_200  # 2024-03-01
UNTIL = f'{WHO} valid-before="20240301Z" {LINE}'


def signers(text: str, revoked: str = "") -> AllowedSigners:
    return AllowedSigners([Source("file", text.encode())], parse(revoked.encode(), "revoked") if revoked else None)


@pytest.mark.parametrize("text", ["line", "list"])
@pytest.mark.parametrize(
    ("claimed", "evidence", "trusted", "proven"),
    [
        (END - 9, Evidence(END - 5, "first seen"), True, True),
        (END - 9, Evidence(END - 5, "receipt"), True, True),
        (END - 9, Evidence(END + 5, "first seen"), True, False),
        (END - 9, Evidence(END + 5), True, False),
        (END + 9, Evidence(END + 20), False, True),
        (END + 9, Evidence(END - 5, "receipt"), False, True),
        (None, Evidence(END - 5, "receipt"), False, True),
    ],
)
def test_an_ended_key_needs_more_than_a_claim(
    text: str, claimed: int | None, evidence: Evidence, trusted: bool, proven: bool
) -> None:
    ended = signers(UNTIL) if text == "line" else signers(f"{WHO} {LINE}", f'revoked-from="20240301Z" {LINE}')
    judgement = ended.judge(KEY, WHO, claimed, evidence=lambda: evidence)
    assert judgement.trusted is trusted and (judgement.unproven == "") is proven, judgement
    if not proven:
        assert "2024-03-01 00:00:00Z" in judgement.unproven and "only the signer says" in judgement.unproven


def test_a_dated_revocation_is_never_passed_over_where_nobody_can_be_asked() -> None:
    judgement = signers(f"{WHO} {LINE}", f'revoked-from="20240301Z" {LINE}').judge(KEY, WHO, END - 9)
    assert judgement.unproven


def test_a_key_that_was_not_valid_yet_when_its_statement_was_there_is_not_trusted() -> None:
    early = signers(f'{WHO} valid-after="20240301Z" {LINE}').judge(
        KEY, WHO, END + 9, evidence=lambda: Evidence(END - 9, "receipt")
    )
    assert not early.trusted and "was there already" in early.reason


def test_a_key_without_an_end_asks_for_no_evidence() -> None:
    def nobody() -> Evidence:
        raise AssertionError("not needed")

    assert signers(f"{WHO} {LINE}").judge(KEY, WHO, END, evidence=nobody).trusted


def test_a_line_that_still_holds_is_better_than_one_that_ended() -> None:
    both = signers(f"{UNTIL}\n{WHO} {LINE}")
    judgement = both.judge(KEY, WHO, END - 9, evidence=lambda: Evidence(END + 5))
    assert judgement.trusted and not judgement.unproven and "file:2" in judgement.reason


def test_two_lists_of_revoked_keys_add_up() -> None:
    dated, plain = parse(f'revoked-from="20240301Z" {LINE}'.encode(), "dated"), parse(ed25519_line(2).encode(), "plain")
    other = parse_line(ed25519_line(2)).blob
    for both in (dated | plain, plain | dated, Revoked() | plain | dated):
        assert both.holds(other) and not both.holds(KEY)
        trusted = AllowedSigners([Source("file", f"* {LINE}\n* {ed25519_line(2)}".encode())], both)
        assert (
            "revoked from 2024-03-01" in trusted.judge(KEY, WHO, END).reason
            and "(plain)" in trusted.judge(other, WHO, 0).reason
        )


def test_the_verdict_names_the_evidence_strongest_first() -> None:
    signer = Ed25519Signer()
    sealed = seal(Redacted(make_record()), make_anchor(), signer, ISSUED_AT)
    line = parse_line(LINE).line if signer.public_key == KEY else None
    from gittraj.keyring.keys import parse_blob

    line = parse_blob(signer.public_key).line

    def judged(text: str, evidence: Evidence) -> tuple[str, str, bool]:
        verified = verify(sealed.statement, keys=lambda kid: None, trust=signers(text), commit=expected(), body=sealed.body,
                          validators=VALIDATORS, evidence=lambda statement: evidence)  # fmt: skip
        return results(verified)["time"], details(verified)["time"], verified.trusted

    at = "claim: 2023-11-14T22:13:20Z"
    assert judged(f"{WHO} {line}", Evidence(END)) == ("pass", f"{at}, by the signer alone", True)
    ended = f'{WHO} valid-before="20231201Z" {line}'
    assert judged(ended, Evidence(ISSUED_AT + 60, "first seen")) == (
        "pass",
        f"first seen: 2023-11-14T22:14:20Z; {at}",
        True,
    )
    result, detail, trusted = judged(ended, Evidence(END))
    assert (result, trusted) == ("fail", False) and detail.startswith("unproven: the key was valid until 2023-12-01")


@pytest.mark.parametrize("moment", [10**18, -(10**18), 2**63, -(2**70), 0, 253402300799, 253402300800])
def test_any_number_is_told_as_a_time(moment: int) -> None:
    assert len(timestamp(moment)) <= 40
