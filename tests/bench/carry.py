"""Rewrites: what our hooks add to a rebase of 100 traced commits, and finding again what 50 of them squashed are, among 1,000 and 10,000 traced commits."""

import json
import os
import resource
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

from tests.bench import timing
from tests.bench.place import Place
from tests.bench.replay import prepare
from tests.bench.rows import Options, Row

REBASE_LIMIT, SQUASH_LIMIT = 500.0, 1000.0  # milliseconds
START = 1_790_000_000  # committer's time of the first round; each has its own, so that no two make the same commits


class Spent:
    """Processor time of what an action starts: on a machine that others use too, the figure that can be compared."""

    def __init__(self) -> None:
        self.times: dict[str, list[float]] = {}

    def counted(self, name: str, action: timing.Step) -> timing.Step:
        """`action`, with the processor time of its children kept under `name`."""

        def measured(number: int) -> None:
            before = _children()
            action(number)
            self.times.setdefault(name, []).append(_children() - before)

        return measured

    def median(self, name: str) -> float:
        """In milliseconds, without the first round."""
        return statistics.median(self.times[name][1:] or self.times[name]) * 1000


def run(options: Options, place: Place) -> Iterator[Row]:
    for count in (120,) if options.quick else (1_000, 10_000):
        folder = place.folder / f"carry{count}"
        folder.mkdir()
        with mock.patch.dict(os.environ, place.env, clear=True):
            repo = prepare(folder, count, 3)
        place.git(repo, "reset", "-q", "--hard")
        yield from _rebase(options, place, repo, count)
        yield from _squash(options, place, repo, count)


def _rebase(options: Options, place: Place, repo: Path, count: int) -> Iterator[Row]:
    rounds, spent = options.rounds(5), Spent()
    place.git(repo, "checkout", "-q", "-b", "onto", "main~100")
    (repo / "other.txt").write_text("by hand\n")
    place.git(repo, "add", "other.txt")
    place.git(repo, "commit", "-qm", "By hand", env={"GITTRAJ": "0"})

    def prepared(number: int) -> None:
        place.git(repo, "checkout", "-q", "-B", "topic", "main")

    def rebase(name: str, moment: int, **env: str) -> timing.Prepared:
        def action(number: int) -> None:
            now = {"GIT_COMMITTER_DATE": f"{START + 10 * number + moment} +0000", **env}
            place.git(repo, "rebase", "-q", "onto", env=now)

        return timing.Prepared(prepared, spent.counted(name, action))

    bare, ours = rebase("bare", 0, GITTRAJ="0"), rebase("ours", 1)
    times = timing.interleaved({"bare": bare, "ours": ours}, rounds)
    noted = set(place.git(repo, "notes", "--ref=traj", "list").split()[1::2])
    made = place.git(repo, "rev-list", "onto..topic").split()
    assert len(made) == 100 and noted.issuperset(made)
    told = json.loads(place.git(repo, "traj", "show", "--json", "topic"))
    assert "carry" in [one["kind"] for one in told["statements"]]
    note, limit = f"among {count:,} traced commits", None if options.quick else REBASE_LIMIT
    yield Row("git rebase of 100 commits", times["bare"], "ms", rounds, note="our hooks switched off")
    yield Row("  what our hooks add", times["ours"] - times["bare"], "ms", rounds, limit, note)
    yield Row("  of that, processor time", spent.median("ours") - spent.median("bare"), "ms", rounds)


def _squash(options: Options, place: Place, repo: Path, count: int) -> Iterator[Row]:
    rounds, spent = options.rounds(5), Spent()
    place.git(repo, "checkout", "-q", "-B", "squashed", "main~50")
    place.git(repo, "merge", "-q", "--squash", "main")
    place.git(repo, "commit", "-qm", "Squashed on a forge", env={"GITTRAJ": "0"})
    found = json.loads(place.git(repo, "traj", "verify", "--json", "squashed"))["commits"][0]
    assert found["status"] == "carried" and len(found["carried"]["from"]) > 40, found["reason"]
    for each in (repo / ".git/gittraj").glob("anchors*"):
        each.unlink()
    actions: dict[str, Callable[[int], object]] = {
        "first": lambda _: [each.unlink() for each in (repo / ".git/gittraj").glob("anchors*")],
        "again": lambda _: None,
    }
    for name, before in actions.items():
        verify = spent.counted(name, lambda _: place.git(repo, "traj", "verify", "squashed"))
        value = timing.milliseconds(timing.Prepared(before, verify), rounds)
        told = {"first": "the first time", "again": "from then on"}[name]
        limit = None if options.quick else SQUASH_LIMIT
        note = f"among {count:,} traced commits; processor time {spent.median(name):,.0f} ms"
        yield Row(f"git traj verify of 50 commits squashed, {told}", value, "ms", rounds, limit, note)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
