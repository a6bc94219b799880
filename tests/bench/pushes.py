"""Pushes: what the pre-push and the pre-receive hook cost, for one commit and for a thousand with traces, among a thousand notes."""

import os
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from tests.bench import timing
from tests.bench.place import Place
from tests.bench.replay import prepare
from tests.bench.rows import Options, Row
from tests.support.signed_history import Clone

ALL_LIMIT, ONE_LIMIT = 5000.0, 300.0  # milliseconds, on two processors


def run(options: Options, place: Place) -> Iterator[Row]:
    commits = 50 if options.quick else 1000
    folder = place.folder / "pushes"
    folder.mkdir()
    with mock.patch.dict(os.environ, place.env, clear=True):
        repo = prepare(folder, commits, 3)
        clone = Clone(repo, place.home)
        clone.env = dict(place.env)
        yield from _rows(options, place, clone, commits)


def _rows(options: Options, place: Place, clone: Clone, commits: int) -> Iterator[Row]:
    server = clone.repo.parent / "server.git"
    clone.git("init", "-q", "--bare", str(server))
    clone.git("remote", "add", "origin", str(server))
    clone.git("reset", "-q", "--hard")
    tip = clone.git("rev-parse", "main")

    def hook(name: str, where: Path, line: str) -> timing.Step:
        command = ["git-traj", "hook", name, "origin", str(server)]
        return lambda _: timing.run(command, cwd=where, env=clone.env, data=line.encode())

    every = hook("pre-push", clone.repo, f"refs/heads/main {tip} refs/heads/main {'0' * 40}\n")
    rounds = options.rounds(5)
    told = f"pre-push of {commits:,} new commits with traces"
    yield Row(told, timing.milliseconds(every, rounds), "ms", rounds, ALL_LIMIT)
    timing.run(["git", "push", "-q", "--no-verify", "origin", "main", "refs/notes/traj"], cwd=clone.repo, env=clone.env)
    one = clone.agent_commits("one.txt")
    only = hook("pre-push", clone.repo, f"refs/heads/main {one} refs/heads/main {tip}\n")
    timing.run(
        ["git", "push", "-q", "--no-verify", "origin", f"{one}:refs/heads/one", "refs/notes/traj"],
        cwd=clone.repo,
        env=clone.env,
    )
    received = hook("pre-receive", server, f"{tip} {one} refs/heads/main\n")
    rounds = options.rounds(21)
    times = timing.interleaved({"pre-push of one commit": only, "pre-receive of one commit": received}, rounds)
    for name, value in times.items():
        yield Row(name, value, "ms", rounds, ONE_LIMIT, f"among {commits:,} notes")
