"""An oracle of line origins that knows nothing of notes: every line ever written is unique and says here who wrote it."""

import subprocess
from pathlib import Path

from gittraj.flows.judge import Judge
from gittraj.flows.wiring import open_house
from gittraj.model.report import ReplayedCommit

AGENTS = ("agent", "shell")


class Oracle:
    """`wrote`: line → session, "" for a person."""

    def __init__(self) -> None:
        self.wrote: dict[str, str] = {}
        self._number = 0

    def line(self, session: str = "") -> str:
        """A line that nobody has written before."""
        self._number += 1
        text = f"word {self._number:05d} of {session[:8] or 'a person'}"
        self.wrote[text] = session
        return text

    def audit(self, repo: Path, rev: str) -> tuple[ReplayedCommit, list[str]]:
        """Hold the verdict of replay against what is known; the verdict, and lines of agents that it leaves unexplained."""
        house = open_house(str(repo))
        commit = house.repository.commit(house.repository.resolve(rev))
        found = Judge(house).commit(commit)
        lost: list[str] = []
        for file in found.files:
            if file.status == "outside_repo":
                continue
            for ranges, at in ((file.ranges, commit.id), (file.removals, f"{commit.id}^")):
                path = file.path if at == commit.id else file.old_path or file.path
                rows = _show(repo, at, path) if ranges else []
                for each in ranges:
                    for row in rows[each.start - 1 : each.end]:
                        if row in self.wrote and at == commit.id:
                            writer = self.wrote[row]
                            told = each.session if each.kind in AGENTS else ""
                            assert not told or told == writer, (commit.id, file.path, row, each)
                            lost += [row] if writer and not told and each.kind == "unexplained" else []
        added = sum(each.added for each in found.coverage.values())
        removed = sum(each.removed for each in found.coverage.values())
        assert (added, removed) == _numstat(repo, commit.id, root=not commit.parents), commit.id
        return found, lost


def _show(repo: Path, commit: str, path: str) -> list[str]:
    done = subprocess.run(["git", "show", f"{commit}:{path}"], cwd=repo, capture_output=True, text=True, check=True)
    return done.stdout.split("\n")


def _numstat(repo: Path, commit: str, *, root: bool) -> tuple[int, int]:
    """Lines that git's own diff against the first parent counts, renames followed."""
    sides = ["--root", commit] if root else [f"{commit}^", commit]
    words = ["git", "diff-tree", "-r", "-M", "--no-commit-id", "--numstat", *sides]
    rows = subprocess.run(words, cwd=repo, capture_output=True, text=True, check=True).stdout.splitlines()
    counts = [row.split("\t")[:2] for row in rows]
    return sum(int(each[0]) for each in counts), sum(int(each[1]) for each in counts)
