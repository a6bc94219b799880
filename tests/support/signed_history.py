"""A signed history made in a second: a repository goes out whose commits carry records of one session, and clones of it to lay hands on."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from gittraj.flows.heads import sign_head
from gittraj.flows.wiring import open_house

ROOT = str(Path(__file__).resolve().parents[2])
NOTES = "refs/notes/traj"


class Clone:
    """A copy of the repository to lay hands on, with the HOME that trusts its signer."""

    def __init__(self, repo: Path, home: Path) -> None:
        self.repo = repo
        self.env = {**os.environ, "HOME": str(home), "PYTHONPATH": ROOT}

    def git(self, *arguments: str, data: bytes | None = None) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self.repo, env=self.env, input=data, capture_output=True, check=True
        )
        return done.stdout.decode("utf-8", "replace").strip()

    def traj(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """`git traj ARGUMENTS`, which must end with `code`."""
        command = [sys.executable, "-m", "gittraj", *arguments]
        done = subprocess.run(command, cwd=self.repo, env=self.env, capture_output=True, text=True, check=False)
        assert done.returncode == code, (done.stdout, done.stderr)
        return done

    def verify(self, *arguments: str, code: int) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.traj("verify", *arguments, "--json", code=code).stdout)
        return found

    def kinds(self, found: dict[str, Any]) -> set[str]:
        return {each["kind"] for each in found["completeness"]["findings"] if each["fatal"]}

    def house(self) -> Any:
        return open_house(str(self.repo), self.env)

    def head(self) -> None:
        assert sign_head(self.house()).fresh

    def noted(self) -> list[str]:
        """The project's commits that have a note, oldest first."""
        listed = {line.split()[1] for line in self.git("notes", "--ref=traj", "list").splitlines()}
        return [one for one in self.git("rev-list", "--reverse", "main").splitlines() if one in listed]

    def forget(self) -> None:
        """As a fresh clone, which remembers nothing."""
        known = self.repo / ".git/gittraj/notes-tip"
        known.unlink(missing_ok=True)
        for line in self.git("for-each-ref", "--format=%(refname)", "refs/gittraj").splitlines():
            self.git("update-ref", "-d", line)
