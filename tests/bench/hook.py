"""What the hook costs: commits with and without sessions around, in one run, against commits without hooks.

    python -m tests.bench.hook [ROUNDS]

Every commit is made by real git; "extra" is the median over the median of commits without hooks, measured in turns.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.bench import timing
from tests.support.scripted_claude import ScriptedClaude

MEGABYTE = 1 << 20
OUTPUT = "".join(
    f"2024-01-01 12:00:{i % 60:02d} INFO worker-{i % 7} handled request {i} in {i * 37 % 900} ms\n" for i in range(180)
)


class Bench:
    """A scratch HOME with repositories in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir()
        (self.home / ".gitconfig").write_text(
            "[user]\n\tname = Bench\n\temail = bench@example.org\n[init]\n\tdefaultBranch = main\n[gc]\n\tauto = 0\n"
        )
        keep = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        self.env = {**keep, "HOME": str(self.home), "GIT_CONFIG_NOSYSTEM": "1", "GIT_PAGER": "cat"}
        os.environ.clear()
        os.environ.update(self.env)

    def repository(self, name: str, *, hooked: bool) -> Path:
        path = self.folder / name
        path.mkdir()
        self.git(path, "init", "-q")
        (path / "a.txt").write_text("0\n")
        self.git(path, "add", "a.txt")
        self.git(path, "commit", "-qm", "first")
        if hooked:
            self.git(path, "traj", "init")
        return path

    def git(self, path: Path, *arguments: str, env: dict[str, str] | None = None) -> None:
        timing.run(["git", *arguments], cwd=path, env={**self.env, **(env or {})})

    def commit(self, path: Path, env: dict[str, str] | None = None) -> Callable[[int], None]:
        def action(number: int) -> None:
            self.git(path, "commit", "-q", "--allow-empty", "-m", f"commit {number}", env=env)

        return action

    def session(self, path: Path, name: str, size: int) -> ScriptedClaude:
        claude = ScriptedClaude(path, self.home, f"{name:0<8}-2222-4333-8444-555555555555")
        claude.say("Please do the work.")
        grow(claude, size)
        return claude

    def commit_with(self, claude: ScriptedClaude, size: int) -> Callable[[int], None]:
        """Each round the session grows by `size` bytes (writing 1 MB takes about 2 ms) and the agent commits."""
        commit = self.commit(claude.worktree, {"CLAUDECODE": "1", "CLAUDE_CODE_SESSION_ID": claude.session})
        before = claude.path.stat().st_size
        grow(claude, size)
        block = claude.path.read_text()[before:]

        def action(number: int) -> None:
            fresh = block.replace(
                "-4000-8000-", f"-4000-8{number:03d}-"
            )  # ids of their own, or they count as repeated lines
            fresh = fresh.replace("msg_", f"msg_{number}_").replace("toolu_", f"toolu_{number}_")
            with claude.path.open("a") as file:
                file.write(fresh)
            commit(number + 1)

        return action


def grow(claude: ScriptedClaude, size: int) -> None:
    """Write realistic lines until the session is `size` bytes longer."""
    goal = (claude.path.stat().st_size if claude.path.exists() else 0) + size
    number = 0
    while claude.path.stat().st_size < goal:
        number += 1
        claude.answer(f"Now the next thing, number {number}.", thinking="Let me look at the output first. " * 8)
        claude.tool("Bash", {"command": f"make step-{number}"}, OUTPUT)
        claude.tool("Read", {"file_path": str(claude.worktree / "a.txt")}, OUTPUT[:4000])


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        plain = bench.repository("plain", hooked=False)
        empty = bench.repository("empty", hooked=True)
        one = bench.repository("one", hooked=True)
        big = bench.repository("big", hooked=True)
        small_session = bench.session(one, "aaaaaaaa", MEGABYTE // 4)
        big_session = bench.session(big, "bbbbbbbb", 69 * MEGABYTE)
        bench.commit(big, {"CLAUDECODE": "1", "CLAUDE_CODE_SESSION_ID": big_session.session})(0)
        actions = {
            "no hook": bench.commit(plain),
            "hook, no session around": bench.commit(empty),
            "hook, 1 MB session": bench.commit_with(small_session, MEGABYTE),
        }
        results = timing.interleaved(actions, rounds)
        results["hook, 70 MB session, 69 MB attached"] = timing.milliseconds(
            bench.commit_with(big_session, MEGABYTE), max(3, rounds // 3)
        )
        results["git traj show HEAD (1 MB session)"] = timing.milliseconds(
            lambda _: timing.run(["git", "traj", "show", "HEAD"], cwd=one, env=bench.env), rounds
        )
        results["git traj verify HEAD (1 MB session)"] = timing.milliseconds(
            lambda _: timing.run(["git", "traj", "verify", "HEAD"], cwd=one, env=bench.env), rounds
        )
        results["python3 -c pass"] = timing.milliseconds(lambda _: timing.run([sys.executable, "-c", "pass"]), rounds)
        base = results["no hook"]
        for name, value in results.items():
            extra = f"   extra {value - base:7.1f} ms" if name.startswith("hook") else ""
            print(f"{name:40s} {value:8.1f} ms{extra}")
        print(json.dumps({name: round(value, 1) for name, value in results.items()}))


if __name__ == "__main__":
    main()
