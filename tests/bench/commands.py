"""Commands: show, verify, replay and log on a commit with a 1 MB session."""

import sys
from collections.abc import Iterator

from tests.bench import timing
from tests.bench.place import MEGABYTE, Place
from tests.bench.rows import Options, Row

LIMITS = {"show HEAD": 250.0}


def run(options: Options, place: Place) -> Iterator[Row]:
    rounds = options.rounds(21)
    path = place.repository("commands", hooked=True)
    (path / "a.txt").write_text("1\n")
    place.git(path, "add", "a.txt")
    claude = place.session(path, "cccccccc", MEGABYTE, {str(path / "a.txt"): ("0\n", "1\n")})
    place.commit(path, {"CLAUDECODE": "1", "CLAUDE_CODE_SESSION_ID": claude.session})(1)
    if len(place.git(path, "notes", "--ref=traj", "list").splitlines()) != 1:
        raise SystemExit("the session was not attached: there is nothing to show")
    commands = ["show HEAD", "show --full HEAD", "show --json HEAD", "verify HEAD", "replay HEAD", "log", "--version"]
    actions = {
        command: lambda _, command=command: timing.run(["git", "traj", *command.split()], cwd=path, env=place.env)
        for command in commands
    }
    bare = {"git": lambda _: timing.run(["git", "--version"], env=place.env)}
    bare["python"] = lambda _: timing.run([sys.executable, "-c", "pass"], env=place.env)
    times = timing.interleaved({**actions, **bare}, rounds)
    for command in commands:
        yield Row(f"git traj {command}", times[command], "ms", rounds, LIMITS.get(command))
    yield Row("git --version, to compare", times["git"], "ms", rounds)
    yield Row("python -c pass, to compare", times["python"], "ms", rounds)
