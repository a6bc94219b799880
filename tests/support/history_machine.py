"""A machine that makes random histories: agents and a person edit and commit, git rewrites; every step is told, every line is unique."""

import random
import shutil
import subprocess
from pathlib import Path

from gittraj.codec import framing
from gittraj.flows.verify import verify
from gittraj.store.repository import open_repository
from tests.support.line_oracle import AGENTS, Oracle
from tests.support.workshop import Workshop

SESSIONS = ("11111111-2222-4333-8444-555555555555", "22222222-2222-4333-8444-555555555555")
FILES = ("a.txt", "b.txt", "dir/c.txt")
EDITS = {
    "squash": "2,$s/^pick/squash/",
    "fixup": "2,$s/^pick/fixup/",
    "reword": "1s/^pick/reword/",
    "reorder": "1{h;d};2{G}",
    "drop": "1d",
}


class Machine:
    """`told`: what was done, in order; `known`: lines that replay has once given to their agent."""

    def __init__(self, shop: Workshop, seed: int) -> None:
        self.shop = shop
        self.chance = random.Random(seed)
        self.oracle = Oracle()
        self.told: list[str] = []
        self.known: set[str] = set()
        self.statements: set[bytes] = set()
        self.agents = [shop.claude(session, start=1_700_000_000 + 40 * at) for at, session in enumerate(SESSIONS)]
        shop.git("branch", "other")

    def run(self, steps: int) -> None:
        """Do so many random things; after each, nothing signed may be gone."""
        acts = (
            [self.agent_commit] * 6 + [self.human_commit] * 2 + [self.amend_message, self.amend_by_hand, self.rebase]
            + [self.interactive] * 3 + [self.cherry_pick] * 2 + [self.revert, self.merge, self.squash_merge] + [self.stash]
            + [self.reset, self.plumbing, self.worktree, self.switch, self.switch]
        )  # fmt: skip
        for step in range(steps):
            act = self.agent_commit if step < 2 else self.chance.choice(acts)
            self.told.append(act.__name__)
            act()
            self._nothing_lost()

    def check(self) -> list[str]:
        """Hold every commit of every branch against the oracle; the commits whose lines of agents are told less than once."""
        house = open_repository(str(self.shop.repo))
        less = []
        for commit in house.revisions("--branches"):
            if not house.commit(commit).parents:
                continue
            replayed, lost = self.oracle.audit(self.shop.repo, commit)
            again = [row for row in lost if row in self.known]
            found = verify(commit, directory=str(self.shop.repo)).commits[0]
            if again and found.carried and found.carried.good and found.carried.exact and not found.carried.rest:
                less.append(f"{commit[:8]} {found.status} {found.carried.how}: {again}")
            assert sum(each.added + each.removed for each in replayed.coverage.values()) >= 0
        return less

    # what happens

    def agent_commit(self) -> None:
        claude = self.chance.choice(self.agents)
        claude.clock = max(each.clock for each in self.agents) + 1
        claude.say("Go on")
        chosen = self.chance.sample(FILES, self.chance.choice((1, 1, 2)))
        for name in chosen:
            claude.write(name, self._edited(name, claude.session))
        what = (
            chosen[0] if len(chosen) == 2 and self.chance.random() < 0.5 else "-A"
        )  # the rest comes with a later commit
        now = {"GIT_COMMITTER_DATE": f"{claude.clock + 1} +0000"}
        done = claude.run(f"git add {what} && git commit -qm 'Step {claude.clock}'", env=now)
        assert done.returncode == 0, (done.stdout, done.stderr)
        replayed, _ = self.oracle.audit(self.shop.repo, "HEAD")
        for file in replayed.files:
            if file.status != "outside_repo":
                rows = self.shop.git("show", f"HEAD:{file.path}", check=False).stdout.split("\n")
                for each in file.ranges:
                    if each.kind in AGENTS:
                        self.known.update(rows[each.start - 1 : each.end])

    def human_commit(self) -> None:
        name = self.chance.choice(FILES)
        self._put(name, self._edited(name, ""))
        self.git("add", "-A")
        self.git("commit", "-qm", "By hand")

    def amend_message(self) -> None:
        self.git("commit", "-q", "--amend", "-m", f"Said better {self.chance.random()}")

    def amend_by_hand(self) -> None:
        name = self.chance.choice(FILES)
        self._put(name, self._edited(name, ""))
        self.git("add", "-A")
        self.git("commit", "-q", "--amend", "--no-edit")

    def rebase(self) -> None:
        if self._clean() and not self.git("rebase", "-q", self._other()):
            self.git("rebase", "--abort")

    def interactive(self) -> None:
        back = self._back(3)
        if back < 2 or not self._clean():
            return
        what = self.chance.choice(sorted(EDITS))
        self.told[-1] += f" {what} {back}"
        env = {"GIT_SEQUENCE_EDITOR": f"sed -i -e '{EDITS[what]}'", "GIT_EDITOR": "true"}
        if not self.git("rebase", "-q", "-i", f"HEAD~{back}", **env):
            self.git("rebase", "--abort")

    def cherry_pick(self) -> None:
        picks = self.shop.out("rev-list", "--no-merges", f"HEAD..{self._other()}").split()
        if picks and self._clean() and not self.git("cherry-pick", self.chance.choice(picks)):
            self.git("cherry-pick", "--abort")

    def revert(self) -> None:
        if self._back(1) and self._clean() and not self.git("revert", "--no-edit", "HEAD"):
            self.git("revert", "--abort")

    def merge(self) -> None:
        if self._clean() and not self.git("merge", "-q", "--no-ff", "-m", "Merge", self._other()):
            self.git("merge", "--abort")

    def squash_merge(self) -> None:
        if not self._clean():
            return
        if self.git("merge", "-q", "--squash", self._other()):
            self.git("commit", "-q", "--no-edit")
        else:
            self.git("reset", "-q", "--hard")

    def stash(self) -> None:
        if self._clean():
            self._put("a.txt", self._edited("a.txt", ""))
            self.git("add", "-A")
            self.git("stash", "-q")
            self.git("stash", "pop", "-q")
            self.git("add", "-A")
            self.git("commit", "-qm", "From the stash")

    def reset(self) -> None:
        back = self._back(2)
        if back and self._clean():
            self.git("reset", "-q", self.chance.choice(("--soft", "--mixed")), f"HEAD~{back}")
            self.git("add", "-A")
            self.git("commit", "-q", "--allow-empty", "-m", "Made again", GITTRAJ="0")

    def plumbing(self) -> None:
        back = self._back(3)
        if back and self._clean():
            tree, parent = self.shop.out("rev-parse", "HEAD^{tree}"), self.shop.out("rev-parse", f"HEAD~{back}")
            made = self.shop.out("commit-tree", "-p", parent, "-m", "By plumbing", tree)
            self.git("update-ref", "HEAD", made)

    def worktree(self) -> None:
        place = self.shop.repo.parent / "linked"
        if self.git("worktree", "add", "-q", "--detach", str(place)):
            (place / "w.txt").write_text(self.oracle.line() + "\n")
            self.shop.git("add", "-A", cwd=place)
            self.shop.git("commit", "-qm", "In another worktree", cwd=place)
            picked = self.shop.out("rev-parse", "HEAD", cwd=place)
            self.git("worktree", "remove", "--force", str(place))
            if self._clean() and not self.git("cherry-pick", picked):
                self.git("cherry-pick", "--abort")

    def switch(self) -> None:
        if self._clean():
            self.git("checkout", "-q", self._other())

    def collect(self) -> None:
        """Garbage is gone at once: the originals of all that was rewritten."""
        self.git("reflog", "expire", "--expire=now", "--all")
        self.git("gc", "-q", "--prune=now")

    # and what with

    def git(self, *words: str, **env: str) -> bool:
        """Whether git did it."""
        return self.shop.git(*words, check=False, env=env).returncode == 0

    def _clean(self) -> bool:
        return not self.shop.out("status", "--porcelain")

    def _other(self) -> str:
        return "other" if self.shop.out("branch", "--show-current") == "main" else "main"

    def _back(self, most: int) -> int:
        """How many commits, at most, the first-parent way back has before the first and before a merge."""
        rows = self.shop.out("log", "--first-parent", "--format=%P", f"-{most}").splitlines()
        count = 0
        for row in rows:
            if len(row.split()) != 1:
                break
            count += 1
        return self.chance.randint(1, count) if count else 0

    def _edited(self, name: str, session: str) -> str:
        path = self.shop.repo / name
        rows = path.read_text().splitlines() if path.exists() else []
        for _ in range(self.chance.randint(1, 3)):
            at = self.chance.randint(0, len(rows))
            if rows and self.chance.random() < 0.3:
                del rows[min(at, len(rows) - 1)]
            rows.insert(min(at, len(rows)), self.oracle.line(session))
        return "\n".join(rows) + "\n"

    def _put(self, name: str, text: str) -> None:
        path: Path = self.shop.repo / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def _nothing_lost(self) -> None:
        rows = self.shop.git("notes", "--ref=traj", "list", check=False).stdout.split("\n")
        blobs = {row.split()[0] for row in rows if row}
        asked = "".join(f"{blob}\n" for blob in sorted(blobs)).encode()
        if not asked:
            return
        repository = open_repository(str(self.shop.repo))
        found = {item.raw for blob in blobs for item in framing.read(repository.blob(blob)).items}
        assert self.statements <= found, "a signed statement is gone"
        self.statements = found


def cloned(machine: Machine, folder: Path) -> Workshop:
    """A fresh clone with the notes, and nothing that no branch reaches."""
    shop = machine.shop
    subprocess.run(["git", "clone", "-q", "--no-local", f"file://{shop.repo}", str(folder)], check=True)
    copy = Workshop(folder.parent / "bin-of-clone", shop.home)
    copy.env, copy.repo = dict(shop.env), folder
    for branch in ("main", "other"):
        copy.git("branch", "-qf", branch, f"origin/{branch}", check=False)
    copy.git("fetch", "-q", "origin", "refs/notes/traj:refs/notes/traj", check=False)
    return copy


def removed(shop: Workshop) -> None:
    """The repository of a finished run, which a marathon does not keep."""
    shutil.rmtree(shop.repo.parent, ignore_errors=True)
