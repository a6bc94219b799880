"""Regions, blame, ranges and survival agree with an oracle of line identity on random histories in real git: rebases, squashes, picks, splits, merges.

``GITTRAJ_FUZZ=SEEDS`` asks for more random histories (`make fuzz`). Every failure that was found is a named seed here.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.history.git_simulation import Change, GitSimulation

SEEDS = int(os.environ.get("GITTRAJ_FUZZ", "0").partition("-")[0]) * 10 or 36
PART = 6  # histories of one test


@pytest.mark.parametrize("part", range((SEEDS + PART - 1) // PART))
def test_random_histories_with_rewrites_agree_with_the_oracle(signing: None, tmp_path: Path, part: int) -> None:
    for seed in range(7000 + part * PART, 7000 + part * PART + PART):
        history = GitSimulation(tmp_path / str(seed), seed)
        for _ in range(4):
            history.grow()
        history.check()
        history.check_earlier()
        shutil.rmtree(tmp_path / str(seed))


def line(number: int) -> str:
    """The text of a line of the first commit: a.txt has 0 to 11, b.txt 12 to 23."""
    return f"line {number:04d} of this file\n"


def undone_beside_a_merge(history: GitSimulation) -> None:
    """The file whose edit is undone on one side of the merge was followed by nobody on the other, or was on both."""
    fork = history.tip
    history.made("s1", ("a.txt", 7, 8, ["x1\n", "x2\n"]), ("a.txt", 7, 9, [line(7)]))
    history.made("s1", ("b.txt", 8, 9, ["x3\n"]), ("b.txt", 8, 9, [line(20)]))
    other, history.tip = history.tip, fork._replace(oracle=history.tip.oracle)
    history.made("s2", ("b.txt", 3, 5, []))
    history.merged(other, "a.txt")  # and of b.txt its own, which git merges to


def squashed_with_one_that_changes_nothing(history: GitSimulation) -> None:
    fork = history.aside()
    one, first = history.made("s1", ("b.txt", 1, 2, ["x1\n"])), history.tip
    two, second = (
        history.made("s3", ("a.txt", 2, 5, ["x2\n"]), ("a.txt", 2, 3, [line(2), line(3), line(4)])),
        history.tip,
    )
    history.tip = fork
    history.again(one, two, olds=[first, second])


def squashed_with_one_that_is_written_over(history: GitSimulation) -> None:
    fork = history.aside()
    one, first = history.made("s1", ("a.txt", 1, 1, ["x1\n"])), history.tip
    two, second = history.made("s2", ("a.txt", 0, 2, ["x2\n"])), history.tip
    history.tip = fork
    history.again(one, two, olds=[first, second])


def squashed_with_a_person_at_the_end(history: GitSimulation) -> None:
    fork = history.aside()
    one, first = history.made("s1", ("a.txt", 2, 3, ["x1\n"])), history.tip
    two, second = history.made("s1", ("a.txt", 1, 4, ["x2\n", "x3\n", "x4\n"])), history.tip
    three = history.made("", person=[("a.txt", 3, 4, ["x5\n", "x6\n"])])
    history.tip = fork
    history.again(one, two, three, olds=[first, second])


def squashed_after_an_edit_that_was_undone(history: GitSimulation) -> None:
    """What the first original took away and put back, the second takes away for good."""
    fork = history.aside()
    edits: list[Change] = [("b.txt", 4, 5, ["x1\n"]), ("b.txt", 2, 4, []), ("b.txt", 2, 2, [line(14), line(15)])]
    one, first = history.made("s1", *edits), history.tip
    two, second = history.made("s2", ("b.txt", 1, 3, []), ("b.txt", 0, 1, ["x2\n"])), history.tip
    history.tip = fork
    history.again(one, two, olds=[first, second])


def rebased_and_gone_on(history: GitSimulation) -> None:
    """The session's next segment follows a commit that was put on another base; the copied note tells of the first."""
    fork = history.aside()
    undone: list[Change] = [("a.txt", 9, 11, []), ("a.txt", 9, 9, [line(9), line(10)]), ("a.txt", 7, 8, ["x1\n"])]
    one, first = history.made("s1", *undone), history.tip
    history.tip = fork
    history.made("s2", ("a.txt", 1, 4, []))
    history.again(one, olds=[first], shift=-3)
    history.check()
    history.made("s1", ("a.txt", 1, 4, ["x2\n"]))


def rebased_without_a_note(history: GitSimulation) -> None:
    """Plumbing, a forge, a cherry-pick: content alone tells whose the lines are, here and in what comes later."""
    fork = history.aside()
    one = history.made("s1", ("a.txt", 5, 6, ["x1\n", "x2\n"]), ("a.txt", 5, 6, ["x3\n"]))
    two = history.made("s2", ("a.txt", 6, 7, ["x4\n"]))
    history.tip = fork
    history.made("", person=[("a.txt", 0, 1, [])])
    history.again(one, shift=-1)
    history.check()
    history.again(two, shift=-1)
    history.check()
    history.made("s1", ("a.txt", 4, 6, ["x5\n"]))


def merged_where_a_dropped_commit_removed_the_same(history: GitSimulation) -> None:
    """A merge has no note; that its other side removed what a commit left behind removed makes it none of that session's."""
    fork = history.aside()
    history.made("s4", ("a.txt", 8, 10, []))
    history.tip = fork
    start = history.tip
    history.made("s1", ("a.txt", 7, 11, ["x1\n"]))
    other, history.tip = history.tip, start._replace(oracle=history.tip.oracle)
    history.made("s2", ("b.txt", 1, 1, ["x2\n"]))
    history.merged(other, "a.txt")


def a_person_removes_what_a_dropped_commit_removed(history: GitSimulation) -> None:
    fork = history.aside()
    history.made("s2", ("b.txt", 10, 10, ["x1\n"]), person=[("b.txt", 7, 10, [])])
    history.tip = fork
    history.made("", person=[("b.txt", 7, 10, ["x2\n", "x3\n"])])


def a_session_does_again_what_a_person_did_long_before(history: GitSimulation) -> None:
    """Asked of the time before, the record is outside of the history; but it was made on top of that."""
    history.made("", person=[("a.txt", 5, 5, ["x1\n"])])
    before = history.aside()
    history.made("", person=[("a.txt", 5, 6, [])])
    history.made("s1", ("a.txt", 5, 5, ["x1\n"]))
    history.tip = before


CASES = (
    a_session_does_again_what_a_person_did_long_before,
    a_person_removes_what_a_dropped_commit_removed,
    undone_beside_a_merge,
    squashed_with_one_that_changes_nothing,
    squashed_with_one_that_is_written_over,
    squashed_with_a_person_at_the_end,
    squashed_after_an_edit_that_was_undone,
    rebased_and_gone_on,
    rebased_without_a_note,
    merged_where_a_dropped_commit_removed_the_same,
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_a_rewritten_history_that_once_disagreed(
    signing: None, tmp_path: Path, case: Callable[[GitSimulation], None]
) -> None:
    history = GitSimulation(tmp_path / "repo", 0)
    case(history)
    history.check()
