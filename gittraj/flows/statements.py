"""A commit's note taken apart and verified: commit and note bytes go in, verified statements and damage come out."""

from typing import NamedTuple

from gittraj.codec import framing
from gittraj.codec.digest import sha256_hex
from gittraj.flows.wiring import House, Keychain, keychain
from gittraj.model.commit import Commit
from gittraj.model.report import NoteDamage
from gittraj.model.states import Verified
from gittraj.seal.content import standard_validators
from gittraj.seal.verify import Expected, verify


class NoteRead(NamedTuple):
    """`statements` in the order of the note; `damage`: bytes that are no item, and items that no statement names."""

    statements: tuple[Verified, ...]
    damage: tuple[NoteDamage, ...]


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
    for item in parts.items:
        if item.kind == "statement" and item.raw not in seen:
            seen.add(item.raw)
            digest = _digest_named(item.raw)
            named.add(digest)
            statements.append(
                verify(
                    item.raw,
                    keys=keys.key,
                    trust=keys.signers,
                    commit=expected,
                    body=bodies.get(digest),
                    validators=rules,
                )
            )
        elif item.kind == "unknown":
            damage.append(NoteDamage(item.start, item.end, "an item that is neither a statement nor a body"))
    for item in parts.items:
        if item.kind == "body" and sha256_hex(framing.content(item)) not in named:
            damage.append(NoteDamage(item.start, item.end, "a body that no statement names (body: mismatch)"))
    return NoteRead(tuple(statements), tuple(sorted(damage, key=lambda one: one.start)))


def _digest_named(raw: bytes) -> str:
    from gittraj.errors import SealError
    from gittraj.seal.statement import parse

    try:
        return parse(raw).digest
    except SealError:
        return ""
