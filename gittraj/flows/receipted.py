"""What receipts of logs say about a statement: statement and trusted keys go in, the check `receipt` and the time that is proven come out."""

import functools
import time
from collections.abc import Callable
from typing import NamedTuple

from gittraj.codec.patterns import matches
from gittraj.errors import SealError
from gittraj.flows.wiring import Keychain
from gittraj.model.states import Statement
from gittraj.model.verdict import Check
from gittraj.seal import headers, receipts

Seen = Callable[[], int | None]
NAMESPACE = "gittraj-log"  # what `namespaces=` of an allowed_signers line must name before its key is one of a log


class Receipted(NamedTuple):
    """The check, and when a trusted log held the statement (epoch seconds, by the log's clock); None where none says so."""

    check: Check
    by: int | None = None


def receipted(statement: Statement, keys: Keychain, seen: Callable[[bytes], int | None]) -> Receipted | None:
    """What the statement's receipts prove; None where it has none (then there is no independent time: RFC 9943). `seen`: when this clone first had such bytes.

    A receipt that does not hold fails, whoever gave it: someone put it there. One of a log that nobody here trusts proves nothing.
    """
    if receipts.RECEIPTS not in statement.unprotected:
        return None
    try:
        found = [(raw, receipts.read(raw)) for raw in receipts.of(statement)]
    except SealError as error:
        return Receipted(Check("receipt", "fail", error.message))
    registered = receipts.entry(statement)
    good: list[tuple[int, str]] = []
    doubts: list[str] = []
    for raw, receipt in found:
        key = receipt.key or keys.key(receipt.parts.header.get(headers.KID, b"")) or b""
        wrong = receipts.holds(receipt, registered, key)
        if wrong:
            return Receipted(Check("receipt", "fail", f"{receipt.issuer}: {wrong}"))
        if key == statement.header.get(headers.PUBLIC_KEY):
            doubts.append(f"{receipt.issuer}: the log's key is the signer's own, so is its clock")
        elif not trusted(keys, key, receipt.issuer, receipt.issued_at, functools.partial(seen, raw)):
            ended = _named(keys, key, receipt.issuer, receipt.issued_at)
            why = "its key has ended, and only its own clock says that it had not" if ended else ""
            doubts.append(f"{receipt.issuer}: {why or f'no allowed_signers line names its key for {NAMESPACE}'}")
        else:
            good.append((receipt.issued_at, receipt.issuer))
    if not good:
        return Receipted(Check("receipt", "skip", "; ".join(doubts[:3]) or "no receipt in the list"))
    by, log = min(good)
    return Receipted(Check("receipt", "pass", f"{log} held it at {_utc(by)}"), by)


def trusted(keys: Keychain, key: bytes, log: str, at: int, seen: Seen | None = None) -> bool:
    """Whether a key speaks for a log: one must be named as a log's, a person whose signatures count is no log by that.

    A key that has ended since, or is revoked from a day on, can sign any earlier time: then it counts only for what was `seen` here before.
    """
    if not _named(keys, key, log, at):
        return False
    if _named(keys, key, log, int(time.time())):
        return True
    first = seen() if seen else None
    return first is not None and _named(keys, key, log, first)


def _named(keys: Keychain, key: bytes, log: str, at: int) -> bool:
    return any(matches(log, each) for each in keys.signers.principals(key, NAMESPACE, at, named=True))


def _utc(moment: int) -> str:
    try:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
    except (OverflowError, ValueError, OSError):
        return f"{moment} s"
