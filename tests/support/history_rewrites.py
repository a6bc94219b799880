"""How git rewrites a random history: amend, every kind of interactive rebase, plumbing, filter-repo; and what collects the garbage of it."""

from tests.support.history_acts import Acts
from tests.support.history_hands import FILES
from tests.support.scripted_claude import ScriptedClaude

STOPS = 12  # of one rebase that are resolved before it is given up
EDITS = {
    "pick": "",
    "squash": "2,$s/^pick/squash/",
    "fixup": "2,$s/^pick/fixup/",
    "reword": "1s/^pick/reword/",
    "reorder": "1{h;d};2{G}",
    "drop": "1d",
}


class Rewrites(Acts):
    """Each method is one step; one that cannot be done now does nothing."""

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

    def conflict(self) -> None:
        """A rebase onto the other branch whose conflicts an agent or a person resolves, with a line of their own in each file."""
        if not self._clean():
            return
        claude = self.chance.choice((None, *self.agents))
        self.told[-1] += f" by {claude.session[:1] if claude else 'a person'}"
        if claude:
            self._now(claude)
        self._runs(claude, f"rebase -q {self._other()}")
        for _ in range(STOPS):
            if not self._rebasing():
                return
            for name in self.shop.out("diff", "--name-only", "--diff-filter=U").splitlines():
                self._resolve(claude, name)
            self.told[-1] += " stop"
            self._runs(claude, "add -A", "rebase --continue")
        self.git("rebase", "--abort")

    def _resolve(self, claude: ScriptedClaude | None, name: str) -> None:
        path = self.shop.repo / name
        rows = path.read_text().splitlines(keepends=True) if path.exists() else []
        mine = self.oracle.line(claude.session if claude else "") + "\n"
        kept = [mine if row.startswith("=======") else row for row in rows if row[:7] not in ("<" * 7, ">" * 7)]
        text = "".join(kept if mine in kept else [*kept, mine])
        if claude:
            claude.write(name, text)
        else:
            self._put(name, text)

    def _runs(self, claude: ScriptedClaude | None, *steps: str) -> None:
        """git with these words, one after the other until one fails."""
        editor = {"GIT_EDITOR": "true"}
        if claude:
            claude.run(" && ".join(f"git {step}" for step in steps), env=editor)
        else:
            all(self.git(*step.split(), **editor) for step in steps)

    def interactive(self) -> None:
        back = self._back(3)
        if back < 2 or not self._clean():
            return
        what = self.chance.choice(sorted(EDITS))
        self.told[-1] += f" {what} {back}"
        env = {"GIT_SEQUENCE_EDITOR": f"sed -i -e '{EDITS[what]}'", "GIT_EDITOR": "true"}
        if not self.git("rebase", "-q", "-i", "--no-ff", f"HEAD~{back}", **env):
            self.git("rebase", "--abort")

    def interactive_edit(self) -> None:
        """The rebase stops at a commit, which a person changes."""
        if self._stopped():
            if self.chance.random() < 0.5:
                name = self.chance.choice(FILES)
                self._put(name, self._edited(name, ""))
                self.git("add", "-A")
            self.git("commit", "-q", "--amend", "-m", f"Edited {self.chance.random()}")
            self._go_on()

    def interactive_split(self) -> None:
        """The rebase stops at a commit, which becomes two: by file, or by halves of one."""
        if not self._stopped():
            return
        names = self.shop.out("diff-tree", "-r", "--name-only", "--no-commit-id", "HEAD").splitlines()
        self.git("reset", "-q", "HEAD^")
        if len(names) > 1:
            self.git("add", names[0])
        elif names:  # else an empty commit becomes two of them
            path = self.shop.repo / names[0]
            whole = path.read_text() if path.exists() else ""
            rows = whole.splitlines(keepends=True)
            self._put(names[0], "".join(rows[: len(rows) // 2]))
            self.git("add", names[0])
            self._put(names[0], whole)
        for number in (1, 2):
            self.git("commit", "-q", "--allow-empty", "-m", f"Part {number}")
            self.git("add", "-A")
        self._go_on()

    def _stopped(self) -> bool:
        """Whether an interactive rebase stands at the first of a few commits."""
        back = self._back(3)
        if not back or not self._clean():
            return False
        env = {"GIT_SEQUENCE_EDITOR": "sed -i -e '1s/^pick/edit/'", "GIT_EDITOR": "true"}
        self.told[-1] += f" {back}"
        if self.git("rebase", "-q", "-i", f"HEAD~{back}", **env) and self._rebasing():
            return True
        self.git("rebase", "--abort")
        return False

    def _go_on(self) -> None:
        self.git("rebase", "--continue", GIT_EDITOR="true")
        if self._rebasing():
            self.git("rebase", "--abort")

    def _rebasing(self) -> bool:
        return (self.shop.repo / ".git" / "rebase-merge").exists()

    def plumbing(self) -> None:
        back = self._back(3)
        if back and self._clean():
            tree, parent = self.shop.out("rev-parse", "HEAD^{tree}"), self.shop.out("rev-parse", f"HEAD~{back}")
            made = self.shop.out("commit-tree", "-p", parent, "-m", "By plumbing", tree)
            self.git("update-ref", "HEAD", made)

    def filter_repo(self) -> None:
        """Other messages, another place for a file, or none: in the two branches, or in every ref there is, notes too."""
        if not self._clean():
            return
        refs = ["--refs", "main", "other"]
        message = ["--message-callback", f'return message + b"filtered {self.chance.random()}"']
        where = f"x{self.chance.randint(0, 3)}/a.txt"
        ways = {
            "message": [*message, *refs],
            "message everywhere": message,
            "rename": ["--path-rename", f"a.txt:{where}", *refs],
            "drop": ["--invert-paths", "--path", "w.txt", *refs],
        }
        how = self.chance.choice(sorted(ways))
        self.told[-1] += f" {how}"
        origin = self.shop.git("remote", "get-url", "origin", check=False).stdout.strip()
        assert self.git("filter-repo", "--force", "--quiet", *ways[how]), how
        if origin and not self.shop.out("remote"):
            self.git("remote", "add", "origin", origin)

    def collect(self) -> None:
        """Garbage is gone at once: the originals of all that was rewritten."""
        self.git("reflog", "expire", "--expire=now", "--all")
        self.git("gc", "-q", "--prune=now")

    def traj_gc(self) -> None:
        assert self.git("traj", "gc")
