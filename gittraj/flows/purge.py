"""`git traj purge`: which records go in; their bodies are dropped, here and from the history of the notes, and what remains elsewhere comes out.

Statements stay: signature, signer and binding verify as before. A signed word says that the body was dropped on purpose; without it
(no key can sign now) `verify` cannot tell a purge from a theft, and says so.
"""

import re
import time
from collections.abc import Sequence

from gittraj.codec import framing
from gittraj.errors import KeyringError, SealError, UsageError
from gittraj.flows import heads
from gittraj.flows.bodies import store_of
from gittraj.flows.bodies_book import Kept, bodies, records
from gittraj.flows.chain import note_tip
from gittraj.flows.move_bodies import claim, without
from gittraj.flows.wiring import House, open_house
from gittraj.model.bodies import PurgedBody, PurgeReport
from gittraj.seal import withheld
from gittraj.store import history_clean, last_head
from gittraj.store.notes import NoteStore

_AGE = re.compile(r"(\d{1,6})([hdwy])")
_SECONDS = {"h": 3600, "d": 86400, "w": 7 * 86400, "y": 365 * 86400}


def purge(
    commits: Sequence[str] = (),
    *,
    sessions: Sequence[str] = (),
    older_than: str | None = None,
    everything: bool = False,
    dry_run: bool = False,
    directory: str | None = None,
) -> PurgeReport:
    """Drop the bodies of the records that fit all that is given: notes of `commits`, sessions (or how their ids begin), age by the signer's clock.

    Raises `UsageError` where nothing was chosen, `StoreError`.
    """
    if not (commits or sessions or older_than or everything):
        raise UsageError("purge: which bodies?", hint="name commits, or --session, --older-than, --all")
    before = time.time() - age(older_than) if older_than else None
    house = open_house(directory)
    apart = store_of(house)
    keys = {_key(house, one) for one in commits} or None
    every = list(records(house, apart))
    wanted = {
        kept.statement.digest
        for kept in every
        if (keys is None or not keys.isdisjoint((kept.key, _anchored(kept)))) and _fits(kept, sessions, before)
    }
    # one body may lie in several notes: git copies them along with rewritten commits
    chosen = [kept for kept in every if kept.statement.digest in wanted and _left(kept)]
    found = tuple(_told(kept) for kept in chosen)
    if dry_run or not chosen:
        return PurgeReport(found, dry_run=dry_run)
    additions, unsigned = _claims(house, chosen)
    gone = {kept.statement.digest for kept in chosen}
    rewritten, remains = [], []
    for store in (house.notes, apart):
        changed, remotes = _drop(house, store, chosen, gone, additions if store is house.notes else {})
        rewritten += [store.ref.name] if changed else []
        remains += [f"{remote}: in {store.ref.name} there, until who runs it deletes it" for remote in remotes]
    note_tip(house)
    if rewritten and not unsigned and last_head.read(house.repository.common_dir):
        heads.sign_head(house)  # the last one counts notes whose commit is going away
    if rewritten:
        remains.append("this clone: objects that nothing names any more, until git gc --prune=now")
    return PurgeReport(found, tuple(rewritten), tuple(remains), unsigned)


def age(text: str) -> int:
    """Seconds of an age as people write it: 36h, 90d, 12w, 1y. Raises `UsageError`."""
    match = _AGE.fullmatch(text.strip().lower())
    if match is None:
        raise UsageError(f"purge: {text!r} is no age", hint="write it as 36h, 90d, 12w or 1y")
    return int(match[1]) * _SECONDS[match[2]]


def _drop(
    house: House, store: NoteStore, chosen: list[Kept], gone: set[str], additions: dict[str, list[bytes]]
) -> tuple[bool, list[str]]:
    """Take the bodies out of one ref; whether its history was written anew, and which remotes showed the old one."""
    pieces = {piece for kept in chosen for body in (kept.attached, kept.detached) if body for piece in body.pieces}
    places = {kept.key for kept in chosen} | {kept.statement.anchor.commit for kept in chosen if kept.statement.anchor}
    short = {piece[: store.width] for piece in pieces}
    dropped = gone | pieces

    def is_there(note: bytes) -> bool:
        return not dropped.isdisjoint(bodies(framing.read(note).items))

    if not history_clean.holds(house.repository, store.tip(), places | short, is_there):
        if additions:
            store.append_all(additions, message="gittraj: bodies purged")
        return False, []

    def change(key: str, note: bytes) -> bytes | None:
        there = [digest for digest in bodies(framing.read(note).items) if digest in dropped]
        here = [kept.statement.digest for kept in chosen if key in (kept.key, _anchored(kept))]
        marks = [framing.purged(digest) for digest in sorted({*there, *here})]
        return without(note, dropped, [*additions.get(key, []), *marks])

    store.rewrite(change, places | short, message="gittraj: bodies purged", orphan=True, counted=True)
    return True, history_clean.forget(house.repository, store.ref.name)


def _claims(house: House, chosen: list[Kept]) -> tuple[dict[str, list[bytes]], str]:
    found: dict[str, list[bytes]] = {}
    try:
        for kept in chosen:
            if withheld.PURGED not in kept.claims and kept.statement.anchor:
                found.setdefault(kept.key, []).append(claim(house, kept, withheld.PURGED))
    except (KeyringError, SealError) as error:
        return {}, error.message
    return found, ""


def _fits(kept: Kept, sessions: Sequence[str], before: float | None) -> bool:
    session = kept.statement.anchor.session_id if kept.statement.anchor else ""
    if sessions and not any(each and session.startswith(each) for each in sessions):
        return False
    issued = kept.statement.issued_at
    return before is None or (issued is not None and issued < before)


def _left(kept: Kept) -> bool:
    """Whether there is still something to drop, or to say."""
    return bool(kept.attached or kept.detached) or withheld.PURGED not in kept.claims


def _told(kept: Kept) -> PurgedBody:
    anchor = kept.statement.anchor
    return PurgedBody(kept.key, anchor.session_id if anchor else "", anchor.seq if anchor else 0, kept.statement.digest)


def _anchored(kept: Kept) -> str:
    return kept.statement.anchor.commit if kept.statement.anchor else kept.key


def _key(house: House, commit: str) -> str:
    """A commit that need not be here any more."""
    text = commit.lower()
    if len(text) == house.notes.width and not text.strip("0123456789abcdef"):
        return text
    return house.repository.resolve(commit)
