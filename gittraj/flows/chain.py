"""Local progress brought up to date with the notes: what changed in the notes tree since last time goes in, newer chain heads are kept.

After a fetch, in a fresh clone, or when a hook was killed between its note and its state, the notes know more than the local
state; reading the difference of two trees tells what, without reading all notes at every commit.
"""

from gittraj.codec import cbor, framing
from gittraj.errors import CodecError, SealError
from gittraj.flows import progress
from gittraj.flows.bodies import Bodies
from gittraj.flows.wiring import House
from gittraj.model.anchor import Anchor
from gittraj.model.states import Statement
from gittraj.seal.statement import parse
from gittraj.store import lookup, tips
from gittraj.store.state import State


def catch_up(house: House) -> None:
    """Take over segments that are in the notes and not in the local state."""
    common = house.repository.common_dir
    tip, known = house.notes.tip(), tips.known_tip(common)
    if tip == known:
        return
    from gittraj.flows.completeness import keep_evidence  # 3 ms that a commit without news must not pay

    keep_evidence(house, known, tip)
    heads: dict[str, tuple[Anchor, Statement, framing.Note]] = {}
    counts: dict[str, dict[int, int]] = {}
    for note in lookup.notes_changed(house.notes, known, tip):
        parts = framing.read(note)
        for item in parts.items:
            if item.kind != "statement":
                continue
            try:
                statement = parse(item.raw)
            except SealError:
                continue
            anchor = statement.anchor
            if anchor is None or anchor.kind != "record":
                continue
            counts.setdefault(anchor.session_id, {})[anchor.seq] = anchor.entries
            if anchor.session_id not in heads or heads[anchor.session_id][0].seq < anchor.seq:
                heads[anchor.session_id] = (anchor, statement, parts)
    for anchor, statement, parts in heads.values():
        body = Bodies(house, anchor.commit, parts).of(statement)
        _take_over(common, anchor, statement.digest, body, counts[anchor.session_id])
    note_tip(house)


def note_tip(house: House) -> None:
    """Remember that the local state knows all that the notes say up to now."""
    tips.keep_tip(house.repository.common_dir, house.notes.tip())


def _take_over(common: str, anchor: Anchor, digest: str, body: bytes | None, counts: dict[int, int]) -> None:
    agent, last = _facts(body)
    if any(kept.session == anchor.session_id and kept.seq > anchor.seq for kept in State(common).sessions()):
        return
    if last is None:  # the body is withheld: count what the headers say, which is right for a whole chain only
        if sorted(counts) != list(range(anchor.seq + 1)):
            return
        last = sum(counts.values()) - 1
    if not agent:
        return
    fresh = progress.Progress(
        agent=agent, session=anchor.session_id, seq=anchor.seq + 1, entry=last + 1, prev=digest, commit=anchor.commit
    )
    progress.save(common, fresh)


def _facts(body: bytes | None) -> tuple[str, int | None]:
    """(agent, position of the last entry) as the record says; ("", None) where it says nothing."""
    if body is None:
        return "", None
    try:
        record = cbor.decode(body)
        agent = record["session"]["agent-meta"]["cli-name"]
        last = record["gittraj"]["segment"]["last"]
    except (CodecError, KeyError, TypeError):
        return "", None
    return (agent, last) if isinstance(agent, str) and isinstance(last, int) else ("", None)
