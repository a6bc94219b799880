"""Random histories made fast: signed records and commits of any shape go into a repository, without worktree, hooks or clock."""

import os
import random
import subprocess
from pathlib import Path
from typing import Any

from gittraj.capture.record import Place, Segment, build
from gittraj.codec import framing
from gittraj.codec.digest import git_blob_id, sha256_hex
from gittraj.codec.uuid7 import uuid7
from gittraj.flows.wiring import open_house, signer
from gittraj.model.anchor import Anchor
from gittraj.model.session import SessionHead
from gittraj.model.states import Redacted
from gittraj.seal.sign import seal
from tests.support import fork_client
from tests.support.quick_scanner import first_on_path
from tests.support.repo_builder import Repo

ROOT = str(Path(__file__).resolve().parents[2])
Files = dict[str, list[str]]
HOME = "/home/dana/ledger"  # where the sessions say that they ran
START = 1_760_000_000


class Session:
    """`left`: what it edited and no commit has yet, by path, with the content before."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.seq = 0
        self.entries = 0
        self.prev = ""
        self.left: Files = {}


class WalkMachine:
    """`files`: by commit. `told`: what was done, in order."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.repo = Repo.init(folder, "-b", "main")
        self.chance = random.Random(seed)
        self.count = 0
        self.clock = START
        self.told: list[str] = []
        self.files: dict[str, Files] = {}
        self.parents: dict[str, tuple[str, ...]] = {}
        self.sessions = [Session(f"session-{seed}-{number}") for number in range(3)]
        words = [*fork_client.command(), "init"]
        path = first_on_path(ROOT, os.environ.get("PYTHONPATH", ""))
        subprocess.run(words, cwd=folder, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": path})
        self.key = signer(open_house(str(folder), os.environ))
        self.notes: list[str] = []  # each state of the notes
        self.head = self._commit((), {f"{name}.txt": self._fresh(6) for name in "abc"})

    def step(self) -> None:
        """One thing happens, and HEAD is where it led to."""
        acts = [self.agent] * 6 + [self.person] * 2 + [self.rename, self.delete, self.amend, self.merge, self.merge]
        acts += [self.switch, self.late, self.late]
        act = self.chance.choice(acts) if len(self.files) > 2 else self.agent
        self.told.append(act.__name__)
        act()
        self.repo.git("update-ref", "HEAD", self.head)

    def agent(self) -> None:
        session = self.chance.choice(self.sessions)
        files = {path: list(lines) for path, lines in self.files[self.head].items()}
        waiting = {path: lines for path, lines in session.left.items() if path in files}
        session.left = {}
        entries: list[dict[str, Any]] = [{"type": "user", "content": "Go on.", "timestamp": self._stamp()}]
        for path, lines in waiting.items():  # what was left is committed with this
            files[path] = lines
        kept = {path: list(lines) for path, lines in files.items()}
        behind = self.chance.choice(sorted(files)) if self.chance.random() < 0.2 else ""
        for number in range(self.chance.randint(1, 3)):
            path = self.chance.choice(sorted(files))
            lines = files[path]
            low = self.chance.randrange(len(lines)) if lines else 0
            high = min(len(lines), low + self.chance.choice((1, 1, 2)))
            new = self._fresh(self.chance.choice((0, 1, 1, 2, 4))) or ([] if len(lines) > 3 else self._fresh(1))
            if lines and self.chance.random() < 0.15:
                new = self._known(lines[low:high])
            before = "".join(lines)
            call = f"toolu_{session.name}_{session.entries}_{number}"
            if lines:
                given = {"old_string": "".join(lines[low:high]), "new_string": "".join(new)}
                name = "Edit"
            else:
                given, name = {"content": "".join(new)}, "Write"
            entries.append({"type": "tool-call", "name": name, "call-id": call, "timestamp": self._stamp(),
                            "input": {"file_path": f"{HOME}/{path}", **given}})  # fmt: skip
            entries.append({"type": "tool-result", "call-id": call, "output": f"{HOME}/{path} has been updated.",
                            "is-error": False, "pre-blob": git_blob_id(before.encode()), "timestamp": self._stamp()})  # fmt: skip
            files[path] = [*lines[:low], *new, *lines[high:]]
        if behind and files[behind] != kept[behind]:
            session.left = {behind: files[behind]}
            files[behind] = kept[behind]
        base = self.head
        self.head = self._commit((base,), files)
        self._record(session, entries, base)

    def person(self) -> None:
        files = dict(self.files[self.head])
        path = self.chance.choice(sorted(files))
        low = self.chance.randint(0, len(files[path]))
        files[path] = [*files[path][:low], *self._fresh(self.chance.choice((0, 1, 2))), *files[path][low + 1 :]]
        self.head = self._commit((self.head,), files)

    def rename(self) -> None:
        files = dict(self.files[self.head])
        path = self.chance.choice(sorted(files))
        self.count += 1
        files[self.chance.choice([f"r{self.count}.txt", *"abc"])] = files.pop(path)
        self.head = self._commit((self.head,), files)

    def delete(self) -> None:
        files = dict(self.files[self.head])
        if len(files) > 2:
            files.pop(self.chance.choice(sorted(files)))
        self.head = self._commit((self.head,), files)

    def amend(self) -> None:
        """The same change under another name, which nobody recorded."""
        parents = self.parents[self.head]
        self.head = self._commit(parents, self.files[self.head])

    def merge(self) -> None:
        other = self.chance.choice([each for each in self.files if each != self.head])
        base = self.repo.git("merge-base", self.head, other, check=False).split("\n")[0]
        old, mine, theirs = self.files.get(base, {}), self.files[self.head], self.files[other]
        files: Files = {}
        for path in {**mine, **theirs}:
            same = mine.get(path) == old.get(path)
            chosen = theirs.get(path) if same or (self.chance.random() < 0.2 and path in theirs) else mine.get(path)
            if chosen is not None:
                files[path] = chosen
        self.head = self._commit((self.head, other), files or mine)

    def switch(self) -> None:
        """Another commit is HEAD: a branch, or one that history was reset to."""
        if self.chance.random() < 0.5:
            for _ in range(self.chance.randint(1, 3)):
                self.head = (*self.parents[self.head], self.head)[0]
        else:
            self.head = self.chance.choice(list(self.files))

    def late(self) -> None:
        """Notes go, or come (back)."""
        if self.notes:
            recent = self.notes[-4:] if self.chance.random() < 0.7 else self.notes
            self.repo.git("update-ref", "refs/notes/traj", self.chance.choice(recent))

    def _commit(self, parents: tuple[str, ...], files: Files) -> str:
        self.clock += 100
        self.count += 1
        stream = [b"feature done\ncommit refs/made/%d\n" % self.count]
        stream.append(b"committer Dana <dana@example.org> %d +0000\ndata 4\nwork\n" % self.clock)
        stream += [b"%b %b\n" % (b"merge" if at else b"from", one.encode()) for at, one in enumerate(parents)]
        stream.append(b"deleteall\n")
        for path, lines in sorted(files.items()):
            data = "".join(lines).encode()
            stream.append(b"M 100644 inline %b\ndata %d\n%b\n" % (path.encode(), len(data), data))
        stream.append(b"done\n")
        self.repo.raw("fast-import", "--quiet", "--force", data=b"".join(stream))
        made = self.repo.git("rev-parse", f"refs/made/{self.count}")
        if self.chance.random() < 0.7:  # else a ref goes on to lead there
            self.repo.git("update-ref", "-d", f"refs/made/{self.count}")
        else:
            self.repo.git("update-ref", f"refs/heads/made-{self.count}", made)
            self.repo.git("update-ref", "-d", f"refs/made/{self.count}")
        self.files[made], self.parents[made] = files, parents
        return made

    def _record(self, session: Session, entries: list[dict[str, Any]], base: str) -> None:
        house = open_house(str(self.repo.path), os.environ)
        commit = house.repository.commit(self.head)
        head = SessionHead("claude-code", session.name, "claude-jsonl", "2.1.40", "claude-opus", cwd=HOME)
        segment = Segment(head, entries, session.seq, session.entries, session.prev)
        draft = build(
            segment, Place(commit, "main", "", house.repository.object_format, base, {}), [],
            record_id=uuid7(START * 1000, b"0123456789"), created="2026-11-21T00:00:00Z",
        )  # fmt: skip
        anchor = Anchor(
            commit.id, commit.tree, commit.parents, session.name, session.seq, len(entries), prev=session.prev,
            object_format=house.repository.object_format,
        )  # fmt: skip
        sealed = seal(Redacted(draft.record), anchor, self.key, START)
        house.notes.append(commit.id, [sealed.statement, framing.body(sealed.body)], message="trace")
        session.prev = sha256_hex(sealed.body)
        session.seq, session.entries = session.seq + 1, session.entries + len(entries)
        self.notes.append(self.repo.git("rev-parse", "refs/notes/traj"))

    def _fresh(self, number: int) -> list[str]:
        self.count += number
        return [f"line {each}\n" for each in range(self.count - number, self.count)]

    def _known(self, lines: list[str]) -> list[str]:
        """Lines that stood somewhere before, to be put back."""
        path = self.chance.choice(list(self.files))
        old = self.files[path].get(self.chance.choice(sorted(self.files[path]) or [""]), [])
        at = self.chance.randint(0, len(old))
        return [line for line in old[at : at + len(lines)] if line not in lines] or self._fresh(1)

    def _stamp(self) -> str:
        self.clock += 1
        return f"2026-11-21T{self.clock // 3600 % 24:02d}:{self.clock // 60 % 60:02d}:{self.clock % 60:02d}.000Z"
