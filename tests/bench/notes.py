"""Notes: a 64 KiB note more on a ref that holds 10,000, by `git notes add` and by us."""

import os
from collections.abc import Iterator

from gittraj.codec import framing
from gittraj.store.notes import NoteStore
from gittraj.store.repository import open_repository
from tests.bench import timing
from tests.bench.place import Place
from tests.bench.rows import Options, Row

BLOB = 64 * 1024


def run(options: Options, place: Place) -> Iterator[Row]:
    rounds = options.rounds(41)
    path = place.repository("notes")
    count = 300 if options.quick else 10_000
    for ref in ("refs/notes/traj", "refs/notes/bare"):
        _notes(place, path, ref, count)
    commits = [place.git(path, "commit-tree", "-m", f"{n}", "HEAD^{tree}").strip() for n in range(rounds + 1)]
    text = path / "blob.txt"
    text.write_bytes(os.urandom(BLOB // 2).hex().encode())
    store = NoteStore(open_repository(str(path), place.env))

    def append(number: int) -> None:
        assert store.append(commits[number], [framing.body(os.urandom(BLOB))], message="bench")

    def add(number: int) -> None:
        place.git(path, "notes", "--ref=bare", "add", "-F", str(text), commits[number])

    times = timing.interleaved(
        {
            "append": append,
            "add": add,
            "read": lambda number: store.read(commits[number]),
            "show": lambda number: place.git(path, "notes", "--ref=bare", "show", commits[number]),
        },
        rounds,
    )
    place.git(path, "fsck", "--no-dangling")
    yield Row("git notes add", times["add"], "ms", rounds)
    yield Row(
        "our append, in process",
        times["append"],
        "ms",
        rounds,
        note=_ratio(times["append"], times["add"], "git notes add"),
    )
    yield Row("git notes show", times["show"], "ms", rounds)
    yield Row(
        "our read, in process", times["read"], "ms", rounds, note=_ratio(times["read"], times["show"], "git notes show")
    )


def _ratio(own: float, other: float, name: str) -> str:
    return f"{own / other:.2f} x {name}"


def _notes(place: Place, path, ref: str, count: int) -> None:
    """Notes for commits that are not there, one directory deep, as git itself has them at this number."""
    lines = [b"feature done\ncommit %b\ncommitter B <b@example.org> 1700000000 +0000\ndata 0\n" % ref.encode()]
    for _ in range(count):
        key = os.urandom(20).hex().encode()
        blob = os.urandom(64).hex().encode()
        lines.append(b"M 100644 inline %b/%b\ndata %d\n%b\n" % (key[:2], key[2:], len(blob), blob))
    place.git(path, "fast-import", "--quiet", data=b"".join([*lines, b"done\n"]))
