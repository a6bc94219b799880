"""Others who work on a random history: clones, which must tell the same, and a mate's agent, who pushes code and notes at the same moment."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.support.history_hands import FILES, statements
from tests.support.history_rewrites import Rewrites
from tests.support.scripted_claude import ScriptedClaude
from tests.support.workshop import Workshop

MATE = "44444444-2222-4333-8444-555555555555"


class Mates(Rewrites):
    """Each method is one step; one that cannot be done now does nothing."""

    def clone(self) -> None:
        """A fresh clone gets every statement, and tells of the newest commit what the original may tell."""
        origin = self._server()
        assert self.git("push", "-q", "-f", "--no-verify", "origin", "HEAD:refs/heads/shared")
        assert self.git("traj", "push", "origin")
        place = self.shop.repo.parent / "clone"
        copy = self._workshop(place)
        subprocess.run(["git", "clone", "-q", "-b", "shared", f"file://{origin}", str(place)], check=True)
        copy.git("traj", "fetch", "origin")
        assert statements(copy) == statements(self.shop)
        self.oracle.audit(place, "HEAD")
        shutil.rmtree(place)

    def push_race(self) -> None:
        """Two agents commit on one branch and push; who comes second rebases and pushes again. Notes go at the same moment."""
        if not self._clean():
            return
        mate = self._mate()
        assert self.git("push", "-q", "-f", "--no-verify", "origin", "HEAD:refs/heads/shared")
        mate.git("fetch", "-q", "origin")
        mate.git("checkout", "-qfB", "shared", "origin/shared")
        claude = next(each for each in self.others if each.session == MATE)
        self._now(claude)
        name = self.chance.choice(("m.txt", *FILES))
        claude.write(name, self._edited(name, MATE, mate.repo))
        self._commit_by(claude, "git add -A")
        self.agent_commit()
        sides = [self.shop, mate]
        self.chance.shuffle(sides)
        for shop in sides:
            words = ("push", "-q", "--no-verify", "origin", "HEAD:refs/heads/shared")
            if shop.git(*words, check=False).returncode != 0:
                shop.git("stash", "-q", "-u", check=False)  # what the agent has not committed
                done = shop.git("pull", "-q", "--rebase", "origin", "shared", check=False)
                shop.git(*(words if done.returncode == 0 else ("rebase", "--abort")), check=False)
                shop.git("stash", "drop", "-q", check=False)
        env = {**os.environ, **self.shop.env}
        at_once = [
            subprocess.Popen(["git", "traj", "push", "origin"], cwd=shop.repo, env=env, stderr=subprocess.PIPE)
            for shop in sides
        ]
        said = [each.communicate(timeout=300)[1] for each in at_once]
        assert [each.returncode for each in at_once] == [0, 0], said
        for shop in sides:
            shop.git("traj", "sync", "origin")
        assert statements(self.shop) == statements(mate)
        self.oracle.audit(mate.repo, "HEAD")

    def _server(self) -> Path:
        place = self.shop.repo.parent / "origin.git"
        if not place.exists():
            self.shop.git("init", "-q", "--bare", str(place))
        if "origin" not in self.shop.out("remote").split():
            self.shop.git("remote", "add", "origin", str(place))
        return place

    def _mate(self) -> Workshop:
        place = self.shop.repo.parent / "mate"
        mate = self._workshop(place)
        if not place.exists():
            origin = self._server()
            subprocess.run(["git", "clone", "-q", f"file://{origin}", str(place)], check=True)
            mate.git("traj", "init")
            claude = ScriptedClaude(place, self.shop.home, MATE)
            claude.around = dict(self.shop.env)
            self.others.append(claude)
        self._server()
        return mate

    def _workshop(self, place: Path) -> Workshop:
        found = Workshop(place.parent / "bin-of-others", self.shop.home)
        found.env, found.repo = dict(self.shop.env), place
        return found


def cloned(shop: Workshop, folder: Path) -> Workshop:
    """A fresh clone with the notes, and nothing that no branch reaches."""
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
