"""Notes exchanged: one new note against 100,000 through a file remote, and a union of 300 and 500 new notes on 9,000."""

import os
from collections.abc import Iterator

from gittraj.codec import framing
from gittraj.flows import sync
from gittraj.flows.wiring import House, open_house, signer
from gittraj.model.anchor import Anchor
from gittraj.seal.sign import attach
from gittraj.store.notes import NoteStore
from gittraj.store.repository import open_repository
from tests.bench import timing
from tests.bench.place import Place
from tests.bench.rows import Options, Row


def run(options: Options, place: Place) -> Iterator[Row]:
    yield from _sync(options, place)
    yield from _union(options, place)


def _sync(options: Options, place: Place) -> Iterator[Row]:
    rounds = options.rounds(5)
    count, depth = (300, 1) if options.quick else (100_000, 2)
    path = place.repository("exchange", hooked=True)
    remote = place.folder / "exchange.git"
    place.git(path, "init", "-q", "--bare", str(remote))
    place.git(path, "remote", "add", "origin", f"file://{remote}")
    house = open_house(str(path), place.env, interactive=False)
    _notes(place, path, "refs/notes/traj", count, depth, _statement(house))
    place.git(path, "push", "-q", "origin", "refs/notes/traj")
    sizes: list[int] = []

    def add(number: int) -> None:
        house.notes.append(os.urandom(20).hex(), [_statement(house)], message="bench")

    def exchange(number: int) -> None:
        before = _bytes(remote)
        done = sync.sync(open_house(str(path), place.env, interactive=False))
        assert done.refs[0].sent == 2 and not done.warnings, done  # the note, and a signed head
        sizes.append(_bytes(remote) - before)

    add(0)
    sync.sync(house)  # once: the tracking ref, and the first head, which reads every note
    times = timing.interleaved({"sync": timing.Prepared(add, exchange)}, rounds)
    yield Row(
        f"sync of 1 new note against {count:,}", times["sync"], "ms", rounds, limit=None if options.quick else 1000
    )
    yield Row("  what it adds to the remote", max(sizes) / 1024, "KiB", note="objects as they lie there")


def _union(options: Options, place: Place) -> Iterator[Row]:
    rounds = options.rounds(11)
    path = place.repository("union")
    _notes(place, path, "refs/notes/base", 300 if options.quick else 9_000, 1)
    for name, more in (("ours", 300), ("theirs", 500)):
        place.git(path, "update-ref", f"refs/notes/{name}", "refs/notes/base")
        store = NoteStore(open_repository(str(path), place.env), f"refs/notes/{name}")
        fresh = {os.urandom(20).hex(): [framing.body(os.urandom(600))] for _ in range(more)}
        store.append_all(fresh, message="bench")
    ours = place.git(path, "rev-parse", "refs/notes/ours").strip()
    theirs = place.git(path, "rev-parse", "refs/notes/theirs").strip()
    stores = {number: f"refs/notes/union{number}" for number in range(rounds + 1)}
    for ref in (*stores.values(), "refs/notes/git"):
        place.git(path, "update-ref", ref, ours)

    def unite(number: int) -> None:
        store = NoteStore(open_repository(str(path), place.env), stores[number])
        assert store.merge(theirs, message="bench").received == 500

    def merge(number: int) -> None:
        place.git(path, "update-ref", "refs/notes/git", ours)
        place.git(path, "notes", "--ref=git", "merge", "-q", "-s", "union", "refs/notes/theirs")

    times = timing.interleaved({"unite": unite, "git": merge}, rounds)
    yield Row("git notes merge -s union, 300 and 500 on 9,000", times["git"], "ms", rounds)
    yield Row("our union of the same", times["unite"], "ms", rounds, limit=None if options.quick else 150)


def _statement(house: House) -> bytes:
    anchor = Anchor(os.urandom(20).hex(), "ab" * 20, (), "bench", 0, 0, kind="label")
    return attach("label", {"bench": os.urandom(300)}, anchor, signer(house), 1_700_000_000)


def _bytes(folder) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _notes(place: Place, path, ref: str, count: int, depth: int, statement: bytes = b"") -> None:
    lines = [b"feature done\ncommit %b\ncommitter B <b@example.org> 1700000000 +0000\ndata 0\n" % ref.encode()]
    for _ in range(count):
        key = os.urandom(20).hex()
        name = "/".join([*(key[2 * n : 2 * n + 2] for n in range(depth)), key[2 * depth :]]).encode()
        # with a signature of its own, so that each is another statement
        blob = statement[:-64] + os.urandom(64) if statement else framing.body(os.urandom(300))
        lines.append(b"M 100644 inline %b\ndata %d\n%b\n" % (name, len(blob), blob))
    place.git(path, "fast-import", "--quiet", data=b"".join([*lines, b"done\n"]))
