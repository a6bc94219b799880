"""Scale: the index, blame, regions and sessions over generated histories of 1,000 to 10,000 traced commits with ten edits each.

Beside the time on the clock stands that of the processors, which other programs on the machine change less.
"""

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.bench import timing
from tests.bench.machine import ROOT
from tests.bench.place import Place
from tests.bench.rows import Options, Row

SIZES = (1000, 3000, 10_000)
EDITS, SPAN, FILES = 10, 5, 500  # of a commit; commits of a session; in the tree
LIMITS = {"index": 60.0, "one more": 100.0, "regions of a file": 300.0, "hottest regions": 1000.0, "sessions": 1000.0}
_FIRST = ", first after a commit"
_MAKE = "import sys; from pathlib import Path; from tests.bench.replay import prepare; n, e, f, s = map(int, sys.argv[2:]); "
_MAKE += "prepare(Path(sys.argv[1]), n, e, files=f, span=s)"


class Took(NamedTuple):
    """Seconds on the clock and of the processors, of a command and all that it started."""

    clock: float
    processors: float


def run(options: Options, place: Place) -> Iterator[Row]:
    for size in (40,) if options.quick else SIZES:
        yield from _measured(options, place, size)


def _measured(options: Options, place: Place, size: int) -> Iterator[Row]:
    rounds = options.rounds(5)
    limits = LIMITS if size == SIZES[-1] else {}
    repo = made(place, size)
    traj = lambda *words: timing.run(["git", "traj", *words], cwd=repo, env=place.env)  # noqa: E731
    took = _took(lambda: traj("index", "--rebuild"))
    told = json.loads(traj("index", "--stats", "--json"))
    note = f"{told['edits']:,} edits in {told['sessions']:,} sessions, {told['bytes'] / 1e6:.1f} MB, "
    yield Row(f"index of {size:,} commits", took.clock, "s", 0, limits.get("index"), note + _cpu(took))
    path = place.git(repo, "ls-tree", "-r", "--name-only", "HEAD", "src").split()[0]
    tip = place.git(repo, "rev-parse", "refs/notes/traj").strip()
    head = place.git(repo, "rev-parse", "HEAD").strip()

    def before() -> None:
        """The repository as it was one commit ago, with all that was asked then."""
        place.git(repo, "notes", "--ref=traj", "remove", head)
        place.git(repo, "update-ref", "HEAD", f"{head}~1")
        for words in (["index"], ["regions", path], ["regions"], ["sessions"]):
            traj(*words)
        place.git(repo, "update-ref", "HEAD", head)
        place.git(repo, "update-ref", "refs/notes/traj", tip)

    first = {"regions of a file": ("regions", path), "hottest regions": ("regions",), "sessions": ("sessions",)}
    actions: dict[str, Callable[[], object]] = {
        "nothing new": lambda: traj("index"),
        "git blame": lambda: place.git(repo, "blame", "HEAD", "--", path),
        "blame": lambda: traj("blame", path, "HEAD"),
        "regions of a file": lambda: traj("regions", path),
        "hottest regions": lambda: traj("regions"),
        "sessions": lambda: traj("sessions"),
        **{f"{name}{_FIRST}": lambda words=words: traj(*words) for name, words in first.items()},
        "one more": lambda: traj("index"),
    }
    times: dict[str, list[Took]] = {name: [] for name in actions}
    for _ in range(rounds + 1):
        for name, action in actions.items():
            if name == "one more":
                place.git(repo, "notes", "--ref=traj", "remove", head)
                traj("index")
                place.git(repo, "update-ref", "refs/notes/traj", tip)
            elif name.endswith(_FIRST):
                before()
            times[name].append(_took(action))
    found = {name: _median(each[1:]) for name, each in times.items()}
    more = Took(*(a - b for a, b in zip(found["one more"], found["nothing new"], strict=True)))
    note = f"beside starting the command, {_cpu(more)}"
    yield Row(f"one commit more on {size:,}", more.clock * 1000, "ms", rounds, limits.get("one more"), note)
    blame = 1500 * found["git blame"].clock + 200 if limits else None
    names = {
        "nothing new": "git traj index, nothing new",
        "git blame": "git blame FILE",
        "blame": "git traj blame FILE",
    }
    for name in list(actions)[:-1]:
        limit = blame if name == "blame" else limits.get(name.removesuffix(_FIRST))
        if limit and name.endswith(_FIRST):  # the commit is added and the question answered in one command
            limit += LIMITS["one more"]
        yield Row(
            f"{names.get(name, name)}, {size:,}", found[name].clock * 1000, "ms", rounds, limit, _cpu(found[name])
        )


def made(place: Place, size: int, *, edits: int = EDITS, files: int = FILES, span: int = SPAN) -> Path:
    """A repository of `size` traced commits."""
    folder = place.folder / f"scale-{size}"
    folder.mkdir()
    numbers = map(str, (size, edits, files, span))
    timing.run([sys.executable, "-c", _MAKE, str(folder), *numbers], env={**place.env, "PYTHONPATH": str(ROOT)})
    return folder / "work"


def _took(action: Callable[[], object]) -> Took:
    before, began = _processors(), time.perf_counter()
    action()
    return Took(time.perf_counter() - began, _processors() - before)


def _processors() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _median(found: list[Took]) -> Took:
    return Took(statistics.median(each.clock for each in found), statistics.median(each.processors for each in found))


def _cpu(took: Took) -> str:
    return (
        f"processors {took.processors:.1f} s" if took.processors >= 2 else f"processors {took.processors * 1000:.0f} ms"
    )
