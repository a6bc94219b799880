"""What receipts of logs say about a statement: statement and trusted keys go in, the check `receipt` and the time that is proven come out."""

import time
from typing import NamedTuple

from gittraj.codec.patterns import matches
from gittraj.errors import SealError
from gittraj.flows.wiring import Keychain
from gittraj.model.states import Statement
from gittraj.model.verdict import Check
from gittraj.seal import headers, receipts

NAMESPACE = "gittraj-log"  # what `namespaces=` of an allowed_signers line must name before its key is one of a log


class Receipted(NamedTuple):
    """The check, and when a trusted log held the statement (epoch seconds, by the log's clock); None where none says so."""

    check: Check
    by: int | None = None


def receipted(statement: Statement, keys: Keychain) -> Receipted | None:
    """What the statement's receipts prove; None where it has none (then there is no independent time: RFC 9943).

    A receipt that does not hold fails, whoever gave it: someone put it there. One of a log that nobody here trusts proves nothing.
    """
    if receipts.RECEIPTS not in statement.unprotected:
        return None
    try:
        found = [receipts.read(raw) for raw in receipts.of(statement)]
    except SealError as error:
        return Receipted(Check("receipt", "fail", error.message))
    registered = receipts.entry(statement)
    good: list[tuple[int, str]] = []
    doubts: list[str] = []
    for receipt in found:
        key = receipt.key or keys.key(receipt.parts.header.get(headers.KID, b"")) or b""
        wrong = receipts.holds(receipt, registered, key)
        if wrong:
            return Receipted(Check("receipt", "fail", f"{receipt.issuer}: {wrong}"))
        if key == statement.header.get(headers.PUBLIC_KEY):
            doubts.append(f"{receipt.issuer}: the log's key is the signer's own, so is its clock")
        elif not trusted(keys, key, receipt.issuer, receipt.issued_at):
            doubts.append(f"{receipt.issuer}: no allowed_signers line names its key for {NAMESPACE}")
        else:
            good.append((receipt.issued_at, receipt.issuer))
    if not good:
        return Receipted(Check("receipt", "skip", "; ".join(doubts[:3]) or "no receipt in the list"))
    by, log = min(good)
    return Receipted(Check("receipt", "pass", f"{log} held it at {_utc(by)}"), by)


def trusted(keys: Keychain, key: bytes, log: str, at: int) -> bool:
    """A log must be named as one: a person whose signatures count is no log by that."""
    lines = [line for _, line in keys.lines() if line.blob == key and line.namespaces]
    named = [line for line in lines if matches(NAMESPACE, line.namespaces)]
    return any(matches(log, line.principals) for line in named) and bool(keys.signers.principals(key, NAMESPACE, at))


def _utc(moment: int) -> str:
    try:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
    except (OverflowError, ValueError, OSError):
        return f"{moment} s"
