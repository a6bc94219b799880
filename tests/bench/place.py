"""A place to measure in: a folder goes in, a HOME with git, `git traj` and nothing else in it comes out.

Children get a clean environment: a setting of the caller's shell (PYTHONDONTWRITEBYTECODE, an agent's variables) would be measured too.
"""

import os
import sys
from pathlib import Path

from tests.bench import timing
from tests.bench.long_sessions import claude_lines, written
from tests.bench.machine import ROOT
from tests.support.scripted_claude import ScriptedClaude

MEGABYTE = 1 << 20
_IDENTITY = "[user]\n\tname = Bench\n\temail = bench@example.org\n[init]\n\tdefaultBranch = main\n[gc]\n\tauto = 0\n"


class Place:
    """A scratch HOME with repositories beside it. `env`: what every child process gets."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir()
        (self.home / ".gitconfig").write_text(_IDENTITY)
        path = os.pathsep.join([str(self._programs()), os.environ.get("PATH", os.defpath)])
        self.env = {
            "PATH": path,
            "LC_ALL": "C.UTF-8",
            "HOME": str(self.home),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_PAGER": "cat",
        }

    def repository(self, name: str, *, hooked: bool = False) -> Path:
        """A repository with one commit; `hooked`: after `git traj init`."""
        path = self.folder / name
        path.mkdir()
        self.git(path, "init", "-q")
        (path / "a.txt").write_text("0\n")
        self.git(path, "add", "a.txt")
        self.git(path, "commit", "-qm", "first")
        if hooked:
            self.git(path, "traj", "init")
        return path

    def git(self, path: Path, *arguments: str, env: dict[str, str] | None = None, data: bytes | None = None) -> str:
        return timing.run(["git", *arguments], cwd=path, env={**self.env, **(env or {})}, data=data).decode()

    def commit(self, path: Path, env: dict[str, str] | None = None) -> timing.Step:
        """An action that makes an empty commit."""

        def action(number: int) -> None:
            self.git(path, "commit", "-q", "--allow-empty", "-m", f"commit {number}", env=env)

        return action

    def session(
        self, path: Path, name: str, size: int, edits: dict[str, tuple[str, str]] | None = None
    ) -> ScriptedClaude:
        """A session of Claude Code in `path`, of `size` bytes; `edits` as in `claude_lines`."""
        claude = ScriptedClaude(path, self.home, f"{name:0<8}-2222-4333-8444-555555555555")
        written(claude.path, claude_lines(claude.session, str(path), seed=name, edits=edits), size)
        return claude

    def commit_with(self, claude: ScriptedClaude, size: int) -> timing.Action:
        """Each round the session grows by `size` bytes that no round before had, edits a file, and the agent commits that."""
        inside = {"CLAUDECODE": "1", "CLAUDE_CODE_SESSION_ID": claude.session}
        cwd = str(claude.worktree)

        target = claude.worktree / "a.txt"

        def grow(number: int) -> None:
            before, after = target.read_text(), f"{number + 1}\n"
            target.write_text(after)
            self.git(claude.worktree, "add", "a.txt")
            lines = claude_lines(claude.session, cwd, seed=f"round {number}", edits={str(target): (before, after)})
            written(claude.path, lines, size)

        return timing.Prepared(grow, self.commit(claude.worktree, inside))

    def _programs(self) -> Path:
        """The folder that holds `git-traj`: beside this Python where it is installed, else a shim of ours (2 ms more)."""
        beside = Path(sys.executable).parent
        if (beside / "git-traj").exists():
            return beside
        shims = self.folder / "bin"
        shims.mkdir()
        shim = shims / "git-traj"
        shim.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m gittraj "$@"\n')
        shim.chmod(0o755)
        return shims
