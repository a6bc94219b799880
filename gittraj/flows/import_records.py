"""Stretches of sessions on their way into the notes: a session goes in, redacted and sealed records in a batch come out.

Several records are scanned for secrets in one run of the scanner, so a record waits in a queue until enough have come together.
"""

import time
from collections.abc import Callable

import msgspec

from gittraj.capture.moments import seconds
from gittraj.capture.record import Segment
from gittraj.codec import framing
from gittraj.codec.digest import sha256_hex
from gittraj.errors import SealError, StoreError
from gittraj.flows import import_entire
from gittraj.flows.base import base_commit
from gittraj.flows.import_entire import Session, Source, Stretch
from gittraj.flows.import_write import Batch
from gittraj.flows.keep import Begun, finish, prepare
from gittraj.flows.tape import Tape, fresh
from gittraj.flows.wiring import House
from gittraj.model.commit import Commit
from gittraj.model.entry import Entry
from gittraj.model.ports import Signer
from gittraj.model.report import Imported
from gittraj.model.session import SessionHead
from gittraj.redact.redact import begin_all

Progress = Callable[[int, int], None]
QUEUE_RECORDS = 16  # scanned in one run: then the scanner's start is a fiftieth of a second for each
QUEUE_BYTES = 8 << 20  # of transcripts in one run; as entries they take forty times that in memory


class Report:
    """What was imported so far; `progress` hears of each commit."""

    def __init__(self, progress: Progress, total: int) -> None:
        self.imported: list[Imported] = []
        self.already = 0
        self._progress = progress
        self._total = total
        self._seen: set[str] = set()

    def at(self, commit: str) -> None:
        """One of the sessions of `commit` is done."""
        self._seen.add(commit)
        self._progress(len(self._seen), self._total)


class Written:
    """A record of a session: where its stretch ends, and what the next record says of it (`digest` once it is sealed)."""

    def __init__(self, commit: str, stop: int, seq: int, digest: str = "") -> None:
        self.commit = commit
        self.stop = stop
        self.seq = seq
        self.digest = digest


class Queue:
    """Records that are built and not sealed yet, in the order of their chains."""

    def __init__(self, house: House, batch: Batch, key: Signer, report: Report) -> None:
        self._house = house
        self._batch = batch
        self._key = key
        self._report = report
        self._waiting: list[tuple[Begun, Written, Written | None, Imported]] = []
        self._size = 0

    def add(self, begun: Begun, written: Written, before: Written | None, label: Imported, size: int) -> None:
        """Take a record in; where enough have come together, all of them are sealed. `size`: bytes of its source."""
        self._waiting.append((begun, written, before, label))
        self._size += size
        if len(self._waiting) >= QUEUE_RECORDS or self._size >= QUEUE_BYTES:
            self.flush()

    def flush(self) -> None:
        """Redact, seal and hand on all that waits. Raises `RedactError`, `StoreError`, `KeyringError`."""
        from gittraj.seal.sign import seal

        waiting, self._waiting, self._size = self._waiting, [], 0
        if not waiting:
            return
        scans = begin_all([begun.draft for begun, *_ in waiting], waiting[0][0].policy)
        for (begun, written, before, label), scan in zip(waiting, scans, strict=True):
            commit = begun.commit.id
            if before is not None:  # known only now
                begun.draft.record["gittraj"]["segment"]["prev"] = bytes.fromhex(before.digest)
                begun = begun._replace(segment=msgspec.structs.replace(begun.segment, prev=before.digest))
            patch_id = self._house.repository.patch_id(commit)
            redacted, anchor = finish(self._house, begun._replace(scan=scan), patch_id)
            sealed = seal(redacted, anchor, self._key, int(time.time()))
            written.digest = sha256_hex(sealed.body)
            self._batch.add(commit, sealed.statement, framing.body(sealed.body))
            hits = redacted.record["gittraj"].get("redaction", {}).get("hits", ())
            self._report.imported.append(
                msgspec.structs.replace(label, body_bytes=len(sealed.body), redactions=len(hits))
            )
            self._report.at(commit)


class Importing:
    """One session on its way into the notes. `queue`: None for a dry run."""

    def __init__(
        self, house: House, source: Source, queue: Queue | None, wanted: set[str] | None, report: Report, *, scan: bool
    ) -> None:
        self._house = house
        self._source = source
        self._queue = queue
        self._wanted = wanted
        self._report = report
        self._scan = scan
        self._written: list[Written] = []

    def session(self, session: Session) -> None:
        """All stretches of the session that are not in the notes yet."""
        for stretch in session.stretches:
            if stretch.first >= stretch.stop:
                continue
            known = existing(self._house, stretch.commit.id, _session_id(session.tape, stretch))
            if known is not None:
                self._written.append(Written(stretch.commit.id, stretch.stop, *known))
                self._report.already += 1
                self._report.at(stretch.commit.id)
            elif self._wanted is None or stretch.commit.id in self._wanted:
                self._stretch(session.tape, stretch)

    def _stretch(self, tape: Tape, stretch: Stretch) -> None:
        commit, before = stretch.commit, self._before(stretch)
        entries = tape.entries[stretch.first : stretch.stop]
        label = Imported(
            commit=commit.id,
            kind="record",
            agent=tape.agent.NAME,
            session=_session_id(tape, stretch),
            evidence="trailer",
            origin=", ".join(dict.fromkeys(one.kept.checkpoint for one in stretch.held)),
            seq=before.seq + 1 if before else 0,
            entries=len(entries),
        )
        written = Written(commit.id, stretch.stop, label.seq)
        self._written.append(written)
        if self._queue is None:
            self._report.imported.append(label)
            self._report.at(commit.id)
            return
        piece = tape.piece(stretch.first, stretch.stop)
        segment = Segment(
            head=_head_of(tape, entries, stretch),
            entries=fresh(entries),
            index=label.seq,
            first=stretch.first,
            prev="",
            bytes_start=piece.start,
            bytes_end=piece.end,
            sha256=piece.sha256,
            unknown=sum(1 for entry in entries if entry.get("event-type") == "unknown"),
        )
        on = _base(self._house, commit, segment, before.commit if before else "")
        about = import_entire.about(stretch, self._source.ref)
        begun = prepare(self._house, tape.agent, segment, commit, base_commit=on, scan=self._scan, imported=about)
        self._queue.add(begun, written, before, label, piece.end - piece.start)

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


def _session_id(tape: Tape, stretch: Stretch) -> str:
    """The session's id; as the checkpoint tells it, where the transcript itself tells none."""
    return tape.head.session_id or stretch.held[-1].told.session


def _head_of(tape: Tape, entries: list[Entry], stretch: Stretch) -> SessionHead:
    """The head for a stretch: the models that it names are those of its own entries."""
    models = tuple(dict.fromkeys(str(one["model-id"]) for one in entries if one.get("model-id")))
    head, session = tape.head, _session_id(tape, stretch)
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
