"""What receipts tell of the logs that gave them: statements with receipts go in; that a log signed two histories comes out.

A log that only grows never changes a whole subtree of its tree, and has one root for each size. Every receipt tells some of these hashes, signed,
so two of them can show that a log was rolled back and went on differently, or shows two readers two trees, without the log itself.
"""

from collections.abc import Iterable
from typing import NamedTuple

from gittraj.codec import merkle
from gittraj.errors import SealError
from gittraj.flows.receipted import trusted
from gittraj.flows.wiring import House, Keychain
from gittraj.model.states import Statement, Verified
from gittraj.seal import headers, receipts
from gittraj.seal.chains import Finding
from gittraj.seal.receipts import Receipt
from gittraj.store import log_heads
from gittraj.store.log_heads import LogHead

TOLD = 10  # findings about one log; a second history contradicts the first one everywhere


class View(NamedTuple):
    """What one receipt that holds tells: the size of the tree, its root, and the subtrees that never change. `commit`: where it was found."""

    commit: str
    size: int
    root: bytes
    subtrees: dict[tuple[int, int], bytes]


def judge_views(house: House, keys: Keychain, found: Iterable[tuple[str, Verified]]) -> list[Finding]:
    """Every log that is trusted as one here and signed two histories, by (commit, statement) as verified; signed heads are remembered.

    Receipts whose log signs no size of its tree are left out: theirs could be one of another size.
    """
    by_log: dict[bytes, tuple[str, list[View]]] = {}
    for commit, verified in found:
        if not any(check.name == "receipt" and check.result != "fail" for check in verified.checks):
            continue  # all receipts of a statement hold, or the check fails
        for receipt in listed(verified.statement):
            key, view = key_of(receipt, keys), view_of(commit, verified.statement, receipt)
            if view and trusted(keys, key, receipt.issuer, receipt.issued_at):
                by_log.setdefault(key, (receipt.issuer, []))[1].append(view)
    findings: list[Finding] = []
    for key, (name, told) in by_log.items():
        log = fingerprint(key)
        known = log_heads.read(house.repository.common_dir, log)
        wrong = conflicts(name, told, known)
        findings += wrong
        if not wrong:
            remember(house, log, told, known)
    return findings


def listed(statement: Statement) -> list[Receipt]:
    """The receipts of a statement, nothing checked; [] where one of them is none, which `verify` names."""
    try:
        return [receipts.read(raw) for raw in receipts.of(statement)]
    except SealError:
        return []


def view_of(commit: str, statement: Statement, receipt: Receipt) -> View | None:
    """What a receipt tells, of which it is known that it holds for this statement; None where its log signs no size."""
    if receipt.signed_size is None:
        return None
    registered = receipts.entry(statement)
    leaf = merkle.leaf_hash(registered)
    subtrees = merkle.whole_subtrees(leaf, receipt.position, receipt.size, receipt.path)
    return View(commit, receipt.size, receipts.root_of(receipt, registered), subtrees)


def key_of(receipt: Receipt, keys: Keychain) -> bytes:
    """The SSH wire-format key that a receipt names or carries, b"" where nobody here knows it."""
    return receipt.key or keys.key(receipt.parts.header.get(headers.KID, b"")) or b""


def conflicts(log: str, told: Iterable[View], known: Iterable[LogHead] = ()) -> list[Finding]:
    """Where views of one log contradict each other, or a head remembered of it."""
    roots = {head.size: (bytes.fromhex(head.root), "what this clone remembers") for head in known}
    subtrees: dict[tuple[int, int], tuple[bytes, str]] = {}
    found: list[Finding] = []
    for view in told:
        place = f"the receipt on {view.commit[:12]}"
        root, other = roots.setdefault(view.size, (view.root, place))
        if root != view.root:
            text = f"{log} signed two trees of {view.size} leaves: {other}, {place}"
            found.append(Finding("equivocation", text, view.commit))
            continue
        for (level, at), here in view.subtrees.items():
            there, other = subtrees.setdefault((level, at), (here, place))
            if there != here:
                first, last = at << level, (at + 1 << level) - 1
                leaves = f"leaf {first}" if first == last else f"leaves {first} to {last}"
                text = f"{log} signed two histories, which differ in {leaves}: {other}, {place}"
                found.append(Finding("equivocation", text, view.commit))
                break
    return found[:TOLD]


def remember(house: House, log: str, told: Iterable[View], known: Iterable[LogHead]) -> None:
    """Keep the heads that these views show and that are not known yet."""
    there = set(known)
    for head in dict.fromkeys(LogHead(view.size, view.root.hex()) for view in told):
        if head not in there:
            log_heads.keep(house.repository.common_dir, log, head)


def fingerprint(key: bytes) -> str:
    """What a log is known by: the SHA-256 (hex) of its key."""
    from gittraj.codec.digest import sha256_hex

    return sha256_hex(key)
