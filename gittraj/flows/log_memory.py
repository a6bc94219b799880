"""Whether this repository's log of receipts only grew: what this clone remembers of it goes in; that it went back, was cut or shows another history comes out.

What is remembered is read before the log, and written after it grew: so a log that another process lets grow meanwhile is never taken
for one that went back.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from gittraj.codec import merkle
from gittraj.errors import StoreError
from gittraj.flows.wiring import House
from gittraj.seal.chains import Finding
from gittraj.store import log_heads
from gittraj.store.leaf_log import REF, LeafLog
from gittraj.store.log_heads import HERE, LogHead


class LogSeen(NamedTuple):
    """The log as it is: its commit ("" for none) and leaves, the largest head that was remembered, and what is wrong (None: nothing)."""

    tip: str
    leaves: list[bytes]
    remembered: LogHead | None = None
    finding: Finding | None = None


def judge_log(house: House) -> list[Finding]:
    """What happened to the log since this clone last saw it; [] where it only grew, which is remembered. Nothing is read where it is the same.

    Raises `StoreError` where the repository cannot be read.
    """
    heads = log_heads.read(house.repository.common_dir, HERE)
    tip = LeafLog(house.repository).tip()
    if _same(heads, tip):
        return []
    try:
        finding = _look(house, heads, tip).finding
    except StoreError as error:
        finding = Finding("broken", f"{REF} cannot be read: {error.message}")
    return [finding] if finding else []


def look(house: House) -> LogSeen:
    """The log of this repository, held against what is remembered of it, which a log that only grew replaces. Raises `StoreError`."""
    heads = log_heads.read(house.repository.common_dir, HERE)
    return _look(house, heads, LeafLog(house.repository).tip())


def grew(house: House, tip: str, leaves: Sequence[bytes]) -> None:
    """Remember the log as it is after we let it grow."""
    if tip:
        head = LogHead(len(leaves), merkle.root(leaves).hex(), tip)
        log_heads.keep(house.repository.common_dir, HERE, head)


def _look(house: House, heads: list[LogHead], tip: str) -> LogSeen:
    leaves = LeafLog(house.repository).at(tip)
    last = heads[-1] if heads else None
    if last is None or follows(last, leaves):
        if not _same(heads, tip):
            grew(house, tip, leaves)
        return LogSeen(tip, leaves, last)
    return LogSeen(tip, leaves, last, _told(house, heads, last, tip, leaves))


def follows(head: LogHead, leaves: Sequence[bytes]) -> bool:
    """Whether a log of these leaves is what it was at `head`, or grew since."""
    return head.size <= len(leaves) and merkle.root(leaves[: head.size]).hex() == head.root


def _same(heads: list[LogHead], tip: str) -> bool:
    """Whether the log is at a commit that is known as its largest state; other commits may hold the same leaves."""
    return any(head.tip == tip and head.size == heads[-1].size for head in heads) if heads else not tip


def _told(house: House, heads: list[LogHead], last: LogHead, tip: str, leaves: list[bytes]) -> Finding:
    """How a log that does not follow the last head lies to it."""
    was = f"{REF} had {last.size} leaves, root {last.root[:12]}…" + (f", at {last.tip[:12]}" if last.tip else "")
    if not tip:
        return Finding("removed", f"{was}, and is gone")
    alike = _common(house, heads, last, leaves)
    if alike >= len(leaves):
        return Finding("rollback", f"{was}; it went back to {len(leaves)}, at {tip[:12]}")
    return Finding("equivocation", f"{was}; at {tip[:12]} it shows another history, alike up to leaf {alike} at most")


def _common(house: House, heads: list[LogHead], last: LogHead, leaves: list[bytes]) -> int:
    """Up to how many leaves the log may be what it was: exactly, where its old commit is still here, else by the heads between."""
    try:
        before = LeafLog(house.repository).at(last.tip)
    except StoreError:
        before = []
    if before and LogHead(len(before), merkle.root(before).hex(), last.tip) == last:
        pairs = zip(before, leaves, strict=False)
        return next((at for at, (old, new) in enumerate(pairs) if old != new), min(len(before), len(leaves)))
    held = [head for head in heads if head.size <= len(leaves)]  # whoever agrees with one agrees with all before it
    wrong = bisect_left(held, True, key=lambda head: not follows(head, leaves))
    return held[wrong].size - 1 if wrong < len(held) else len(leaves)
