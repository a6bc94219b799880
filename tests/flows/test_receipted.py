"""Whom to believe about time: a log's key that ended, or is revoked from a day on, proves nothing by its own clock."""

import time

import pytest

from gittraj.codec.merkle import leaf_hash
from gittraj.flows.receipted import receipted
from gittraj.flows.wiring import Keychain
from gittraj.keyring.allowed_signers import AllowedSigners, Source
from gittraj.keyring.keys import parse_blob
from gittraj.keyring.revocation import parse as parse_revoked
from gittraj.model.states import Redacted
from gittraj.seal import receipts
from gittraj.seal.sign import seal
from gittraj.seal.statement import parse
from tests.seal.conftest import ISSUED_AT, make_anchor, make_record
from tests.seal.keys import Ed25519Signer

LOG = "log.example.org"
KEEPER = Ed25519Signer(9, "keeper")
LINE = parse_blob(KEEPER.public_key).line
END = 1_709_251_200  # 2024-03-01
NAMED = f'{LOG} namespaces="gittraj-log"'


def told(signers: str, revoked: str = "", *, at: int = END - 9, seen: int | None = None) -> tuple[str, int | None]:
    statement = parse(seal(Redacted(make_record()), make_anchor(), Ed25519Signer(), ISSUED_AT).statement)
    raw = receipts.issue(LOG, [leaf_hash(receipts.entry(statement))], 0, KEEPER, at)
    keys = Keychain(AllowedSigners([Source("file", signers.encode())], parse_revoked(revoked.encode(), "revoked")))

    def first(asked: bytes) -> int | None:
        assert asked == raw
        return seen

    found = receipted(parse(receipts.with_receipts(statement, [raw])), keys, first)
    assert found is not None
    return found.check.result, found.by


@pytest.mark.parametrize(
    ("signers", "revoked"),
    [(f'{NAMED},valid-before="20240301Z" {LINE}', ""), (f"{NAMED} {LINE}", f'revoked-from="20240301Z" {LINE}')],
)
def test_a_log_whose_key_ended_cannot_date_anything_back(signers: str, revoked: str) -> None:
    assert told(signers, revoked) == ("skip", None)
    assert told(signers, revoked, seen=END + 5) == ("skip", None)
    assert told(signers, revoked, seen=END - 5) == ("pass", END - 9)
    assert told(signers, revoked, at=END + 5, seen=END - 5) == ("skip", None)


def test_a_log_whose_key_holds_needs_no_other_witness() -> None:
    later = time.strftime("%Y%m%dZ", time.gmtime(time.time() + 90 * 86400))
    assert told(f"{NAMED} {LINE}") == ("pass", END - 9)
    assert told(f'{NAMED},valid-before="{later}" {LINE}') == ("pass", END - 9)


def test_a_line_that_ended_does_not_lend_its_name_to_one_that_holds() -> None:
    ended = f'{NAMED},valid-before="20240301Z" {LINE}'
    for other in (
        f"{LOG} {LINE}",
        f'other.example.org namespaces="gittraj-log" {LINE}',
        f'{LOG} namespaces="git*" {LINE}',
    ):
        expected = ("pass", END - 9) if "git*" in other else ("skip", None)
        assert told(f"{ended}\n{other}") == expected, other
