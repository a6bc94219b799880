"""When this clone first saw a statement: by its own clock, at the first notes tip that held it."""

from pathlib import Path

from gittraj.codec import framing
from gittraj.store import seen_tips
from gittraj.store.notes import NoteStore
from gittraj.store.repository import open_repository
from tests.support.repo_builder import Repo

ONE, TWO = framing.body(b"one"), framing.body(b"two")


def test_the_first_tip_that_held_it_counts(tmp_path: Path) -> None:
    repo = Repo.init(tmp_path / "r")
    commit = repo.commit("First", {"a": "a"})
    repository = open_repository(str(repo.path))
    notes, common = NoteStore(repository), repository.common_dir
    assert seen_tips.first(notes, commit, ONE) is None
    for now, item in ((100, ONE), (200, TWO), (300, framing.body(b"three"))):
        notes.append(commit, [item], message="more")
        seen_tips.saw(common, notes.tip(), now)
        seen_tips.saw(common, notes.tip(), now + 50)  # the same tip again says nothing new
    assert seen_tips.first(notes, commit, ONE) == 100
    assert seen_tips.first(notes, commit, TWO) == 200
    assert seen_tips.first(notes, commit, framing.body(b"four")) is None
    assert seen_tips.first(notes, "1" * 40, ONE) is None


def test_a_damaged_memory_proves_nothing_and_hurts_nobody(tmp_path: Path) -> None:
    repo = Repo.init(tmp_path / "r")
    commit = repo.commit("First", {"a": "a"})
    repository = open_repository(str(repo.path))
    notes = NoteStore(repository)
    notes.append(commit, [ONE], message="one")
    path = Path(repository.common_dir) / "gittraj" / "seen-notes"
    path.parent.mkdir(exist_ok=True)
    for content in (
        b"",
        b"junk\n\0\0\n",
        b"99999999999999 " + b"a" * 40,
        b"12 " + b"0" * 40 + b"\n",
        b"-5 " + notes.tip().encode(),
    ):
        path.write_bytes(content)
        assert seen_tips.first(notes, commit, ONE) is None
    seen_tips.saw(repository.common_dir, notes.tip(), 77)
    assert seen_tips.first(notes, commit, ONE) == 77
    seen_tips.saw(str(tmp_path / "no" / "\0"), "")
