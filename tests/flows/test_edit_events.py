"""Edits as events: what a session did goes in; each edit with its place, its commit and whether that holds it comes out."""

from pathlib import Path

import pytest

from gittraj.flows.judge import Judge
from gittraj.flows.wiring import open_house
from gittraj.model.edit import BEFORE, Edit
from gittraj.model.report import ReplayedCommit
from tests.support.workshop import Workshop

TEN = "".join(f"line {number}\n" for number in range(1, 11))


@pytest.fixture
def shop(tmp_path: Path, hermetic_seal: Path) -> Workshop:
    shop = Workshop(tmp_path, hermetic_seal).start()
    (shop.repo / "ten.txt").write_text(TEN)
    shop.git("add", ".")
    shop.git("commit", "-qm", "Ten lines")
    return shop


def judged(shop: Workshop, rev: str = "HEAD") -> ReplayedCommit:
    house = open_house(str(shop.repo))
    judge = Judge(house, edits=True)
    return judge.commit(judge.snapshots.commit(house.repository.resolve(rev)))


def told(edits: tuple[Edit, ...]) -> list[tuple[str, int, int, int, int, bool]]:
    return [
        (each.file, each.start_line, each.end_line, each.lines_added, each.lines_removed, each.committed)
        for each in edits
    ]


def test_an_edit_is_told_in_the_lines_of_the_file_right_after_it(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Go")
    first = claude.edit("ten.txt", "line 8\n", "eight\nand a half\n")
    claude.edit("ten.txt", "line 2\nline 3\n", "two\n")
    claude.edit("ten.txt", "line 5\nline 6\n", "")
    claude.run("git commit -qam 'Three edits'")
    edits = judged(shop).edits
    assert told(edits) == [
        ("ten.txt", 8, 9, 2, 1, True),
        ("ten.txt", 2, 2, 1, 2, True),
        ("ten.txt", 4, 3, 0, 2, True),
    ]
    assert edits[0].spans == ((7, 8, 7, 9),)
    assert {each.commit for each in edits} == {shop.out("rev-parse", "HEAD")}
    assert edits[0].call == first and edits[0].agent == "claude-code" and edits[0].model == "claude-scripted-1"
    assert (
        edits[0].session == claude.session and edits[0].timestamp.startswith("2023-11-14T") and edits[0].turn_index == 1
    )


def test_a_shell_command_whose_effect_is_certain_is_an_edit_too(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Go")
    claude.run("sed -i 's/line 4/four/' ten.txt")
    claude.run("git commit -qam 'By sed'")
    edits = judged(shop).edits
    assert told(edits) == [("ten.txt", 4, 4, 1, 1, True)] and edits[0].kind == "shell"


def test_an_attempt_that_was_undone_before_the_commit_is_told_as_such(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Go")
    claude.edit("ten.txt", "line 5\n", "five\n")
    claude.edit("ten.txt", "five\n", "line 5\n")
    claude.edit("ten.txt", "line 9\n", "nine\n")
    claude.edit("money.py", "x / 2", "x // 2")
    claude.edit("money.py", "x // 2", "x / 2")
    claude.run("git commit -qam 'Nine'")
    found = judged(shop)
    assert [(each.file, each.start_line, each.committed) for each in found.edits] == [
        ("ten.txt", 5, False),
        ("ten.txt", 5, False),
        ("ten.txt", 9, True),
        ("money.py", 2, False),
        ("money.py", 2, False),
    ]
    ten, money = found.trails
    assert ten.hunks == ((8, 9, 8, 9),) and ten.made == ((2, 0, 1),)
    assert ten.touches[1].removed == ((0, 0, 1),) and ten.touches[1].after == ten.touches[0].before
    assert money.hunks == () and money.touches[0].removed == ((BEFORE, 1, 1),)


def test_a_text_written_over_by_the_next_edit_was_never_committed(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Go")
    claude.edit("ten.txt", "line 5\n", "cinq\n")
    claude.edit("ten.txt", "cinq\n", "five\n")
    claude.run("git commit -qam 'Five'")
    assert [each.committed for each in judged(shop).edits] == [False, True]


def test_an_edit_left_in_the_worktree_is_told_again_with_the_commit_that_takes_it(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Go")
    claude.edit("ten.txt", "line 5\n", "five\nfive and a half\n")
    claude.edit("money.py", "x / 2", "x // 2")
    claude.run("git commit -qm 'Money' money.py")
    claude.edit("ten.txt", "five and a half\n", "5.5\n")
    claude.run("git commit -qam 'Ten'")
    first, second = judged(shop, "HEAD~1").edits, judged(shop).edits
    assert [(each.file, each.committed) for each in first] == [("ten.txt", False), ("money.py", True)]
    assert told(second) == [("ten.txt", 5, 6, 2, 1, True), ("ten.txt", 6, 6, 1, 1, True)]
    assert second[0].key == first[0].key and second[0].commit == shop.out("rev-parse", "HEAD")


def test_an_edit_after_the_commit_is_told_from_the_commit_on(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Go")
    claude.edit("ten.txt", "line 1\n", "zero\nline 1\n")
    claude.run("git commit -qam 'Zero'")
    claude.edit("ten.txt", "line 5\n", "five\n")
    claude.run("git commit -qam 'Five'")
    edits = judged(shop).edits
    assert told(edits) == [("ten.txt", 6, 6, 1, 1, True)]


def test_a_file_that_moves_keeps_its_edits(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Go")
    claude.edit("ten.txt", "line 5\n", "five\n")
    claude.run("git mv ten.txt numbers.txt")
    claude.edit("numbers.txt", "five\n", "5\n")
    claude.run("git commit -qam 'Numbers'")
    found = judged(shop)
    assert [(each.file, each.committed) for each in found.edits] == [("ten.txt", False), ("numbers.txt", True)]
    (trail,) = found.trails
    assert (trail.old_file, trail.file) == ("ten.txt", "numbers.txt")
    assert trail.touches[1].removed == ((0, 0, 1),) and trail.made == ((1, 0, 1),)


def test_replay_says_the_same_with_and_without_edits(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Go")
    claude.edit("ten.txt", "line 5\n", "five\n")
    (shop.repo / "ten.txt").write_text((shop.repo / "ten.txt").read_text() + "by hand\n")
    claude.run("git commit -qam 'Mixed'")
    house = open_house(str(shop.repo))
    judge = Judge(house)
    plain = judge.commit(judge.snapshots.commit(house.repository.resolve("HEAD")))
    found = judged(shop)
    assert plain.edits == () and plain.trails == ()
    assert (found.status, found.files, found.coverage) == (plain.status, plain.files, plain.coverage)
