"""The guard of our own refs on a server: what a push would make of them goes in, why it may not comes out.

The log of receipts only grows. Everything else under ``refs/gittraj/`` is what a clone remembers for itself: a stranger who could write
there would tell the server's verdicts what they saw.
"""

from collections.abc import Iterable, Iterator

from gittraj.flows.wiring import House
from gittraj.model.push import Refusal, Update
from gittraj.store.leaf_log import REF, LeafLog

OURS = "refs/gittraj/"


def guard_log(house: House, updates: Iterable[Update]) -> Iterator[Refusal]:
    """Why these updates of refs of ours may not pass. Raises `StoreError` where a pushed log cannot be read."""
    for update in updates:
        if not update.ref.startswith(OURS):
            continue
        if update.ref != REF:
            yield Refusal(
                f"{update.ref[:80]} is what this repository remembers for itself", "push branches, tags and notes"
            )
        elif not update.new:
            yield Refusal(f"this would delete {REF}, the log that receipts were signed for", "leave it there")
        else:
            yield from _rewritten(house, update)


def _rewritten(house: House, update: Update) -> Iterator[Refusal]:
    log = LeafLog(house.repository)
    before, after = log.at(update.old), log.at(update.new)
    if after[: len(before)] != before:
        text = f"{REF} would no longer begin with its {len(before)} leaves: a log of receipts only grows"
        yield Refusal(text, f"git fetch REMOTE {REF}, and register on top of that")
