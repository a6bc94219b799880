"""A shared tree in which a person commits by hand between the commits of sessions, with git's own means; bytes are compared, not texts.

A line here is its bytes with their line end, so a CRLF or a final line feed that comes or goes is a change of whoever made it. The
hooks of `git traj init` run for every commit, amend and rebase. What git does to the files for a person is told from the files before
and after (`by_hand`), so the truth needs to know nothing of git.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from gittraj.flows.judge import Judge
from gittraj.flows.wiring import open_house
from gittraj.model.report import ReplayedCommit
from tests.support.shared_tree import OURS, PERSON, SharedTree
from tests.support.workshop import Workshop

Rows = dict[str, dict[bytes, str]]  # path → bytes of a line → who


class Said(NamedTuple):
    """What a commit changed against its first parent: who made the lines it adds, who removed those it removes."""

    added: Rows
    removed: Rows


class BetweenTree(SharedTree):
    """`states`: path → what the file was right after an act of a session; only that may be called reproducible. `losses`: see `audit`."""

    def __init__(
        self, folder: Path, home: Path, first: dict[str, int], crlf: tuple[str, ...], cut: tuple[str, ...]
    ) -> None:
        """`crlf`: files of the first commit with these line ends; `cut`: those without a final line feed."""
        self._crlf, self._cut = crlf, cut
        self.maker: dict[bytes, str] = {}
        self.goner: dict[bytes, str] = {}
        self.mover: dict[bytes, str] = {}
        self.states: dict[str, set[bytes | None]] = {}
        self.said: dict[str, Said] = {}
        self.around: dict[str, str] = {}
        self.losses: list[str] = []
        self.over: set[tuple[str, bytes, str]] = (
            set()
        )  # (path, line, session that wrote over or removed the whole file)
        self.took: set[tuple[bytes, str]] = (
            set()
        )  # (line, who took it away at any time): whether it was put back is in no record
        self.again: set[tuple[bytes, str]] = (
            set()
        )  # (line, session that wrote it again without a record of what it met)
        shop = Workshop(folder, home)
        self.path = f"{shop.bin}{os.pathsep}{os.environ['PATH']}"
        super().__init__(folder, home, first)
        self.git("traj", "init")

    def git(self, *words: str, **env: str) -> str:
        return self.run(*words, **env).stdout

    def run(self, *words: str, check: bool = True, **env: str) -> Any:
        moment = f"{self.clock} +0000"
        dates = {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment, "GIT_EDITOR": "true"}
        around = {**os.environ, "PATH": self.path, **dates, **self.around, **env}
        done = subprocess.run(["git", *words], cwd=self.repo, env=around, capture_output=True, check=False)
        out = subprocess.CompletedProcess(words, done.returncode, done.stdout.decode(), done.stderr.decode())
        assert not check or out.returncode == 0, (words, out.stdout, out.stderr)
        return out

    def data(self, path: str) -> bytes | None:
        target = self.repo / path
        return target.read_bytes() if target.is_file() else None

    def text(self, path: str) -> str | None:
        """As agents see it: with line feeds alone."""
        found = self.data(path)
        return None if found is None else found.decode().replace("\r\n", "\n")

    def put(self, path: str, content: str | None, who: str) -> None:
        """Line ends stay as the file has them."""
        before = self.data(path)
        windows = path in self._crlf and not self.said if before is None else b"\r\n" in before
        after = None if content is None else content.encode()
        if after is not None and windows:
            after = after.replace(b"\n", b"\r\n")
        if before is None and after and path in self._cut and not self.said:
            after = after.rstrip(b"\r\n")
        self.lay(path, after, who)

    def lay(self, path: str, after: bytes | None, who: str) -> None:
        before = self.data(path)
        target = self.repo / path
        if after is None:
            target.unlink(missing_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(after)
        self.note(path, before, after, who)

    def note(self, path: str, before: bytes | None, after: bytes | None, who: str) -> None:
        """The file was changed by `who`."""
        if before == after:
            return
        old, new = set(rows(before)), set(rows(after))
        for row in old - new:
            self.goner[row] = who
            self.took.add((row, who))
        for row in new - old:
            self.goner.pop(row, None)
            self.maker.setdefault(row, who)
        if who != PERSON:
            self.states.setdefault(path, set()).add(after)

    def move(self, path: str, to: str, who: str) -> None:
        content = self.data(path)
        self.lay(path, None, who)
        self.lay(to, content, who)
        for row in rows(content):
            self.mover[row] = self.goner[row] = who

    def cover(self, path: str, who: str, content: str = "") -> None:
        kept = set(rows(content.encode()))
        shown = self.run("show", f"HEAD:{path}", check=False)
        for row in rows(shown.stdout.encode()) if shown.returncode == 0 else ():
            if row not in kept:
                self.over.add((path, row, who))

    def wrote_again(self, content: str, who: str) -> None:
        self.again.update((row, who) for row in rows(content.encode()))

    @contextmanager
    def by_hand(self, known: dict[bytes, str] | None = None) -> Iterator[None]:
        """A person does something with git: whatever it does to files is the person's doing. `known`: who removed lines, told earlier."""
        before = {path: self.data(path) for path in self.paths()}
        yield
        after = {path: self.data(path) for path in self.paths()}
        for path in sorted({*before, *after}):
            self.note(path, before.get(path), after.get(path), PERSON)
        for row, who in (known or {}).items():
            if row in self.goner:
                self.goner[row] = who

    def commit(self, *paths: str, message: str = "") -> str:
        """By a session where `around` says so, else by a person."""
        self.git("add", "-A", *paths)
        return self.staged(message)

    def staged(self, message: str = "", *more: str) -> str:
        """What is staged is committed, and hooks run; the commit's id."""
        self.git("commit", "-q", "--allow-empty", "-m", message or f"Work {self.clock}", *more)
        return self.learn()

    def learn(self) -> str:
        """The truth about HEAD is worked out while it is fresh; its id."""
        commit = self.git("rev-parse", "HEAD").strip()
        self.said[commit] = self._said(commit)
        for path in self.paths():
            self.states.setdefault(path, set()).add(self.data(path))
        return commit

    def saw(self, *commits: str) -> None:
        """These were made of others by git itself: what they hold is as good as what sessions left."""
        for commit in commits:
            for path in self._tracked(commit):
                self.states.setdefault(path, set()).add(self._blob(commit, path))

    def capture(self, **env: str) -> None:
        """The hooks have done it."""

    def _said(self, commit: str) -> Said:
        said = Said({}, {})
        if not self.said:
            return said
        diff = self.raw("diff-tree", "-p", "-U0", "-r", "--no-renames", "--no-commit-id", f"{commit}^", commit)
        path, inside = "", False
        lines = diff.split(b"\n")
        for at, line in enumerate(lines):
            if line.startswith(b"diff --git "):
                path, inside = line.decode().rpartition(" b/")[2], False
            elif line.startswith(b"@@"):
                inside = True
            elif inside and line[:1] in (b"+", b"-"):
                row = line[1:] + (b"" if lines[at + 1].startswith(b"\\") else b"\n")
                if line[:1] == b"+":
                    said.added.setdefault(path, {})[row] = self.mover.get(row) or self.maker.get(row, "")
                else:
                    said.removed.setdefault(path, {})[row] = self.goner.get(row, "")
        return said

    def raw(self, *words: str) -> bytes:
        done = subprocess.run(["git", *words], cwd=self.repo, env=os.environ, capture_output=True, check=True)
        return done.stdout

    def _tracked(self, commit: str) -> list[str]:
        return self.raw("ls-tree", "-r", "--name-only", commit).decode().splitlines()

    def _blob(self, commit: str, path: str) -> bytes:
        return self.raw("show", f"{commit}:{path}")

    def replayed(self) -> dict[str, ReplayedCommit]:
        """The verdicts of all commits but the first, as `git traj replay` gives them in one go; each alone must be the same."""
        every = self.git("rev-list", "--reverse", "--first-parent", "HEAD").split()[1:]
        house = open_house(str(self.repo))
        together = Judge(house, many=True)
        found = {one: together.commit(house.repository.commit(one)) for one in every}
        for one in every:
            judge = Judge(open_house(str(self.repo)))
            alone = judge.commit(judge.snapshots.commit(one))
            assert alone == found[one], (told(alone), told(found[one]))
        return found

    def audit(self, verdict: ReplayedCommit) -> None:
        """Hold a verdict against the truth. `losses`: lines of sessions that are not told of them, each with what the file's verdict is."""
        commit = verdict.commit.id
        said = self.said.get(commit)
        if said is None:
            return
        by_person = False
        for file in verdict.files:
            if file.status == "outside_repo":
                continue
            before = file.old_path or file.path
            new = rows(self._blob(commit, file.path)) if file.ranges else []
            old = rows(self._blob(f"{commit}^", before)) if file.removals else []
            for ranges, text, known, side in (
                (file.ranges, new, said.added.get(file.path, {}), "added"),
                (file.removals, old, said.removed.get(before, {}), "removed"),
            ):
                count = sum(getattr(each, side) for each in file.coverage.values())
                assert count == sum(each.end - each.start + 1 for each in ranges), told(verdict)
                for each in ranges:
                    for row in text[each.start - 1 : each.end]:
                        who = known.get(row, "")
                        if not who:
                            continue
                        by_person = by_person or who == PERSON
                        if each.kind in OURS:
                            right = (
                                each.session in (who, self.maker.get(row)) if side == "added" else each.session == who
                            )
                            right = right or (side == "added" and (row, each.session) in self.again)
                            right = right or (side == "removed" and (before, row, each.session) in self.over)
                            right = right or (side == "removed" and (row, each.session) in self.took)
                            assert right, (
                                f"{commit[:8]} {file.path}: {row!r} {side} is {who}'s, told {each}: {told(verdict)}"
                            )
                        elif who != PERSON and verdict.status != "no_trace":
                            self.losses.append(
                                f"{commit[:8]} {side} {file.path} {row!r} of {who[:8]}: {each.kind}; "
                                f"{file.status} {file.cause} {file.reason}"
                            )
        sums = [sum(getattr(each, side) for each in verdict.coverage.values()) for side in ("added", "removed")]
        assert sums == self.numstat(commit), (sums, self.numstat(commit), told(verdict))
        changed = {*said.added, *said.removed}
        assert changed <= {path for file in verdict.files for path in (file.path, file.old_path)}, told(verdict)
        if verdict.status == "reproducible":
            person = [
                (path, row)
                for side in said
                for path, found in side.items()
                for row, who in found.items()
                if who == PERSON
            ]
            person = [
                (path, row)
                for path, row in person
                if not any(each[0] == row for each in self.again)
                and not any(each[:2] == (path, row) for each in self.over)
            ]
            assert not person, (commit, person, told(verdict))
            for file in verdict.files:
                if file.status == "match":
                    data = self._blob(commit, file.path) if file.path in self._tracked(commit) else None
                    assert data in self.states.get(file.path, ()), (commit, file.path, data, told(verdict))

    def numstat(self, commit: str) -> list[int]:
        out = self.raw("diff-tree", "-r", "-M", "--no-commit-id", "--numstat", f"{commit}^", commit).decode()
        counts = [[int(each) for each in line.split("\t")[:2]] for line in out.splitlines()]
        return [sum(each[0] for each in counts), sum(each[1] for each in counts)]


def rows(data: bytes | None) -> list[bytes]:
    """The lines of a file with their ends, split at line feeds alone, as git does."""
    return (
        []
        if not data
        else [each + b"\n" for each in data.split(b"\n")[:-1]] + ([last] if (last := data.split(b"\n")[-1]) else [])
    )


def told(verdict: ReplayedCommit) -> Any:
    """A verdict in short, for messages."""
    return verdict.status, [
        (each.path, each.old_path, each.status, each.cause, each.reason, each.ranges, each.removals)
        for each in verdict.files
    ]
