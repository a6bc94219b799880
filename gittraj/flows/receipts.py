"""`git traj receipt issue|export|import`: statements go in, their places in a log and its signed receipts come out."""

import os
import time
from collections.abc import Iterator

from gittraj.codec import framing, merkle
from gittraj.errors import SealError, StoreError
from gittraj.flows import log_memory
from gittraj.flows.log_memory import LogSeen
from gittraj.flows.replay import plan
from gittraj.flows.wiring import House, open_house, signer
from gittraj.model.receipt import Exported, Registered
from gittraj.model.states import Statement
from gittraj.seal import heads, receipts
from gittraj.seal.statement import parse
from gittraj.store.leaf_log import LeafLog

FILE_LIMIT = 64 << 20  # bytes of a file that is imported: an attached record of another tool may be a whole session


def issue(
    revisions: str | None = None, *, everything: bool = False, log: str = "", directory: str | None = None
) -> list[Registered]:
    """Register every statement of these commits in this repository's log and put the receipts into the notes.

    `log`: the name that the receipts bear, by default the signer's own. Raises `StoreError`, `KeyringError`.
    """
    asked = plan(revisions, everything=everything, directory=directory)
    house = asked.house
    found = [(commit, statement) for commit in asked.commits for statement in statements_of(house, commit)]
    if not found:
        return []
    key = signer(house)
    name = log or key.principal
    wanted = [each for each in found if not _has(each[1], name)]
    sound(house)
    entries = {id(statement): merkle.leaf_hash(receipts.entry(statement)) for _, statement in found}
    log_ref = LeafLog(house.repository)
    tip, leaves = log_ref.append([entries[id(one)] for _, one in wanted], message="Statements registered")
    log_memory.grew(house, tip, leaves)
    places = {leaf: index for index, leaf in enumerate(leaves)}
    now = int(time.time())
    fresh: dict[str, dict[bytes, list[bytes]]] = {}
    told: list[Registered] = []
    for commit, statement in found:
        index = places.get(entries[id(statement)], -1)
        new = any(statement is one for _, one in wanted)
        if new:
            receipt = receipts.issue(name, leaves, index, key, now)
            fresh.setdefault(commit, {}).setdefault(_identity(statement), []).append(receipt)
        told.append(Registered(commit, _identity(statement).hex(), name, index, len(leaves), new))
    for commit, added in fresh.items():
        _put(house, commit, added)
    return told


def export(
    folder: str, revisions: str | None = None, *, everything: bool = False, directory: str | None = None
) -> list[Exported]:
    """Write each statement of these commits as a log registers it, ``ID.cose`` in `folder`. Raises `StoreError`."""
    asked = plan(revisions, everything=everything, directory=directory)
    written = []
    try:
        os.makedirs(folder, exist_ok=True)
        for commit in asked.commits:
            for statement in statements_of(asked.house, commit):
                identity = _identity(statement).hex()
                path = os.path.join(folder, f"{identity}.cose")
                with open(path, "wb") as file:
                    file.write(receipts.entry(statement))
                written.append(Exported(commit, identity, path))
    except OSError as error:
        raise StoreError(f"{folder}: cannot be written: {error.strerror}", hint="name another folder") from error
    return written


def take_in(path: str, *, directory: str | None = None) -> list[Registered]:
    """A statement that came back from a log with receipts in it: the receipts go to the same statement in the notes.

    Raises `StoreError` where the file cannot be read, `SealError` where it is no statement with receipts, or none of a note here.
    """
    house = open_house(directory)
    statement = parse(read_file(path))
    added = receipts.of(statement)
    if not added:
        raise SealError(f"{path}: no receipt in it")
    commit = statement.anchor.commit if statement.anchor else ""
    ours = next((one for one in statements_of(house, commit) if _identity(one) == _identity(statement)), None)
    if ours is None:
        raise SealError(f"{path}: no note here holds this statement", hint="git traj fetch, then once more")
    taken = [(raw, receipts.read(raw)) for raw in added]
    there = set(receipts.of(ours))
    _put(house, commit, {_identity(statement): added})
    name = _identity(statement).hex()
    return [Registered(commit, name, one.issuer, one.position, one.size, raw not in there) for raw, one in taken]


def sound(house: House) -> LogSeen:
    """The log of this repository. Raises `SealError` where it did not only grow: whoever signs such a log signs two histories."""
    seen = log_memory.look(house)
    if seen.finding:
        raise SealError(
            f"nothing is signed, {seen.finding.kind} of the log: {seen.finding.detail}",
            hint="get it back: git update-ref refs/gittraj/log COMMIT · begin anew, with a new key: git traj verify --accept-notes",
        )
    return seen


def statements_of(house: House, commit: str) -> Iterator[Statement]:
    """The statements in a commit's note that can be read, whatever they are worth. Raises `StoreError`."""
    note = house.notes.read(commit) if commit else None
    for item in framing.read(note).items if note else ():
        if item.kind == "statement":
            try:
                yield parse(item.raw)
            except SealError:  # `verify` names it
                continue


def _put(house: House, commit: str, added: dict[bytes, list[bytes]]) -> None:
    """Add receipts to statements of the note; what was signed is not touched."""

    def make(note: bytes | None) -> bytes | None:
        items, parts = [], framing.read(note or b"")
        for item in parts.items:
            raw = item.raw
            if item.kind == "statement":
                try:
                    statement = parse(raw)
                    more = added.get(_identity(statement), [])
                    raw = receipts.with_receipts(statement, [*receipts.of(statement), *more]) if more else raw
                except SealError:
                    pass
            items.append(raw)
        damage = b"".join((note or b"")[part.start : part.end] for part in parts.damage)
        return framing.union(framing.write(items), damage) if note is not None else None

    house.notes.change(commit, make, message=f"gittraj: receipts for {commit[:12]}")


def _has(statement: Statement, log: str) -> bool:
    return any(one.issuer == log for one in _readable(statement))


def _readable(statement: Statement) -> list[receipts.Receipt]:
    found = []
    try:
        for raw in receipts.of(statement):
            found.append(receipts.read(raw))
    except SealError:  # `verify` names it
        pass
    return found


def _identity(statement: Statement) -> bytes:
    return heads.identify(statement.raw)[0]


def read_file(path: str) -> bytes:
    """A file with one message in it. Raises `StoreError` where it cannot be read, `SealError` where it is larger than any."""
    try:
        with open(path, "rb") as file:
            data = file.read(FILE_LIMIT + 1)
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror}") from error
    if len(data) > FILE_LIMIT:
        raise SealError(f"{path}: larger than any statement")
    return data
