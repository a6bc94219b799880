"""A place to work in: a real repository with `git traj` on PATH, hooks installed, and a scripted agent at hand."""

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.support import fork_client
from tests.support.scripted_claude import ScriptedClaude


class Workshop:
    """Runs git as a user would; `git traj` is the code under test."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.home = home
        self.bin = folder / "bin"
        self.bin.mkdir(parents=True, exist_ok=True)
        command = self.bin / "git-traj"
        root = Path(__file__).resolve().parents[2]
        start = shlex.join(fork_client.command())
        command.write_text(f'#!/bin/sh\nPYTHONPATH="{root}${{PYTHONPATH:+:$PYTHONPATH}}" exec {start} "$@"\n')
        command.chmod(0o755)
        self.repo = folder / "work" / "ledger"
        self.env: dict[str, str] = {"PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}"}

    def start(self, *, init: bool = True) -> "Workshop":
        self.repo.mkdir(parents=True)
        self.git("init", "-q")
        (self.repo / "money.py").write_text("def half(x):\n    return x / 2\n")
        self.git("add", ".")
        self.git("commit", "-qm", "First")
        if init:
            self.git("traj", "init")
        return self

    def with_remote(self) -> "Workshop":
        """A bare remote beside it, named origin, and `git traj init`; for one that was started without."""
        remote = self.repo.parents[1] / "remote.git"
        self.git("init", "-q", "--bare", str(remote))
        self.git("remote", "add", "origin", f"file://{remote}")
        self.git("traj", "init")
        return self

    def copy(self, folder: Path) -> "Workshop":
        """The repository again, in `folder`, to be changed; of the same HOME."""
        again = Workshop(folder, self.home)
        again.env = dict(self.env)
        shutil.copytree(self.repo, again.repo)
        return again

    def git(
        self, *arguments: str, check: bool = True, cwd: Path | None = None, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        around = {**os.environ, **self.env, **(env or {})}
        done = subprocess.run(["git", *arguments], cwd=cwd or self.repo, env=around, capture_output=True, text=True)
        if check and done.returncode:
            raise AssertionError(f"git {' '.join(arguments)} gave {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def out(self, *arguments: str, **options: Any) -> str:
        return self.git(*arguments, **options).stdout.strip()

    def json(self, *arguments: str, check: bool = True) -> Any:
        return json.loads(self.git("traj", *arguments, "--json", check=check).stdout)

    def claude(self, session: str = "11111111-2222-4333-8444-555555555555", **options: Any) -> ScriptedClaude:
        scripted = ScriptedClaude(self.repo, self.home, session, **options)
        scripted.around = dict(self.env)
        return scripted

    def noted(self) -> list[str]:
        """The commits that have a note."""
        done = self.git("notes", "--ref=traj", "list", check=False)
        return [line.split()[1] for line in done.stdout.splitlines()]
