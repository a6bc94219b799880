"""What agents and people do in a random history: edit, stage all or a part, commit, stash, reset, work in another worktree, merge."""

from tests.support.history_hands import FILES, Hands
from tests.support.scripted_claude import ScriptedClaude


class Acts(Hands):
    """Each method is one step; one that cannot be done now does nothing."""

    def agent_commit(self) -> None:
        claude = self.chance.choice(self.agents)
        self._now(claude)
        chosen = self.chance.sample(FILES, self.chance.choice((1, 1, 2)))
        for name in chosen:
            claude.write(name, self._edited(name, claude.session))
        part = len(chosen) == 2 and self.chance.random() < 0.5  # the rest comes with a later commit
        self._commit_by(claude, f"git add {chosen[0] if part else '-A'}")

    def agent_partial(self) -> None:
        """What was staged is committed; what the agent wrote since comes later, or never."""
        claude = self.chance.choice(self.agents)
        self._now(claude)
        name = self.chance.choice(FILES)
        claude.write(name, self._edited(name, claude.session))
        claude.run(f"git add {name}")
        claude.write(name, self._edited(name, claude.session))
        self._commit_by(claude, "true")

    def human_commit(self) -> None:
        name = self.chance.choice(FILES)
        self._put(name, self._edited(name, ""))
        self.git("add", "-A")
        self.git("commit", "-qm", "By hand")

    def human_partial(self) -> None:
        name = self.chance.choice(FILES)
        self._put(name, self._edited(name, ""))
        self.git("add", name)
        self._put(name, self._edited(name, ""))
        self.git("commit", "-qm", "A part, by hand")

    def stash(self) -> None:
        """By a person, or by an agent whose work waits while something else is committed."""
        if not self._clean():
            return
        claude = self.chance.choice((None, *self.agents))
        if claude is None:
            self._put("a.txt", self._edited("a.txt", ""))
        else:
            self._now(claude)
            claude.write("a.txt", self._edited("a.txt", claude.session))
        self.git("add", "-A")
        self.git("stash", "-q")
        if self.chance.random() < 0.5:
            self.human_commit()
        if not self.git("stash", "pop", "-q"):
            self.git("reset", "-q", "--hard")
            self.git("stash", "drop", "-q")
        elif claude is None:
            self.git("add", "-A")
            self.git("commit", "-qm", "From the stash")
        else:
            self._commit_by(claude, "git add -A")

    def reset(self) -> None:
        back = self._back(2)
        if back and self._clean():
            how = self.chance.choice(("--soft", "--mixed", "--hard", "--keep"))
            self.told[-1] += f" {how} {back}"
            self.git("reset", "-q", how, f"HEAD~{back}")
            if how in ("--soft", "--mixed"):
                self.git("add", "-A")
                self.git("commit", "-q", "--allow-empty", "-m", "Made again", GITTRAJ="0")

    def worktree(self) -> None:
        """A commit by a person or an agent in a linked worktree, picked here afterwards."""
        place = self.shop.repo.parent / "linked"
        if not self.git("worktree", "add", "-q", "--detach", str(place)):
            return
        if self.chance.random() < 0.5:
            session = f"{len(self.others):08d}-3333-4333-8444-555555555555"
            claude = ScriptedClaude(place, self.shop.home, session)
            claude.around = dict(self.shop.env)
            self._now(claude)
            self.others.append(claude)
            claude.write("w.txt", self._edited("w.txt", session, place))
            self._commit_by(claude, "git add -A")
        else:
            (place / "w.txt").write_text(self._edited("w.txt", "", place))
            self.shop.git("add", "-A", cwd=place)
            self.shop.git("commit", "-qm", "In another worktree", cwd=place)
        picked = self.shop.out("rev-parse", "HEAD", cwd=place)
        self.git("worktree", "remove", "--force", str(place))
        if self._clean() and not self.git("cherry-pick", picked):
            self.git("cherry-pick", "--abort")

    def switch(self) -> None:
        if self._clean():
            self.git("checkout", "-q", self._other())

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

    def cherry_pick(self) -> None:
        picks = self.shop.out("rev-list", "--no-merges", f"HEAD..{self._other()}").split()
        if picks and self._clean() and not self.git("cherry-pick", self.chance.choice(picks)):
            self.git("cherry-pick", "--abort")

    def revert(self) -> None:
        if self._back(1) and self._clean() and not self.git("revert", "--no-edit", "HEAD"):
            self.git("revert", "--abort")
