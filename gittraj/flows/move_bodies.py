"""`git traj bodies`: a repository goes in; bodies move between the notes and their own ref, no signature is touched, and where they are comes out."""

import time

from gittraj.codec import framing
from gittraj.errors import SealError
from gittraj.flows import heads
from gittraj.flows.bodies import store_of
from gittraj.flows.bodies_book import Kept, records
from gittraj.flows.chain import note_tip
from gittraj.flows.wiring import House, open_house, signer
from gittraj.model.bodies import BodiesReport
from gittraj.seal import withheld
from gittraj.store import history_clean, last_head
from gittraj.store.notes import REF

BATCH = 32 << 20  # bytes of bodies that one notes commit takes over, so that memory stays small


def where(*, directory: str | None = None) -> BodiesReport:
    """How many bodies lie where. Raises `StoreError`."""
    return _count(open_house(directory))


def detach(*, directory: str | None = None, anew: bool = False) -> BodiesReport:
    """Move every body to its own ref. A signed word about each says so, where the record's own signature does not.

    Where no remote is known to have the notes, or with `anew`, they are written anew, so that no body stays in their history.
    Raises `StoreError`; `KeyringError` where no key can sign now.
    """
    house = open_house(directory)
    apart = store_of(house)
    moving = [kept for kept in records(house, apart) if kept.attached]
    if not moving:
        return _count(house)
    claims = {kept.statement.digest: claim(house, kept, withheld.DETACHED) for kept in moving if not kept.apart}
    batch: dict[str, list[bytes]] = {}
    size = 0
    for kept in moving:
        assert kept.attached is not None
        batch.setdefault(kept.key, []).append(kept.attached.raw)
        size += len(kept.attached.raw)
        for piece in kept.attached.pieces:
            note = house.notes.read(piece[: apart.width])
            batch[piece[: apart.width]] = [item.raw for item in framing.read(note).items] if note is not None else []
            size += len(note or b"")
        if size > BATCH:
            apart.append_all(batch, message="gittraj: bodies detached")
            batch, size = {}, 0
    apart.append_all(batch, message="gittraj: bodies detached")
    gone = {kept.statement.digest for kept in moving} | {p for k in moving if k.attached for p in k.attached.pieces}
    keys = {kept.key for kept in moving} | {
        piece[: apart.width] for kept in moving if kept.attached for piece in kept.attached.pieces
    }
    additions: dict[str, list[bytes]] = {}
    for kept in moving:
        if kept.statement.digest in claims:
            additions.setdefault(kept.key, []).append(claims[kept.statement.digest])
    orphan = anew or not _shown(house)
    house.notes.rewrite(
        lambda key, note: without(note, gone, additions.get(key, [])),
        keys,
        message="gittraj: bodies detached",
        orphan=orphan,
        counted=anew,
    )
    remains = history_clean.forget(house.repository, REF) if orphan else _shown(house)
    note_tip(house)
    if orphan and last_head.read(house.repository.common_dir):
        heads.sign_head(house)  # the last one counts notes whose commit is going away
    return _count(house, len(moving), (REF,) if orphan else (), tuple(_history(one) for one in remains))


def attach(*, directory: str | None = None) -> BodiesReport:
    """Move every detached body that is here back beside its statement. Raises `StoreError`."""
    house = open_house(directory)
    apart = store_of(house)
    moving = [kept for kept in records(house, apart) if kept.detached]
    keys: set[str] = set()
    for kept in moving:
        assert kept.detached is not None
        updates = {kept.key: [kept.detached.raw]}
        places = [kept.key, kept.statement.anchor.commit] if kept.statement.anchor else [kept.key]
        keys.update(places)
        for piece in kept.detached.pieces:
            note = apart.read(piece[: apart.width])
            updates[piece[: apart.width]] = [item.raw for item in framing.read(note).items] if note is not None else []
            keys.add(piece[: apart.width])
        house.notes.append_all(updates, message="gittraj: bodies attached")
    gone = {kept.statement.digest for kept in moving} | {p for k in moving if k.detached for p in k.detached.pieces}
    if moving:
        apart.rewrite(lambda _, note: without(note, gone, []), keys, message="gittraj: bodies attached")
    return _count(house, len(moving))


def claim(house: House, kept: Kept, why: str) -> bytes:
    """The signed word that a body is not beside its statement. Raises `KeyringError`, `SealError`."""
    from gittraj.seal.sign import attach as sign

    anchor = kept.statement.anchor
    if anchor is None:
        raise SealError("a record without an anchor cannot be spoken about")
    said = withheld.claim(kept.statement.digest, why)
    return sign(withheld.KIND, said, withheld.anchor_of(anchor), signer(house), int(time.time()))


def without(note: bytes, gone: set[str], more: list[bytes]) -> bytes | None:
    """The note without the bodies of these digests, and with the items `more`; None where nothing is left."""
    from gittraj.flows.bodies_book import bodies

    parts = framing.read(note)
    drop = {body.raw for digest, body in bodies(parts.items).items() if digest in gone}
    kept = framing.write([*(item.raw for item in parts.items if item.raw not in drop), *more])
    damage = b"".join(note[part.start : part.end] for part in parts.damage)
    return framing.union(kept, damage) or None


def _shown(house: House) -> list[str]:
    """The remotes that are known to have notes of this repository."""
    out = house.repository.git.run(["for-each-ref", "--format=%(refname)", "refs/gittraj/remotes/"])
    names = out.decode("utf-8", "surrogateescape").splitlines()
    return [name[len("refs/gittraj/remotes/") : -len("/traj")] for name in names if name.endswith("/traj")]


def _history(remote: str) -> str:
    return f"{remote}: in the history of its refs/notes/traj"


def _count(
    house: House, moved: int = 0, rewritten: tuple[str, ...] = (), remains: tuple[str, ...] = ()
) -> BodiesReport:
    found = list(records(house, store_of(house)))
    beside, apart = ([one.attached for one in found], [one.detached for one in found if not one.attached])
    return BodiesReport(
        attached=sum(1 for one in beside if one),
        detached=sum(1 for one in apart if one),
        withheld=sum(1 for one in found if not one.attached and not one.detached),
        bytes_attached=sum(one.size for one in beside if one),
        bytes_detached=sum(one.size for one in apart if one),
        moved=moved,
        rewritten=rewritten,
        remains=remains,
    )
