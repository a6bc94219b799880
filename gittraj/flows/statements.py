"""A commit's note taken apart and verified: commit and note bytes go in, verified statements and damage come out."""

import functools
import time
from typing import NamedTuple

from gittraj.codec import framing
from gittraj.codec.digest import sha256_hex
from gittraj.errors import SealError
from gittraj.flows.wiring import House, Keychain, keychain
from gittraj.model.carried import Carried
from gittraj.model.commit import Commit
from gittraj.model.ports import Evidence
from gittraj.model.report import NoteDamage
from gittraj.model.states import Statement, Verified
from gittraj.seal.content import standard_validators
from gittraj.seal.statement import parse
from gittraj.seal.verify import Expected, verify
from gittraj.store import seen_tips


class NoteRead(NamedTuple):
    """`statements` in the order of the note; `damage`: bytes that are no item, and items that no statement names.

    `carried`: what the commit has from records that were signed for others, where none was signed for itself.
    """

    statements: tuple[Verified, ...]
    damage: tuple[NoteDamage, ...]
    carried: Carried | None = None


def read_note(house: House, commit: Commit, note: bytes, keys: Keychain | None = None) -> NoteRead:
    """Verify every statement of `note` against `commit`; never raises for bad input: everything odd is a verdict or damage.

    The same bytes twice (git's own merges of notes put them there) are one statement.
    """
    keys = keys or keychain(house)
    parts = framing.read(note)
    bodies = {
        sha256_hex(content): content
        for item in parts.items
        if item.kind == "body"
        for content in [framing.content(item)]
    }
    rules = standard_validators()
    expected = Expected(commit.id, commit.tree, commit.parents, house.repository.object_format)
    damage = [NoteDamage(part.start, part.end, part.reason) for part in parts.damage]
    statements, named, seen = [], set(), set()
    seen_first = functools.partial(first_seen, house, commit.id)
    for item in parts.items:
        if item.kind == "statement" and item.raw not in seen:
            seen.add(item.raw)
            parsed = _parsed(item.raw)
            digest = parsed.digest if parsed else ""
            named.add(digest)
            statements.append(
                verify(
                    item.raw,
                    keys=keys.key,
                    trust=keys.signers,
                    commit=expected,
                    body=bodies.get(digest),
                    validators=rules,
                    evidence=seen_first,
                    parsed=parsed,
                )
            )
        elif item.kind == "unknown":
            damage.append(NoteDamage(item.start, item.end, "an item that is neither a statement nor a body"))
    for item in parts.items:
        if item.kind == "body" and sha256_hex(framing.content(item)) not in named:
            damage.append(NoteDamage(item.start, item.end, "a body that no statement names (body: mismatch)"))
    return NoteRead(tuple(statements), tuple(sorted(damage, key=lambda one: one.start)))


def first_seen(house: House, commit: str, statement: Statement) -> Evidence:
    """When this clone first saw the statement in the commit's note; now, where it kept no such memory."""
    found = seen_tips.first(house.notes, commit, statement.raw)
    return Evidence(found, "first seen") if found else Evidence(int(time.time()))


def _parsed(raw: bytes) -> Statement | None:
    try:
        return parse(raw)
    except SealError:
        return None
