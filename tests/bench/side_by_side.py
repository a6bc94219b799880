"""Edits replayed side by side: the same commits with the same edits go in, both tools' commits in a second and their ratio come out."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench.machine import ROOT
from tests.bench.rows import Row

COMMITS, EDITS = 2000, 5
MAKE = "import sys; from pathlib import Path; from tests.bench.replay import prepare; " \
       "prepare(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), span=1, kept=Path(sys.argv[4]))"  # fmt: skip


def rows(run: Callable[..., bytes], folder: Path, *, quick: bool) -> Iterator[Row]:
    """Each commit has a session of its own, for us in its note, for them in a file that the commit's message names.

    `run`: runs a program sealed off. Both must find every commit reproducible, or the figures would mean nothing.
    """
    commits = 40 if quick else COMMITS
    place = folder / "side-by-side"
    place.mkdir()
    around = {"PYTHONPATH": str(ROOT)}
    made = [sys.executable, "-c", MAKE, str(place), str(commits), str(EDITS), str(place / "sessions")]
    run(*made, cwd=place, env=around)
    repository = place / "work"
    began = time.perf_counter()
    ours = json.loads(run("git-traj", "replay", "--all", "--json", cwd=repository))["commits"]
    between = time.perf_counter()
    theirs = run("reproducible-trajectories", "verify-trajectories", str(repository), cwd=repository).decode()
    ended = time.perf_counter()
    if len(ours) != commits or {one["status"] for one in ours} != {"reproducible"}:
        raise SystemExit("git traj does not find every commit reproducible")
    if theirs.count("reproducible") < commits or "not_reproducible" in theirs:
        raise SystemExit("reproducible-trajectories does not find every commit reproducible")
    rate, other = commits / (between - began), commits / (ended - between)
    size = f"{commits} commits of {EDITS} edits, whole command"
    yield Row("replay, git traj", rate, "/s", note=f"{size}; signatures, schema and coverage too")
    yield Row("replay, reproducible-trajectories", other, "/s", note=size)
    limit = None if quick else 0.1
    yield Row("their rate in ours", other / rate, "", limit=limit, note=f"ours is {rate / other:.1f} times theirs")
