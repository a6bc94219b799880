"""A working tree in which several sessions and a person work by turns: acts go in, commits with traces come out, and the truth about every line.

Each line is unique in the whole history, so who made and who removed it can be told from its text alone. Sessions are files as the
agents write them (`tree_claude`, `tree_writers`); they are found, cut and signed as after a commit of the user's, in this process.
"""

import os
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gittraj.codec.digest import sha256_hex
from gittraj.errors import CaptureError
from gittraj.flows import discover, keep, replay
from gittraj.flows.attach import after_commit, attach
from gittraj.flows.judge import Judge
from gittraj.flows.wiring import key_settings, open_house
from gittraj.keyring import files, places, trust
from gittraj.model.report import ReplayedCommit
from gittraj.redact.policy import Policy
from gittraj.redact.scanner import Scanner

START = 1_780_000_000
PERSON = "person"
OURS = ("agent", "shell")  # classes of lines that a session is named for


class Truth(NamedTuple):
    """What a commit changed: text of each added (removed) line, by path → who made (removed) it."""

    added: dict[str, dict[str, str]]
    removed: dict[str, dict[str, str]]

    @property
    def whole(self) -> bool:
        """Whether sessions made all of it."""
        added = all(who != PERSON for file in self.added.values() for who in file.values())
        return added and all(who != PERSON for file in self.removed.values() for who in file.values())


class SharedTree:
    """`repo`: the worktree. `made`, `gone`, `moved`: text of a line → who made, who last removed, who last moved it with its file.

    `covered`: (path, text) → sessions that replaced, removed or moved the whole file, and so would have removed the line, had not
    somebody else before. `rewritten`: text → sessions that wrote the whole file with the line
    in it, and recorded nothing of how they met it. `handled`: whether a person wrote anything. `hooks`: whether commits are looked at as they are made.
    """

    def __init__(self, folder: Path, home: Path, first: dict[str, int]) -> None:
        """`first`: path → number of lines in the first commit, which a person makes."""
        self.repo = folder / "ledger"
        self.home = home
        self.repo.mkdir(parents=True)
        self.clock = START
        self.made: dict[str, str] = {}
        self.gone: dict[str, str] = {}
        self.moved: dict[str, str] = {}
        self.covered: dict[tuple[str, str], set[str]] = {}
        self.came_from: dict[str, str] = {}  # place → where HEAD has what was moved there
        self.rewritten: dict[str, set[str]] = {}
        self.handled = False
        self.hooks = True
        self.after: dict[str, bool] = {}  # commit → whether a person wrote anything before it
        self.truths: dict[str, Truth] = {}
        self._number = 0
        self.git("init", "-q", "--template=")
        settings = key_settings(open_house(str(self.repo)))
        public = files.generate(places.key_path(settings.config_dir), settings.email)
        trust.trust_own_key(settings.config_dir, settings.email, public)
        for path, count in first.items():
            self.put(path, "".join(self.lines(PERSON, count)), PERSON)
        self.commit()

    def git(self, *words: str, **env: str) -> str:
        around = {**os.environ, **env}
        done = subprocess.run(["git", *words], cwd=self.repo, env=around, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    def tick(self, seconds: int = 1) -> str:
        """Time goes on; the moment as agents write it."""
        self.clock += seconds
        return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(self.clock))

    def lines(self, who: str, count: int) -> list[str]:
        """New lines that `who` makes."""
        fresh = []
        for _ in range(count):
            self._number += 1
            told = sha256_hex(b"%d" % self._number)[
                :20
            ]  # no two of them are alike for a tool that takes what is nearly the same
            text = f"row {self._number} = {told}, long enough to say something"
            self.made[text] = who
            fresh.append(text + "\n")
        return fresh

    def text(self, path: str) -> str | None:
        target = self.repo / path
        return target.read_text() if target.exists() else None

    def paths(self) -> list[str]:
        return sorted(
            str(each.relative_to(self.repo))
            for each in self.repo.rglob("*")
            if each.is_file() and ".git" not in each.relative_to(self.repo).parts
        )

    def put(self, path: str, content: str | None, who: str) -> None:
        """The file becomes `content` (None: goes away) by `who`'s hand."""
        self.handled = self.handled or (who == PERSON and bool(self.truths))
        before = set((self.text(path) or "").splitlines())
        after = set((content or "").splitlines())
        for line in before - after:
            self.gone[line] = who
        for line in after - before:
            self.gone.pop(line, None)
        target = self.repo / path
        if content is None:
            target.unlink()
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)

    def cover(self, path: str, who: str, content: str = "") -> None:
        """`who` does something to the file that leaves nothing of the committed one but what is in `content`."""
        kept = set(content.splitlines())
        first = self.came_from.get(path, path)
        for text in self.git("show", f"HEAD:{first}").splitlines() if first in self.git("ls-files").split() else ():
            if text not in kept:
                self.covered.setdefault((first, text), set()).add(who)

    def move(self, path: str, to: str, who: str) -> None:
        """The file goes to a place where there is none."""
        content = self.text(path) or ""
        self.came_from[to] = self.came_from.pop(path, path)
        self.put(path, None, who)
        self.put(to, content, who)
        for line in content.splitlines():
            self.moved[line] = self.gone[line] = who

    def commit(self, *paths: str, message: str = "") -> str:
        """What is there (or `paths`) is committed; its id. Sessions do not see it yet: `capture`."""
        moment = f"{self.clock} +0000"
        self.git("add", "-A", *paths)
        message = message or f"Work {self.clock}"
        self.git("commit", "-q", "--allow-empty", "-m", message, GIT_AUTHOR_DATE=moment, GIT_COMMITTER_DATE=moment)
        commit = self.git("rev-parse", "HEAD").strip()
        self.truths[commit] = self._truth(commit)
        self.after[commit] = self.handled
        committed = self.git("ls-tree", "-r", "--name-only", "HEAD").split()
        self.came_from = {to: first for to, first in self.came_from.items() if to not in committed}
        return commit

    def _truth(self, commit: str) -> Truth:
        truth = Truth({}, {})
        path = ""
        before = set(self.git("grep", "-h", "", f"{commit}^").splitlines()) if self.truths else set()
        root = ["--root"] if len(self.truths) == 0 else []
        diff = self.git("diff-tree", "-p", "-U0", "-r", "--no-renames", "--no-commit-id", *root, commit)
        for line in diff.splitlines():
            if line.startswith("diff --git "):
                path = line.rpartition(" b/")[2]
            elif line.startswith("+") and not line.startswith("+++"):
                known = self.moved if line[1:] in before else self.made
                who = known.get(line[1:], "")
                again = sorted(self.rewritten.get(line[1:], ()))
                truth.added.setdefault(path, {})[line[1:]] = again[0] if again and who == PERSON else who
            elif line.startswith("-") and not line.startswith("---"):
                covered = sorted(self.covered.get((path, line[1:]), ()))
                who = self.gone.get(line[1:], "")
                truth.removed.setdefault(path, {})[line[1:]] = covered[0] if covered and who == PERSON else who
        return truth

    def capture(self, **env: str) -> None:
        """What the hook does after a commit; `env`: what the committing process has around it."""
        if not self.hooks:
            return
        around = {**os.environ, **env}
        house = open_house(str(self.repo), around, interactive=False)
        found = discover.find(str(self.repo), around, house.repository.common_dir, now=time.time())
        said: list[str] = []
        after_commit(str(self.repo), found, around, said.append, Scanner())
        assert not said, said

    def attach(self, *commits: str) -> None:
        """By hand, later: each commit gets what discovery finds for it, which may be nothing."""
        for commit in commits:
            with suppress(CaptureError):
                attach(commit, directory=str(self.repo), redact=False)

    def verdicts(self) -> dict[str, ReplayedCommit]:
        """Of all commits but the first in one go, oldest first; those of each alone must be the same."""
        every = self.git("rev-list", "--reverse", "HEAD").split()[1:]
        plan = replay.plan(f"{every[0]}^..HEAD", directory=str(self.repo))
        found = {each.commit.id: each for each in replay.replay(plan, lambda verdict: verdict)}
        for commit in every:
            judge = Judge(open_house(str(self.repo)))
            alone = judge.commit(judge.snapshots.commit(commit))
            assert alone == found[commit], (told(alone), told(found[commit]))
        return found


def told(verdict: ReplayedCommit) -> Any:
    """A verdict in short, for messages."""
    return verdict.status, [
        (each.path, each.status, each.cause, each.reason, each.ranges, each.removals) for each in verdict.files
    ]


def check(tree: SharedTree, verdict: ReplayedCommit, *, complete: bool = True) -> None:
    """No line is told of another than who made or removed it, and nothing is called reproducible that a person had a hand in.

    `complete`: what sessions made is told of them, all of it, and a commit that they made alone is reproducible.
    """
    truth = tree.truths[verdict.commit.id]
    for file in verdict.files:
        if file.status == "outside_repo":
            continue
        new = tree.git("show", f"{verdict.commit.id}:{file.path}").splitlines() if file.path in truth.added else []
        before = file.old_path or file.path
        parent = f"{verdict.commit.id}^:{before}"
        old = tree.git("show", parent).splitlines() if file.path in truth.removed or file.old_path else []
        for ranges, rows, known in (
            (file.ranges, new, truth.added.get(file.path, {})),
            (file.removals, old, truth.removed.get(before, {})),
        ):
            for each in ranges:
                for text in rows[each.start - 1 : each.end]:
                    if text not in known or not known[text]:
                        continue
                    right = each.session == known[text] if each.kind in OURS else known[text] == PERSON
                    right = right or (rows is new and each.session in tree.rewritten.get(text, ()))
                    right = right or (rows is old and each.session in tree.covered.get((before, text), ()))
                    assert right or (not complete and each.kind not in OURS), (text, known[text], each, told(verdict))
        for side, ranges in (("added", file.ranges), ("removed", file.removals)):
            count = sum(getattr(lines, side) for lines in file.coverage.values())
            assert count == sum(each.end - each.start + 1 for each in ranges)
    if verdict.status == "reproducible":
        assert truth.whole, (truth, told(verdict))
    elif complete and truth.whole and (truth.added or truth.removed):
        raise AssertionError((truth, told(verdict)))


def without_scanner(patch: pytest.MonkeyPatch) -> None:
    """No secrets are looked for: it takes half a second a commit, and there are none."""
    patch.setattr(keep, "Policy", lambda **given: Policy(**{**given, "enabled": False}))
