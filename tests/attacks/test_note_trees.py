"""Hands on notes that hold several statements, and on the tree of notes: nothing of it stays green, and what git's own merges make does."""

import itertools
from pathlib import Path

import pytest

from gittraj.codec import framing
from gittraj.flows.doctor import doctor
from gittraj.flows.repair import repair
from gittraj.flows.statements import read_note
from gittraj.flows.verify import status_of
from gittraj.flows.wiring import keychain, signer
from gittraj.model.anchor import Anchor
from gittraj.seal.sign import attach
from tests.e2e.conftest import made
from tests.support.signed_history import NOTES, Clone, Team

__all__ = ["made"]


@pytest.fixture
def clone(tmp_path: Path, made: tuple[Path, Path]) -> Clone:
    """A clone with the notes of a history of six commits of one session."""
    repo, home = made
    found = Clone(tmp_path / "clone", home)
    Clone(tmp_path, home).git("clone", "-q", str(repo), "clone")
    found.git("fetch", "-q", "origin", f"{NOTES}:{NOTES}")
    return found


def word(clone: Clone, commit: str, at: int) -> bytes:
    """A signed word about a commit, another at every time."""
    house = clone.house()
    about = house.repository.commit(commit)
    anchor = Anchor(
        commit, about.tree, about.parents, "", 0, 0, "consent", object_format=house.repository.object_format
    )
    return attach("consent", {"consents": "trust"}, anchor, signer(house), at)


def blob(clone: Clone, data: bytes) -> str:
    path = clone.repo / ".git/blob"
    path.write_bytes(data)
    return clone.git("hash-object", "-w", "--no-filters", str(path))


def put(clone: Clone, commit: str, data: bytes) -> None:
    clone.git("notes", "--ref=traj", "add", "-f", "-C", blob(clone, data), commit)


def note(clone: Clone, commit: str) -> bytes:
    return clone.house().notes.read(commit) or b""


def tree_with(clone: Clone, *lines: str) -> None:
    """The notes ref with these lines more in its tree, as somebody writes it who does not use git's notes."""
    old = clone.git("ls-tree", NOTES)
    tree = clone.git("mktree", data="\n".join([*old.splitlines(), *lines, ""]).encode())
    clone.git("update-ref", NOTES, clone.git("commit-tree", "-p", NOTES, "-m", "x", tree))


def test_of_all_orders_of_a_note_with_three_statements_one_is_green(clone: Clone) -> None:
    commit = clone.noted()[-1]
    house = clone.house()
    house.notes.append(commit, [word(clone, commit, 1), word(clone, commit, 2)], message="words")
    good = note(clone, commit)
    items = [item.raw for item in framing.read(good).items]
    assert len(items) == 4
    orders = {b"".join(order) for order in itertools.permutations(items)} - {good}
    put(clone, commit, sorted(orders)[0])
    assert "out of order" in clone.verify("HEAD~1..", code=1)["commits"][0]["reason"]
    about, keys = house.repository.commit(commit), keychain(house)
    assert status_of(read_note(house, about, good, keys), False)[0] == "verified"
    assert {status_of(read_note(house, about, one, keys), False)[0] for one in orders} == {"failed"}


def test_what_git_s_own_merges_make_of_notes_loses_nothing_and_stays_green(clone: Clone) -> None:
    commit = clone.noted()[-1]
    base = note(clone, commit)
    clone.git("update-ref", "refs/notes/other", NOTES)
    for ref, moment in (("traj", 1), ("other", 2)):
        data = framing.union(base, word(clone, commit, moment))
        clone.git("notes", f"--ref={ref}", "add", "-f", "-C", blob(clone, data), commit)
    ours, theirs = note(clone, commit), framing.union(base, word(clone, commit, 2))
    clone.git("notes", "--ref=traj", "merge", "-q", "-s", "union", "refs/notes/other")
    merged = note(clone, commit)
    assert merged not in (ours, theirs) and len(framing.read(merged).items) == 6
    assert len({item.raw for item in framing.read(merged).items}) == 4
    clone.verify("--all", code=0)
    clone.house().notes.append(commit, [word(clone, commit, 3)], message="a write of ours puts it in order")
    assert len(framing.read(note(clone, commit)).items) == 5
    clone.verify("--all", code=0)


def test_a_note_that_git_concatenates_twice_on_a_rewrite_is_judged_as_once(clone: Clone) -> None:
    """`git rebase` with an amended commit copies a note twice (notes.rewriteMode = concatenate)."""
    commit = clone.noted()[-1]
    good = note(clone, commit)
    clone.git("commit", "-q", "--amend", "-m", "Other words", "--no-verify")
    new = clone.git("rev-parse", "HEAD")
    put(clone, new, good)
    once = clone.verify("HEAD~1..", code=0)["commits"][0]
    put(clone, new, good + b"\n\n" + good)
    twice = clone.verify("HEAD~1..", code=0)["commits"][0]
    assert once["status"] == twice["status"] == "carried"


@pytest.mark.parametrize(
    "what", ["a file", "another depth", "the same again", "a blob", "a mode", "a directory", "a name twice"]
)
def test_what_does_not_belong_into_the_tree_of_notes_is_told_and_taken_out(clone: Clone, what: str) -> None:
    commit = clone.noted()[-1]
    mine = clone.git("notes", "--ref=traj", "list", commit)
    other = blob(clone, word(clone, commit, 5))
    before = {one: note(clone, one) for one in clone.noted()}
    below = clone.git("mktree", data=f"100644 blob {other}\t{commit[2:]}\n".encode())
    lines = {
        "a file": f"100644 blob {other}\tREADME",
        "another depth": f"100644 blob {other}\t{commit}",
        "the same again": f"100644 blob {mine}\t{commit}",
        "a name twice": f"040000 tree {below}\t{commit[:2]}",
        "a blob": f"100644 blob {other}\t{mine}",
        "a mode": f"120000 blob {other}\t{clone.git('rev-parse', 'HEAD~5')[:-1]}a",
        "a directory": f"040000 tree {below}\tnotes",
    }
    assert f"{commit[:2]}/{commit[2:]}" in clone.git("ls-tree", "-r", NOTES)
    tree_with(clone, lines[what])
    report = clone.verify("HEAD~3..", code=1)
    assert "misplaced" in clone.kinds(report)
    if what in ("another depth", "the same again", "a name twice"):
        apart = read_note(clone.house(), clone.house().repository.commit(commit), note(clone, commit))
        assert "newlines" in status_of(apart, False)[1]
    told = [each for each in doctor(directory=str(clone.repo)) if "something else than a note" in each.what]
    assert [(each.level, each.hint) for each in told] == [("problem", "git traj doctor --repair")]
    left = [step for step in repair(directory=str(clone.repo)) if not step.done]
    if what == "a blob":  # what it was meant for is for a person to say
        assert "a note of something that is no commit" in left[0].what
        clone.git(*left[0].hint.split()[1:])
    else:
        assert left == [] and repair(directory=str(clone.repo)) == []
    assert all(
        {item.raw for item in framing.read(data).items} <= {item.raw for item in framing.read(note(clone, one)).items}
        for one, data in before.items()
    )
    clone.verify("--all", "--accept-notes", code=0)


def test_a_server_takes_no_note_that_was_put_out_of_order_and_no_file_that_is_none(
    tmp_path: Path, made: tuple[Path, Path]
) -> None:
    team = Team(tmp_path, made).start()
    first = team.first
    commit = first.noted()[-1]
    good, start = note(first, commit), first.git("rev-parse", NOTES)
    statement, body = (item.raw for item in framing.read(good).items)
    for data in (body + statement, good + statement, b"\n" + good):
        put(first, commit, data)
        done = first.try_git("push", "--no-verify", "origin", NOTES)
        assert done.returncode != 0 and "items twice or out of order" in done.stderr, done.stderr
        first.git("update-ref", NOTES, start)
    tree_with(first, f"100644 blob {blob(first, b'hello')}\tREADME")
    done = first.try_git("push", "--no-verify", "origin", NOTES)
    assert done.returncode != 0 and "README in refs/notes/traj: it is no note" in done.stderr, done.stderr
    assert team.server.git("rev-parse", NOTES) == start
    first.git("update-ref", NOTES, start)
    tree_with(first, f"100644 blob {blob(first, b'1' + bytes((10,)))}\tgittraj-purged")  # the count of purges is ours
    done = first.try_git("push", "--no-verify", "origin", NOTES)
    assert done.returncode == 0, done.stderr
