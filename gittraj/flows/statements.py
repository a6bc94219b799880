"""A commit's note taken apart and verified: commit and note bytes go in, verified statements and damage come out."""

import functools
import itertools
import time
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from gittraj.codec import framing, note_order
from gittraj.errors import SealError
from gittraj.flows.bodies import Bodies
from gittraj.flows.receipted import Receipted, receipted
from gittraj.flows.wiring import House, Keychain, keychain
from gittraj.model.carried import Carried
from gittraj.model.commit import Commit
from gittraj.model.ports import Evidence
from gittraj.model.report import NoteDamage
from gittraj.model.states import Statement, Verified
from gittraj.seal import receipts, withheld
from gittraj.seal.content import standard_validators
from gittraj.seal.statement import parse
from gittraj.seal.verify import Expected, unsigned_labels, verify
from gittraj.store import seen_tips

DISORDER = 1000  # places of one note that are told to be out of order; a hostile one has a hundred thousand, and one is enough to fail


class NoteRead(NamedTuple):
    """`statements` in the order of the note; `damage`: bytes that are no item, and items that no statement names.

    `carried`: what the commit has from records that were signed for others, where none was signed for itself.
    """

    statements: tuple[Verified, ...]
    damage: tuple[NoteDamage, ...]
    carried: Carried | None = None


def read_note(house: House, commit: Commit, note: bytes, keys: Keychain | None = None) -> NoteRead:
    """Verify every statement of `note` against `commit`; never raises for bad input: everything odd is a verdict or damage.

    The same bytes in two runs (git's own merges of notes put them there) are one statement; what neither git nor git traj writes
    (`codec.note_order`) is damage.
    """
    keys = keys or keychain(house)
    parts = framing.read(note)
    bodies = Bodies(house, commit.id, parts)
    rules = standard_validators()
    expected = Expected(commit.id, commit.tree, commit.parents, house.repository.object_format)
    read = {item.raw: _parsed(item.raw) for item in parts.items if item.kind == "statement"}
    found = _united(read)
    own = any(parsed.anchor.commit == commit.id for _, parsed in found if parsed and parsed.anchor)
    damage = [NoteDamage(*part) for part in parts.damage]
    out_of_order = itertools.islice(note_order.disorder(note, parts, own=own), DISORDER)
    damage.extend(NoteDamage(*part, order=True) for part in out_of_order)

    def verified(raw: bytes, parsed: Statement | None, why: str) -> Verified:
        proof = receipted(parsed, keys, functools.partial(seen_tips.first, house.notes, commit.id)) if parsed else None
        one = verify(
            raw,
            keys=keys.key,
            trust=keys.signers,
            commit=expected,
            body=bodies.of(parsed) if parsed else None,
            validators=rules,
            evidence=functools.partial(evidence, house, commit.id, proof),
            parsed=parsed,
            withheld=why,
        )
        return msgspec.structs.replace(one, checks=(*one.checks, proof.check)) if proof else one

    # who may say why a body is missing is judged before what is missing
    claims = {raw: verified(raw, parsed, "") for raw, parsed in found if parsed and parsed.kind == withheld.KIND}
    reasons = dict(reason for one in claims.values() if (reason := withheld.explained(one)))
    statements = tuple(
        claims.get(raw) or verified(raw, parsed, reasons.get(parsed.digest, "") if parsed else "")
        for raw, parsed in found
    )
    damage.extend(_strays(parts, read, bodies))
    named = {parsed.digest for parsed in read.values() if parsed}
    damage.extend(NoteDamage(len(note), len(note), reason) for reason in bodies.strange(named))
    return NoteRead(statements, tuple(sorted(damage, key=lambda one: one.start)))


def _strays(parts: framing.Note, read: Mapping[bytes, Statement | None], bodies: Bodies) -> Iterator[NoteDamage]:
    """Items that belong to no statement, or not to one of their own run: each run was a note, and whole."""
    named = {parsed.digest for parsed in read.values() if parsed}
    for run in note_order.runs(parts):
        here = {parsed.digest for item in run if (parsed := read.get(item.raw))}
        for item in run:
            if item.kind == "unknown":
                yield NoteDamage(item.start, item.end, "an item that is neither a statement nor a body")
            elif item.kind in ("body", "chunks"):
                digest = bodies.digest(item)
                what = "a body" if item.kind == "body" else "a list of pieces of a body"
                if digest not in named:
                    yield NoteDamage(item.start, item.end, f"{what} that no statement names (body: mismatch)")
                elif digest not in here:
                    why = f"{what} apart from its statement: somebody rewrote this note"
                    yield NoteDamage(item.start, item.end, why, order=True)
            elif item.kind == "purged" and not framing.purges([item]) & named:
                yield NoteDamage(item.start, item.end, "a mark that a body was purged which no statement names")


def evidence(house: House, commit: str, proof: Receipted | None, statement: Statement) -> Evidence:
    """When the statement was there at the latest: by a trusted log's receipt, else when this clone first saw it, else now."""
    if proof and proof.by is not None:
        return Evidence(proof.by, "receipt")
    found = seen_tips.first(house.notes, commit, statement.raw)
    return Evidence(found, "first seen") if found else Evidence(int(time.time()))


def _united(found: Mapping[bytes, Statement | None]) -> list[tuple[bytes, Statement | None]]:
    """Each statement once, with the receipts of all its copies: a merge of notes may bring back one from before it was registered."""
    united: dict[object, tuple[bytes, Statement | None]] = {}
    for raw, parsed in found.items():
        name = (parsed.protected, parsed.payload, parsed.signature) if parsed else raw
        there = united.get(name)
        if there is None:
            united[name] = (raw, parsed)
        elif there[1] and parsed and there[0] != raw:
            united[name] = _joined(there[1], parsed) or there
    return list(united.values())


def _joined(left: Statement, right: Statement) -> tuple[bytes, Statement | None] | None:
    for one in (left, right):  # a good copy must not hide one that somebody added to
        if unsigned_labels(one):
            return one.raw, one
    try:
        raw = receipts.with_receipts(left, [*receipts.of(left), *receipts.of(right)])
    except SealError as error:  # one of them is no list of receipts: let that be seen
        del error
        wrong = left if receipts.RECEIPTS in left.unprotected else right
        return wrong.raw, wrong
    return raw, _parsed(raw)


def _parsed(raw: bytes) -> Statement | None:
    try:
        return parse(raw)
    except SealError:
        return None
