"""`git traj import`: another tool's history in a repository goes in; signed statements in the notes and a report come out."""

import time
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from gittraj.capture.moments import seconds
from gittraj.capture.record import Segment
from gittraj.codec import framing
from gittraj.codec.digest import sha256_hex
from gittraj.errors import SealError, StoreError
from gittraj.flows import chain, import_entire
from gittraj.flows.base import base_commit
from gittraj.flows.import_claims import import_claims
from gittraj.flows.import_entire import Session, Source, Stretch
from gittraj.flows.import_write import Batch
from gittraj.flows.keep import finish, import_signing, start
from gittraj.flows.tape import Tape, fresh
from gittraj.flows.wiring import House, open_house, signer
from gittraj.model.commit import Commit
from gittraj.model.entry import Entry
from gittraj.model.ports import Signer
from gittraj.model.report import Imported, ImportReport
from gittraj.model.session import SessionHead

Progress = Callable[[int, int], None]


class Written(NamedTuple):
    """A record of a session that is in the notes: where its stretch ends, and what the next record says of it."""

    commit: str
    stop: int
    seq: int
    digest: str


def import_history(
    tool: str,
    revisions: str | None = None,
    *,
    dry_run: bool = False,
    redact: bool = True,
    progress: Progress = lambda done, total: None,
    directory: str | None = None,
) -> ImportReport:
    """What `tool` left, as statements: see `import_entire_history` and `import_claims.import_claims`."""
    if tool == "entire":
        return import_entire_history(revisions, dry_run=dry_run, redact=redact, progress=progress, directory=directory)
    commits = None if revisions is None else set(_chosen(open_house(directory), revisions))
    return import_claims(tool, commits, dry_run=dry_run, progress=progress, directory=directory)


def import_entire_history(
    revisions: str | None = None,
    *,
    dry_run: bool = False,
    redact: bool = True,
    progress: Progress = lambda done, total: None,
    directory: str | None = None,
) -> ImportReport:
    """Records of the Entire CLI's checkpoints on the commits (of `revisions`; None: all) that name them.

    `progress` hears how many of how many pairs of commit and session are done. Raises `StoreError` where there are no checkpoints
    or a note cannot be written, `KeyringError` where no key can sign, `RedactError`.
    """
    house = open_house(directory)
    source = Source(house)
    wanted = None if revisions is None else set(_chosen(house, revisions))
    key = None if dry_run else signer(house)
    if not dry_run:
        chain.catch_up(house)
        import_signing()
    report = _Report(
        progress, len(source.named) if wanted is None else sum(1 for one in source.named if one.commit.id in wanted)
    )
    with Batch(house, "imported from entire") as batch:
        for session in source.sessions():
            _Importing(house, source, batch, key, wanted, report, scan=redact).session(session)
    skipped = [one for one in source.problems if wanted is None or not _other_commit(source, one[0], wanted)]
    return ImportReport(
        source="entire",
        place=source.ref,
        imported=tuple(report.imported),
        already=report.already,
        skipped=tuple(dict.fromkeys(skipped)),
        dry_run=dry_run,
    )


def _chosen(house: House, revisions: str) -> list[str]:
    repository = house.repository
    if ".." in revisions or revisions.startswith(("^", "-")) or " " in revisions:
        return repository.revisions(revisions)
    return [repository.resolve(revisions)]


def _other_commit(source: Source, name: str, wanted: set[str]) -> bool:
    """Whether a problem is one of commits that were not asked for."""
    if len(name) == 12 and any(commit.startswith(name) for commit in wanted):
        return False
    checkpoint = name.partition("/")[0]
    return not any(one.commit.id in wanted and checkpoint in one.checkpoints for one in source.named)


class _Report:
    def __init__(self, progress: Progress, total: int) -> None:
        self.imported: list[Imported] = []
        self.already = 0
        self._progress = progress
        self._total = total
        self._seen: set[str] = set()

    def at(self, commit: str) -> None:
        self._seen.add(commit)
        self._progress(len(self._seen), self._total)


class _Importing:
    """One session on its way into the notes."""

    def __init__(
        self, house: House, source: Source, batch: Batch, key: Signer | None, wanted: set[str] | None, report: _Report,
        *, scan: bool,
    ) -> None:  # fmt: skip
        self._house = house
        self._source = source
        self._batch = batch
        self._key = key
        self._wanted = wanted
        self._report = report
        self._scan = scan
        self._written: list[Written] = []

    def session(self, session: Session) -> None:
        """All stretches of the session that are not in the notes yet."""
        for stretch in session.stretches:
            if stretch.first >= stretch.stop:
                continue
            known = existing(self._house, stretch.commit.id, session.tape.head.session_id)
            if known is not None:
                self._written.append(Written(stretch.commit.id, stretch.stop, *known))
                self._report.already += 1
            elif self._wanted is None or stretch.commit.id in self._wanted:
                self._stretch(session.tape, stretch)
            else:
                continue
            self._report.at(stretch.commit.id)

    def _stretch(self, tape: Tape, stretch: Stretch) -> None:
        commit, before = stretch.commit, self._before(stretch)
        entries = tape.entries[stretch.first : stretch.stop]
        label = Imported(
            commit=commit.id,
            kind="record",
            agent=tape.agent.NAME,
            session=tape.head.session_id,
            evidence="trailer",
            origin=", ".join(dict.fromkeys(one.kept.checkpoint for one in stretch.held)),
            seq=before.seq + 1 if before else 0,
            entries=len(entries),
        )
        if self._key is None:
            self._written.append(Written(commit.id, stretch.stop, label.seq, sha256_hex(b"")))
            self._report.imported.append(label)
            return
        piece = tape.piece(stretch.first, stretch.stop)
        segment = Segment(
            head=_head_of(tape.head, entries, stretch),
            entries=fresh(entries),
            index=label.seq,
            first=stretch.first,
            prev=before.digest if before else "",
            bytes_start=piece.start,
            bytes_end=piece.end,
            sha256=piece.sha256,
            unknown=sum(1 for entry in entries if entry.get("event-type") == "unknown"),
        )
        house = self._house
        on = _base(house, commit, segment, before.commit if before else "")
        about = import_entire.about(stretch, self._source.ref)
        begun = start(house, tape.agent, segment, commit, base_commit=on, scan=self._scan, imported=about)
        redacted, anchor = finish(house, begun, house.repository.patch_id(commit.id))
        from gittraj.seal.sign import seal

        sealed = seal(redacted, anchor, self._key, int(time.time()))
        digest = sha256_hex(sealed.body)
        self._batch.add(commit.id, sealed.statement, framing.body(sealed.body))
        self._written.append(Written(commit.id, stretch.stop, label.seq, digest))
        hits = redacted.record["gittraj"].get("redaction", {}).get("hits", ())
        self._report.imported.append(msgspec.structs.replace(label, body_bytes=len(sealed.body), redactions=len(hits)))

    def _before(self, stretch: Stretch) -> Written | None:
        """The record that the new one follows: it ends where this one begins, if possible on an ancestor."""
        ending = [one for one in self._written if one.stop == stretch.first]
        for one in ending:
            if self._source.is_ancestor(one.commit, stretch.commit):
                return one
        return ending[0] if ending else None


def existing(house: House, commit: str, session: str) -> tuple[int, str] | None:
    """(seq, digest) of the record of `session` that the note of `commit` holds, None where it holds none."""
    from gittraj.seal.statement import parse

    note = house.notes.read(commit)
    for item in framing.read(note).items if note is not None else ():
        if item.kind != "statement":
            continue
        try:
            statement = parse(item.raw)
        except SealError:
            continue
        anchor = statement.anchor
        if anchor is not None and anchor.kind == "record" and anchor.session_id == session:
            return anchor.seq, statement.digest
    return None


def _head_of(head: SessionHead, entries: list[Entry], stretch: Stretch) -> SessionHead:
    """The head for a stretch: the models that it names, and an id where the transcript itself tells none."""
    models = tuple(dict.fromkeys(str(one["model-id"]) for one in entries if one.get("model-id")))
    session = head.session_id or stretch.held[-1].told.session
    return msgspec.structs.replace(
        head, session_id=session, model=models[-1] if models else head.model, models=models or head.models[-1:]
    )


def _base(house: House, commit: Commit, segment: Segment, previous: str) -> str:
    """The commit that the stretch began on; the parent where that was made after the stretch ended, as rebasing and squashing do."""
    last = next((at for entry in reversed(segment.entries) if (at := seconds(entry)) is not None), None)
    if commit.parents and last is not None:
        try:
            if house.repository.commit(commit.parents[0]).committer_time > last + 1:
                return commit.parents[0]
        except StoreError:  # a shallow clone ends here
            return commit.parents[0]
    return base_commit(house.repository, commit, segment.head, segment.entries, previous)
