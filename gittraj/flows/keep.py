"""One segment becomes a statement in a note: segment and commit go in; redacted, sealed and kept, an `Attached` comes out.

The scanner runs as its own process while this one reads the repository and imports what signing needs.
"""

import os
import time
from typing import NamedTuple

from gittraj.agents.interface import Agent
from gittraj.capture import moments, outputs
from gittraj.capture.record import Place, Segment, build
from gittraj.codec import cbor, framing
from gittraj.codec.digest import sha256_hex
from gittraj.codec.uuid7 import uuid7
from gittraj.errors import KeyringError
from gittraj.flows import base, pending
from gittraj.flows.wiring import House, signer, worktrees_of
from gittraj.model.anchor import Anchor
from gittraj.model.commit import Commit
from gittraj.model.report import Attached
from gittraj.model.states import Redacted
from gittraj.redact.policy import Policy
from gittraj.redact.redact import begin, redact
from gittraj.store import lookup
from gittraj.store.state import State


class Kept(NamedTuple):
    """What was kept, and the record's digest (hex) for the next segment's `prev`."""

    attached: Attached
    digest: str


def keep(
    house: House, agent: Agent, segment: Segment, commit: Commit, *, previous_commit: str, scan: bool = True
) -> Kept:
    """Build, redact, seal and write the record of `segment` for `commit`; where no key can sign now, it waits under `pending`.

    Raises `RedactError` where the scanner is missing or fails (nothing is kept then), `StoreError` where the note cannot be written.
    """
    repository, settings = house.repository, house.settings
    head = segment.head
    worktrees = worktrees_of(house, head.cwd)
    begun = base.base_commit(repository, commit, head, segment.entries, previous_commit)
    files = base.settle_states(agent, repository, segment.entries, begun, commit, head.cwd, worktrees)
    cuts = outputs.limit(segment.entries, settings.max_output)
    now = time.time()
    place = Place(commit, repository.branch(), repository.remote_url(), repository.object_format, begun, files)
    record_id = uuid7(int(now * 1000), os.urandom(10))
    draft = build(segment, place, cuts, record_id=record_id, created=moments.rfc3339(now))
    policy = Policy(
        reasoning=settings.reasoning,
        enabled=scan,
        home=os.path.expanduser("~"),
        users=_users(house),
        salt=State(repository.common_dir).salt(),
    )
    running = begin(draft, policy)
    patch_id = repository.patch_id(commit.id)
    import_signing()
    redacted = redact(
        draft,
        scan=running,
        policy=policy,
        edit_content=agent.edit_content,
        is_public=lambda value: lookup.holds(repository, commit.id, value),
    )
    anchor = Anchor(
        commit=commit.id,
        tree=commit.tree,
        parents=commit.parents,
        # as the record has them now: a secret or a name in an id or a URL must not come back through the header
        session_id=redacted.record["session"]["session-id"],
        seq=segment.index,
        entries=len(segment.entries),
        patch_id=patch_id,
        prev=segment.prev,
        object_format=repository.object_format,
        repository=redacted.record["vcs"].get("repository", ""),
    )
    return seal_and_write(house, agent.NAME, redacted, anchor, commit, int(now), segment.unknown)


def import_signing() -> None:
    """Load what signing needs (50 ms) while the scanner runs in its own process."""
    import gittraj.seal.sign  # noqa: F401


def seal_and_write(
    house: House,
    agent: str,
    redacted: Redacted,
    anchor: Anchor,
    commit: Commit,
    issued_at: int,
    unknown: int = 0,
    *,
    wait: bool = True,
) -> Kept:
    """Sign the record and add statement and body to the commit's note; or (`wait`) leave it waiting, with the reason."""
    from gittraj.seal.sign import seal

    waiting = remedy = ""
    try:
        sealed = seal(redacted, anchor, signer(house), issued_at)
        body = sealed.body
        house.notes.append(
            commit.id, [sealed.statement, framing.body(sealed.body)], message=f"gittraj: trace of {commit.id[:12]}"
        )
    except KeyringError as error:
        if not wait:
            raise
        waiting, remedy = error.message, error.hint or "git traj finish"
        body = cbor.encode(redacted.record)
        pending.add(house.repository.common_dir, anchor, body)
    redaction = redacted.record["gittraj"].get("redaction", {})
    return Kept(
        Attached(
            commit=commit.id,
            agent=agent,
            session=anchor.session_id,
            seq=anchor.seq,
            entries=anchor.entries,
            body_bytes=len(body),
            redactions=len(redaction.get("hits", ())),
            public=len(redaction.get("public", ())),
            unknown=unknown,
            waiting=waiting,
            remedy=remedy,
        ),
        sha256_hex(body),
    )


def _users(house: House) -> tuple[str, ...]:
    names = {house.env.get(name, "") for name in ("USER", "LOGNAME", "USERNAME")}
    return tuple(sorted(names - {""}))
