"""Statements that were there and are gone: deleted, cut off, rolled back, shown otherwise; each has its name in the verdict."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gittraj.codec import framing
from gittraj.flows import completeness
from gittraj.flows.heads import sign_head
from gittraj.flows.notes_book import Book
from gittraj.seal.chains import Link, judge
from tests.support.signed_history import NOTES, Clone

COMMITS = 6


@pytest.fixture
def clone(made: tuple[Path, Path], tmp_path: Path) -> Clone:
    repo, home = made
    target = tmp_path / "clone"
    subprocess.run(["cp", "-R", str(repo), str(target)], check=True)
    return Clone(target, home)


def test_a_whole_repository_passes_and_says_how_much_it_counted(clone: Clone) -> None:
    before = clone.verify("--all", code=0)
    assert before["completeness"] == {"result": "pass", "statements": COMMITS, "heads": 0, "findings": []}
    clone.head()
    after = clone.verify("--all", code=0)
    assert after["completeness"]["heads"] == 1 and after["completeness"]["statements"] == COMMITS + 1
    assert [each["commit"] for each in after["commits"]] == [each["commit"] for each in before["commits"]]
    assert not sign_head(clone.house()).fresh  # nothing new was said, so nothing new is signed


def test_what_came_since_is_counted_as_reading_every_note_counts_it(clone: Clone) -> None:
    clone.head()  # remembers the ids of the notes as they are
    house = clone.house()
    first, *_, last = clone.noted()
    again = framing.read(house.notes.read(first) or b"").items[0].raw
    assert house.notes.append(last, [again], message="a statement that is known already, on another commit")
    clone.head()
    tip = clone.git("rev-parse", NOTES)
    told = Book(house).ids(tip)  # of what is remembered and came since
    (clone.repo / ".git" / "gittraj" / "statement-ids").unlink()
    assert told == Book(house).ids(tip) == sorted(set(told)) and len(told) == COMMITS + 2


def test_a_note_taken_from_the_middle_is_a_gap_even_for_who_remembers_nothing(clone: Clone) -> None:
    gone = clone.noted()[2]
    clone.git("notes", "--ref=traj", "remove", gone)
    clone.forget()
    found = clone.verify("--all", code=1)
    assert clone.kinds(found) == {"gap"}
    assert [each["commit"] for each in found["completeness"]["findings"]] == [clone.git("rev-parse", "main~2")]


def test_a_range_asks_for_the_record_before_its_first_one_wherever_it_is(clone: Clone) -> None:
    assert clone.verify("main~2..main", code=0)["completeness"]["result"] == "pass"
    clone.git("notes", "--ref=traj", "remove", clone.noted()[3])
    clone.forget()
    assert clone.kinds(clone.verify("main~2..main", code=1)) == {"gap"}
    assert clone.verify("main~1..main", code=0)["completeness"]["result"] == "pass"


def test_the_last_note_is_missed_by_a_head_and_named(clone: Clone) -> None:
    clone.head()
    last = clone.noted()[-1]
    clone.git("notes", "--ref=traj", "remove", last)
    clone.forget()
    found = clone.verify("main~3..main", code=1)
    assert clone.kinds(found) == {"deletion"}
    assert [each["commit"] for each in found["completeness"]["findings"]] == [last]


def test_one_of_two_statements_of_a_note_is_missed_by_a_head(clone: Clone) -> None:
    first, second = clone.noted()[:2]
    house = clone.house()
    both = framing.read(house.notes.read(first)).items + framing.read(house.notes.read(second)).items
    house.notes.append(first, [item.raw for item in both], message="two")
    clone.head()
    house.notes.replace(first, framing.write([item.raw for item in both[:2]]))
    clone.forget()
    assert "deletion" in clone.kinds(clone.verify("main~1..main", code=1))


def test_a_clone_that_remembers_names_a_rollback(clone: Clone) -> None:
    clone.verify("--all", code=0)
    house = clone.house()
    completeness.accept(house)  # what any attach does: this clone knows all the notes up to here
    clone.git("update-ref", NOTES, clone.git("commit-tree", "-m", "older", _without_last(clone)))
    found = clone.verify("main~1..main", code=1)
    assert clone.kinds(found) == {"equivocation"}
    clone.git("update-ref", "-d", NOTES)
    assert clone.kinds(clone.verify("main~1..main", code=1)) >= {"removed"}
    assert clone.verify("main~1..main", "--accept-notes", code=0)["completeness"]["result"] == "pass"


def test_going_back_to_an_older_tip_is_a_rollback_and_healed_by_going_forth(clone: Clone) -> None:
    house = clone.house()
    tip = house.notes.tip()
    clone.head()
    completeness.accept(clone.house())
    new = clone.house().notes.tip()
    clone.git("update-ref", NOTES, tip)
    found = clone.verify("main~1..main", code=1)
    assert clone.kinds(found) == {"rollback"}
    clone.git("update-ref", NOTES, new)
    assert clone.verify("main~1..main", code=0)["ok"] is True


def test_what_was_lost_behind_our_back_stays_known_after_the_next_attach(clone: Clone) -> None:
    house = clone.house()
    completeness.accept(house)
    known = house.notes.tip()
    clone.git("notes", "--ref=traj", "remove", clone.noted()[-1])
    completeness.keep_evidence(clone.house(), known, clone.git("rev-parse", NOTES))
    (clone.repo / ".git/gittraj/notes-tip").write_text(clone.git("rev-parse", NOTES))
    assert clone.kinds(clone.verify("main~1..main", code=1)) == {"deletion"}


@pytest.mark.parametrize(
    ("move", "kind"), [("behind", "rollback"), ("apart", "equivocation"), ("deleted", "deletion"), ("none", "removed")]
)
def test_a_remote_that_shows_less_than_before_is_told_from_one_that_grew(clone: Clone, move: str, kind: str) -> None:
    house = clone.house()
    old = house.notes.tip()
    assert completeness.observe(house, "origin", old) == []
    clone.head()
    new = clone.house().notes.tip()
    assert completeness.observe(house, "origin", new) == []
    if move == "behind":
        told = old
    elif move == "none":
        told = ""
    else:
        tree = _without_last(clone)
        parents = ["-p", new] if move == "deleted" else []
        told = clone.git("commit-tree", "-m", "other", *parents, tree)
    assert {each.kind for each in completeness.observe(house, "origin", told)} == {kind}
    found = clone.verify("main~1..main", code=1)
    assert clone.kinds(found) == {kind} and "origin" in found["completeness"]["findings"][0]["detail"]
    assert completeness.observe(house, "origin", new) == []
    assert clone.verify("main~1..main", code=0)["ok"] is True


def test_notes_rewritten_without_loss_are_no_loss(clone: Clone) -> None:
    house = clone.house()
    completeness.accept(house)
    assert completeness.observe(house, "origin", house.notes.tip()) == []
    again = clone.git("commit-tree", "-m", "squashed", f"{NOTES}^{{tree}}")
    clone.git("update-ref", NOTES, again)
    assert completeness.observe(clone.house(), "origin", again) == []
    assert clone.verify("main~1..main", code=0)["ok"] is True


def test_after_a_purge_the_heads_of_others_are_believed_on_the_word_of_a_later_one(clone: Clone) -> None:
    """A purge cuts the notes' history, and with it what earlier heads spoke of."""
    clone.head()
    for name in ("salt", "last-head"):  # from now on this is somebody else's clone
        (clone.repo / ".git/gittraj" / name).unlink()
    clone.git("reset", "-q", "--hard")
    clone.agent_commits("new.txt")
    clone.head()
    clone.traj("purge", clone.noted()[1])
    clone.forget()
    clone.git("reflog", "expire", "--expire=now", "--all")
    clone.git("gc", "-q", "--prune=now")
    found = clone.verify("--all", code=0)["completeness"]
    assert found["result"] == "pass"
    assert [(each["kind"], "before a purge" in each["detail"]) for each in found["findings"]] == [("head", True)]


def test_a_head_of_somebody_unknown_is_told_and_does_not_decide(clone: Clone, tmp_path: Path) -> None:
    stranger = tmp_path / "stranger"
    stranger.mkdir()
    (stranger / ".gitconfig").write_text("[user]\n\tname = Eve\n\temail = eve@example.org\n")
    other = Clone(clone.repo, stranger)
    subprocess.run(
        [sys.executable, "-m", "gittraj", "keys", "new"], cwd=clone.repo, env=other.env, check=True, capture_output=True
    )
    other.head()
    found = clone.verify("main~1..main", code=0)["completeness"]
    assert found["result"] == "pass" and [(each["kind"], each["fatal"]) for each in found["findings"]] == [
        ("head", False)
    ]


def test_every_byte_of_a_head_counts(clone: Clone) -> None:
    clone.head()
    house = clone.house()
    tip = house.repository.commit(house.notes.tip()).parents[0]
    raw = house.notes.read(tip)
    for place in range(3, len(raw), 17):
        house.notes.replace(tip, raw[:place] + bytes((raw[place] ^ 1,)) + raw[place + 1 :])
        completeness.accept(house)
        report = completeness.judge_completeness(house, _keys(house), [])
        lost = completeness.judge_completeness(house, _keys(house), []).heads == 0
        assert report.result == "fail" or lost, place


def test_the_chain_names_forks_gaps_and_records_out_of_place() -> None:
    a, b, c = (Link("s", n, "" if n == 0 else f"d{n - 1}", f"d{n}", f"c{n}") for n in range(3))
    assert judge([a, b, c]) == []
    assert judge([a, b, b._replace(commit="copied"), c]) == []  # a note that git copied is no second record
    assert [each.kind for each in judge([a, c])] == ["gap"]
    assert [each.kind for each in judge([a, b, b._replace(digest="other", commit="c9"), c])] == ["fork"]
    assert [each.kind for each in judge([a, b._replace(prev="else"), c])] == ["broken"]
    assert [each.kind for each in judge([a._replace(prev="d9"), b, c])] == ["broken"]
    assert judge([b, c], lambda link: link.prev == "d0") == []
    assert len(judge([Link("s", 2**60 + n, "x", "y", "c") for n in range(300)])) == 100


def _without_last(clone: Clone) -> str:
    """The tree of the notes without the note of the last commit."""
    last = clone.noted()[-1]
    lines = clone.git("ls-tree", "-r", NOTES).splitlines()
    index = {**clone.env, "GIT_INDEX_FILE": str(clone.repo / ".git/index-of-notes")}
    kept = "\n".join(line for line in lines if line.split("\t")[1].replace("/", "") != last) + "\n"
    subprocess.run(["git", "update-index", "--index-info"], cwd=clone.repo, env=index, input=kept.encode(), check=True)
    done = subprocess.run(["git", "write-tree"], cwd=clone.repo, env=index, capture_output=True, check=True)
    return done.stdout.decode().strip()


def _keys(house: Any) -> Any:
    from gittraj.flows.wiring import keychain

    return keychain(house)


def test_a_repository_with_sha256_ids_is_counted_alike(made: tuple[Path, Path], tmp_path: Path) -> None:
    clone = Clone(tmp_path / "long", made[1])
    clone.repo.mkdir()
    clone.git("init", "-q", "--object-format=sha256")
    clone.person_commits("First", {"a.txt": "a\n"})
    gone = clone.agent_commits("b.txt")
    clone.agent_commits("c.txt")
    clone.head()
    for _ in range(2):  # the second time from the index
        assert clone.verify("--all", code=0)["completeness"] == {
            "result": "pass",
            "statements": 3,
            "heads": 1,
            "findings": [],
        }
    clone.git("notes", "--ref=traj", "remove", gone)
    clone.forget()
    found = clone.verify("--all", code=1)["completeness"]["findings"]
    assert [(each["kind"], each["commit"]) for each in found] == [("deletion", gone)]
