"""Carry statements: which commits a new one was made of goes in, a signed word of whoever rewrote them goes into its note.

A claim for people and indexes. The verifier compares content and never needs it; records themselves are not touched.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from gittraj.codec import framing
from gittraj.errors import CaptureError, SealError
from gittraj.flows.wiring import House, open_house, signer
from gittraj.model.anchor import Anchor
from gittraj.model.carried import Carried
from gittraj.model.commit import Commit
from gittraj.model.states import Statement
from gittraj.seal.headers import CARRY, RECORD
from gittraj.seal.statement import parse

VERSION = 1
SOURCES = 1000  # originals that one statement names; its payload stays under what ssh-agent signs


class Told(NamedTuple):
    """A carry statement that was written: `commit` was made of `sources` by `by`; `carried`: what its content says, where it was asked."""

    commit: str
    sources: tuple[str, ...]
    by: str
    carried: Carried | None = None


def carry_rewritten(house: House, made: Mapping[str, Sequence[str]], by: str) -> list[Told]:
    """One statement for each new commit of `made` (new → old commits) whose old commits have records; one notes commit for all.

    Raises `KeyringError` where no key can sign now, `StoreError`.
    """
    found = {new: _signed_for(house, olds) for new, olds in made.items()}
    wanted = {new: anchors for new, anchors in found.items() if anchors and not _is_told(house, new, anchors)}
    commits = [house.repository.commit(new) for new in wanted if house.repository.has_commit(new)]
    return _write(house, [(commit, wanted[commit.id]) for commit in commits], by) if commits else []


def take_over(house: House, between: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Put the notes of originals that git copies no notes of beside the records of the new commits (new → originals); what was copied.

    A new commit without a record has its trace by content, and so has one whose originals have no note either: what that is of is copied
    then. An original that still stands in the history of the new commit keeps its note for itself. Raises `StoreError`.
    """
    found: dict[str, list[str]] = {}
    items: dict[str, list[bytes]] = {}
    for new, commits in between.items():
        signed_for = {one.anchor.commit for one in _statements(house, new) if one.kind == RECORD and one.anchor}
        if new not in signed_for:
            continue
        notes = _notes(house, new, commits)
        if not notes and signed_for == {new}:
            notes = _notes(house, new, _by_content(house, new))
        if notes:
            found[new] = list(notes)
            items[new] = [item.raw for note in notes.values() for item in framing.read(note).items]
    if items:
        house.notes.append_all(items, message="gittraj: notes of what these commits were made of")
    return found


def _notes(house: House, new: str, commits: Iterable[str]) -> dict[str, bytes]:
    """The notes of those of `commits` that are not in the history of `new`."""
    there = (one for one in commits if not house.repository.is_ancestor(one, new))
    return {one: note for one in there if (note := house.notes.read(one)) is not None}


def _by_content(house: House, commit: str) -> Sequence[str]:
    """What `commit` is made of, as it would be found without a note."""
    from gittraj.flows.judge import Judge

    found = Judge(house).tracer.found(house.repository.commit(commit))
    return found.carried.sources if found and found.carried else ()


def carry(*, sources: str | None = None, to: str = "HEAD", directory: str | None = None) -> Told:
    """Say of the commit `to` what it was made of: the commits of the range `sources` that have records, or (None) those its content is of.

    Raises `CaptureError` where nothing of them is in it, `KeyringError`, `StoreError`.
    """
    from gittraj.flows.judge import Judge  # what judges is half of all there is to load, and the hook needs none of it

    house = open_house(directory)
    repository = house.repository
    commit = repository.commit(repository.resolve(to))
    tracer = Judge(house).tracer
    if sources is None:
        read = tracer.read(commit)
        carried = read.carried if read else None
        names: Iterable[str] = carried.sources if carried else ()
        anchors = [one.statement.anchor for one in read.statements if one.statement.kind == RECORD] if read else []
        chosen = {one.commit: one for one in anchors if one and one.commit in names}
    else:
        chosen = _signed_for(house, [one for one in repository.revisions(sources)[::-1] if one != commit.id])
        carried = tracer.match(commit, tracer.signed_for(commit, list(chosen)), claimed=False) if chosen else None
        chosen = {name: one for name, one in chosen.items() if carried and name in carried.sources}
    if not chosen or carried is None:
        raise CaptureError(
            f"{commit.id[:8]} has nothing of a commit with a record" + (f" in {sources}" if sources else ""),
            hint="git traj carry --from BASE..BRANCH --to COMMIT, with the notes fetched: git traj fetch",
        )
    if not _is_told(house, commit.id, chosen):
        _write(house, [(commit, chosen)], "carry")
    return Told(commit.id, tuple(chosen), "carry", carried)


def _signed_for(house: House, commits: Iterable[str]) -> dict[str, Anchor]:
    """The anchors of the records in the notes of these commits, by the commit they were signed for."""
    found: dict[str, Anchor] = {}
    for commit in commits:
        for statement in _statements(house, commit):
            if statement.kind == RECORD and statement.anchor is not None:
                found.setdefault(statement.anchor.commit, statement.anchor)
    return found


def _is_told(house: House, commit: str, anchors: Mapping[str, Anchor]) -> bool:
    """Whether a carry statement in the note of `commit` names these originals already, or they are the commit itself."""
    if set(anchors) == {commit}:
        return True
    for statement in _statements(house, commit):
        mine = statement.kind == CARRY and statement.anchor is not None and statement.anchor.commit == commit
        if mine and set(anchors) - {commit} <= set(named(statement)):
            return True
    return False


def named(statement: Statement) -> list[str]:
    """The originals that a carry statement names, nothing checked; none where its payload is not one of ours."""
    from gittraj.codec import cbor
    from gittraj.errors import CodecError

    try:
        return [each["commit"].hex() for each in cbor.decode(statement.payload)["from"]]
    except (CodecError, KeyError, TypeError, AttributeError):
        return []


def _statements(house: House, commit: str) -> list[Statement]:
    note = house.notes.read(commit)
    found = []
    for item in framing.read(note).items if note else ():
        if item.kind == "statement":
            try:
                found.append(parse(item.raw))
            except SealError:  # told where the note is verified
                continue
    return found


def _write(house: House, new: Sequence[tuple[Commit, Mapping[str, Anchor]]], by: str) -> list[Told]:
    from gittraj.seal.sign import attach

    key = signer(house)
    now = int(time.time())
    patches = house.repository.patch_ids([commit for commit, _ in new])
    items: dict[str, list[bytes]] = {}
    told = []
    for commit, anchors in new:
        olds = [one for one in anchors.values() if one.commit != commit.id][:SOURCES]
        anchor = Anchor(
            commit=commit.id,
            tree=commit.tree,
            parents=commit.parents,
            session_id="",
            seq=0,
            entries=0,
            kind=CARRY,
            patch_id=patches[commit.id],
            object_format=house.repository.object_format,
        )
        items[commit.id] = [attach(CARRY, claim(olds, by), anchor, key, now)]
        told.append(Told(commit.id, tuple(one.commit for one in olds), by))
    count = f"{len(told)} rewritten commit{'' if len(told) == 1 else 's'}"
    house.notes.append_all(items, message=f"gittraj: {by} carried {count}")
    return told


def claim(olds: Sequence[Anchor], by: str) -> dict[str, Any]:
    """The payload: what the new commit was made of, as the old anchors say it."""
    return {"version": VERSION, "by": by, "from": [_old(one) for one in olds]}


def _old(anchor: Anchor) -> dict[str, Any]:
    told = msgspec.to_builtins(anchor)
    found: dict[str, Any] = {"commit": bytes.fromhex(anchor.commit), "tree": bytes.fromhex(anchor.tree)}
    found.update({key.replace("_", "-"): bytes.fromhex(told[key]) for key in ("patch_id", "change") if told[key]})
    return found
