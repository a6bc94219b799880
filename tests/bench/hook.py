"""Hook: commits by real git with and without sessions around; "extra" is the median beside commits without hooks in the same run."""

import sys
from collections.abc import Iterator

from tests.bench import timing
from tests.bench.place import MEGABYTE, Place
from tests.bench.rows import Options, Row

LIMITS = {"no session around": 60, "1 MB session": 600, "70 MB session, 69 MB attached": 800}


def run(options: Options, place: Place) -> Iterator[Row]:
    rounds = options.rounds(15)
    long = 3 if options.quick else 69
    plain, empty = place.repository("plain"), place.repository("empty", hooked=True)
    one, big = place.repository("one", hooked=True), place.repository("big", hooked=True)
    short_session = place.session(one, "aaaaaaaa", MEGABYTE // 4)
    long_session = place.session(big, "bbbbbbbb", long * MEGABYTE)
    for claude in (short_session, long_session):  # what is there by now belongs to a commit before
        place.commit(claude.worktree, {"CLAUDECODE": "1", "CLAUDE_CODE_SESSION_ID": claude.session})(0)
    times = timing.interleaved(
        {
            "no hook": place.commit(plain),
            "no session around": place.commit(empty),
            "1 MB session": place.commit_with(short_session, MEGABYTE),
            "70 MB session, 69 MB attached": place.commit_with(long_session, MEGABYTE),
            "python": lambda _: timing.run([sys.executable, "-c", "pass"], env=place.env),
        },
        rounds,
    )
    _check(place, [one, big], rounds + 2)
    base = times["no hook"]
    yield Row("git commit, no hook", base, "ms", rounds)
    for name, limit in LIMITS.items():
        yield Row(f"extra, {name}", times[name] - base, "ms", rounds, limit, f"commit {times[name]:.0f} ms")
    yield Row("python -c pass, to compare", times["python"], "ms", rounds)


def _check(place: Place, repositories: list, commits: int) -> None:
    """A hook that did nothing is fast."""
    for path in repositories:
        notes = len(place.git(path, "notes", "--ref=traj", "list").splitlines())
        if notes != commits:
            raise SystemExit(f"{path.name}: {notes} notes on {commits} commits: the hook did not do its work")
