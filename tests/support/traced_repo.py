"""A repository whose commits and signed records are written in process: contents and edits go in, commits with traces come out, in milliseconds."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from gittraj.capture.record import Place, Segment, build
from gittraj.codec import framing
from gittraj.codec.digest import git_blob_id, sha256_hex
from gittraj.codec.uuid7 import uuid7
from gittraj.flows.changes import Changes
from gittraj.flows.wiring import open_house, signer
from gittraj.model.anchor import Anchor
from gittraj.model.commit import Commit
from gittraj.model.session import SessionHead
from gittraj.model.states import Redacted
from gittraj.seal.sign import seal

HOME = "/home/dana/ledger"  # where the sessions say that they ran
START = 1_700_000_000


class Edited(NamedTuple):
    """One call of an edit tool: `before`: the whole file, of which `old` became `new`."""

    path: str
    before: str
    old: str
    new: str


class _Session:
    """How far a session's chain of records has come."""

    def __init__(self) -> None:
        self.seq = 0
        self.entries = 0
        self.prev = ""


class TracedRepo:
    """`path`: the worktree, in which nothing is checked out until git does."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True)
        self.git("init", "-q", "--template=")
        self.house = open_house(str(path))
        self._signer = signer(self.house)
        self._sessions: dict[str, _Session] = {}
        self._waiting: list[tuple[str, str, Segment]] = []
        self._clock = START

    def git(self, *words: str, check: bool = True, **env: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=self.path, env={**os.environ, **env}, capture_output=True, text=True, check=False
        )
        assert not check or done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout.strip()

    def commit(self, parents: Sequence[str], files: Mapping[str, bytes], message: str = "work") -> str:
        """A commit of just these files, by plumbing; time goes on."""
        write = self.house.repository.write
        self._clock += 100
        rows = [(name, write("blob", content)) for name, content in sorted(files.items())]
        tree = write("tree", b"".join(b"100644 %b\0%b" % (name.encode(), bytes.fromhex(oid)) for name, oid in rows))
        who = f"Dana <dana@example.org> {self._clock} +0000"
        lines = [
            f"tree {tree}",
            *(f"parent {each}" for each in parents),
            f"author {who}",
            f"committer {who}",
            "",
            message,
        ]
        return write("commit", ("\n".join(lines) + "\n").encode())

    def edits(self, session: str, edits: Sequence[Edited]) -> tuple[list[dict[str, Any]], list[int]]:
        """The entries of a turn with these calls, which come before the next commit; and the position of each outcome in the session."""
        found = self._sessions.setdefault(session, _Session())
        at = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(self._clock + 10))
        entries: list[dict[str, Any]] = [{"type": "user", "content": "Go on.", "timestamp": at}]
        places = []
        for each in edits:
            call = f"toolu_{session}_{found.entries + len(entries)}"
            given = {"file_path": f"{HOME}/{each.path}", "old_string": each.old, "new_string": each.new}
            entries.append({"type": "tool-call", "name": "Edit", "input": given, "call-id": call, "timestamp": at})
            places.append(found.entries + len(entries))
            told = f"The file {HOME}/{each.path} has been updated."
            blob = git_blob_id(each.before.encode())
            entries.append(
                {
                    "type": "tool-result",
                    "call-id": call,
                    "output": told,
                    "is-error": False,
                    "pre-blob": blob,
                    "timestamp": at,
                }
            )
        return entries, places

    def trace(self, commit: str, session: str, entries: list[dict[str, Any]]) -> None:
        """These entries are the session's segment for `commit`; sealed by `seal`, in the order they were told."""
        found = self._sessions[session]
        head = SessionHead("claude-code", session, "claude-jsonl", "2.1.40", "claude-opus", cwd=HOME)
        self._waiting.append((commit, session, Segment(head, entries, found.seq, found.entries, "")))
        found.seq += 1
        found.entries += len(entries)

    def copy_notes(self, olds: Sequence[str], new: str) -> None:
        """As git does while it rewrites: what the notes of these commits hold, in the note of the new one."""
        items = [item.raw for old in olds for item in framing.read(self.house.notes.read(old) or b"").items]
        if items:
            self.house.notes.append(new, items, message="copied")

    def seal(self) -> None:
        """Every record that waits is signed and noted; git is asked once for what it must be asked."""
        waiting, self._waiting = self._waiting, []
        repository = self.house.repository
        commits = {commit: repository.commit(commit) for commit, _, _ in waiting}
        patches = repository.patch_ids(list(commits.values())) if commits else {}
        changes = Changes(repository)
        notes: dict[str, list[bytes]] = {}
        for commit, session, segment in waiting:
            notes.setdefault(commit, []).extend(self._sealed(commits[commit], session, segment, patches, changes))
        if notes:
            self.house.notes.append_all(notes, message="traces")

    def _sealed(
        self, commit: Commit, session: str, segment: Segment, patches: Mapping[str, str], changes: Changes
    ) -> list[bytes]:
        found = self._sessions[session]
        segment = Segment(segment.head, segment.entries, segment.index, segment.first, found.prev)
        kind = self.house.repository.object_format
        place = Place(commit, "main", "", kind, (*commit.parents, "")[0], {})
        number = uuid7(START * 1000 + segment.first, b"0123456789")
        draft = build(segment, place, [], record_id=number, created="2026-11-21T00:00:00Z")
        anchor = Anchor(
            commit.id,
            commit.tree,
            commit.parents,
            session,
            segment.index,
            len(segment.entries),
            patch_id=patches[commit.id],
            change=changes.digest(commit),
            prev=found.prev,
            object_format=kind,
        )
        sealed = seal(Redacted(draft.record), anchor, self._signer, START)
        found.prev = sha256_hex(sealed.body)
        return [sealed.statement, framing.body(sealed.body)]
