"""One segment becomes a statement in a note: segment and commit go in; redacted, sealed and kept, an `Attached` comes out.

The scanner runs as its own process while this one reads the repository and imports what signing needs.
"""

import os
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from gittraj.agents.interface import Agent
from gittraj.capture import moments, outputs
from gittraj.capture.record import Place, Segment, build
from gittraj.codec import cbor
from gittraj.codec.digest import sha256_hex
from gittraj.codec.uuid7 import uuid7
from gittraj.errors import KeyringError
from gittraj.flows import base, bodies, pending
from gittraj.flows.attribution import attributed
from gittraj.flows.changes import Changes
from gittraj.flows.wiring import House, signer, worktrees_of
from gittraj.model.anchor import Anchor
from gittraj.model.commit import Commit
from gittraj.model.report import Attached
from gittraj.model.states import Draft, Redacted
from gittraj.redact.policy import Policy
from gittraj.redact.redact import Begun as Scan
from gittraj.redact.redact import begin, redact
from gittraj.store import lookup
from gittraj.store.notes import BODIES
from gittraj.store.state import State


class Kept(NamedTuple):
    """What was kept, and the record's digest (hex) for the next segment's `prev`."""

    attached: Attached
    digest: str


class Begun(NamedTuple):
    """A record that is being scanned for secrets: what `finish` needs to redact it and to bind it to its commit."""

    agent: Agent
    segment: Segment
    commit: Commit
    draft: Draft
    scan: Scan | None
    policy: Policy
    issued_at: int


def keep(
    house: House, agent: Agent, segment: Segment, commit: Commit, *, previous_commit: str, scan: bool = True
) -> Kept:
    """Build, redact, seal and write the record of `segment` for `commit`; where no key can sign now, it waits under `pending`.

    Raises `RedactError` where the scanner is missing or fails (nothing is kept then), `StoreError` where the note cannot be written.
    """
    on = base.base_commit(house.repository, commit, segment.head, segment.entries, previous_commit)
    begun = prepare(house, agent, segment, commit, base_commit=on, scan=scan)
    # before the scanner gets its text: what comes into the record later is scanned in a second run, which takes as long as the first
    wrote = attributed(house, agent, segment, commit, on, begun.draft.record["gittraj"]["base"]["files"])
    if wrote:
        begun.draft.record["file-attribution"] = wrote
    begun = begun._replace(scan=begin(begun.draft, begun.policy, house.scanner))
    # all this while the scanner runs in its own process
    patch_id = house.repository.patch_id(commit.id)
    import_signing()
    redacted, anchor = finish(house, begun, patch_id)
    return seal_and_write(house, agent.NAME, redacted, anchor, commit, begun.issued_at, segment.unknown)


def prepare(
    house: House,
    agent: Agent,
    segment: Segment,
    commit: Commit,
    *,
    base_commit: str,
    scan: bool = True,
    imported: Mapping[str, Any] | None = None,
) -> Begun:
    """Build the record; nothing looks for secrets in it yet. Raises `StoreError`."""
    repository, settings = house.repository, house.settings
    head = segment.head
    worktrees = worktrees_of(house, head.cwd)
    files = base.settle_states(agent, repository, segment.entries, base_commit, commit, head.cwd, worktrees)
    cuts = outputs.limit(segment.entries, settings.max_output)
    now = time.time()
    branch = "" if imported else repository.branch()  # what is checked out now says nothing of what was then
    place = Place(commit, branch, repository.remote_url(), repository.object_format, base_commit, files)
    record_id = uuid7(int(now * 1000), os.urandom(10))
    draft = build(segment, place, cuts, record_id=record_id, created=moments.rfc3339(now))
    if imported:
        draft.record["gittraj"]["imported"] = dict(imported)
    policy = Policy(
        reasoning=settings.reasoning,
        enabled=scan,
        home=os.path.expanduser("~"),
        users=_users(house),
        salt=State(repository.common_dir).salt(),
    )
    return Begun(agent, segment, commit, draft, None, policy, int(now))


def finish(house: House, begun: Begun, patch_id: str) -> tuple[Redacted, Anchor]:
    """Wait for the scanner; the redacted record and what it is bound to. Raises `RedactError`, `StoreError`."""
    repository, segment, commit = house.repository, begun.segment, begun.commit
    redacted = redact(
        begun.draft,
        scan=begun.scan,
        policy=begun.policy,
        edit_content=begun.agent.edit_content,
        is_public=lambda value: lookup.holds(repository, commit.id, value),
        scanner=house.scanner,
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
        change=Changes(repository).digest(commit),
        prev=segment.prev,
        object_format=repository.object_format,
        repository=redacted.record["vcs"].get("repository", ""),
    )
    return redacted, anchor


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
        sealed = seal(redacted, anchor, signer(house), issued_at, location=BODIES if bodies.detached(house) else "")
        body = sealed.body
        bodies.write(house, commit.id, sealed, message=f"gittraj: trace of {commit.id[:12]}")
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
