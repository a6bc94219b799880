"""The measures that the inventory of signals defines, each on small histories worked out by hand."""

from pathlib import Path

import pytest

from tests.history.git_simulation import GitSimulation
from tests.history.test_git_oracle import line


@pytest.fixture
def history(signing: None, tmp_path: Path) -> GitSimulation:
    """Sessions s1 to s5, each a hundred seconds after the one before; a.txt has lines 0 to 11, b.txt 12 to 23."""
    found = GitSimulation(tmp_path / "repo", 0)
    found.made("s1", ("a.txt", 2, 4, ["x1\n", "x2\n", "x3\n"]))  # 3 added, 2 removed
    found.made("s2", ("a.txt", 3, 5, ["x4\n"]))  # 1 added, 2 removed: smaller
    found.made("s3", ("b.txt", 5, 5, ["x5\n"]), ("b.txt", 5, 6, ["x6\n", "x7\n"]))  # 1, then 3: larger
    found.made("s4", ("b.txt", 0, 1, ["x8\n"]), ("b.txt", 0, 1, [line(12)]))  # there and back
    found.made("s5", ("a.txt", 3, 4, ["x9\n"]), ("b.txt", 5, 6, ["x10\n"]), ("a.txt", 9, 9, ["x11\n"]))
    return found


def test_regions_edited_by_two_calls_or_more_and_whether_they_converge(history: GitSimulation) -> None:
    before = history.ask("regions", ".", f"{history.tip.commit}~1")
    told = [
        (each["file"], each["start_line"], each["re_edit_count"], each["convergence"]) for each in before["regions"]
    ]
    assert sorted(told) == [
        ("a.txt", 3, 1, "converging"),
        ("b.txt", 1, 1, "oscillating"),
        ("b.txt", 6, 1, "expanding"),
    ]
    assert before["region_re_edit_count"] == 3
    now = history.ask("regions", ".", history.tip.commit)
    told = [(each["file"], each["start_line"], each["re_edit_count"], each["convergence"]) for each in now["regions"]]
    assert sorted(told, key=str) == sorted(
        [
            ("a.txt", 3, 2, "converging"),  # 5, 3, 2
            ("a.txt", 10, 0, None),  # one call: no region that was edited again
            ("b.txt", 1, 1, "oscillating"),
            ("b.txt", 6, 2, "oscillating"),  # 1, 3, 2: neither only grows nor only shrinks
        ],
        key=str,
    )
    assert now["region_re_edit_count"] == 3 and len(now["region_edit_convergence"]) == 3


def test_sessions_that_were_there_before_and_how_soon_the_next_one_came(history: GitSimulation) -> None:
    history.repo.git("update-ref", "refs/heads/main", history.tip.commit)
    found = {each["session"]: each for each in history.ask("sessions")["sessions"]}
    assert [found[name]["prior_sessions_same_repo"] for name in ("s1", "s2", "s3", "s4", "s5")] == [0, 1, 2, 3, 4]
    assert [found[name]["prior_sessions_same_region"] for name in ("s1", "s2", "s3", "s4", "s5")] == [0, 1, 0, 0, 3]
    assert [found[name]["session_reopened_within_s"] for name in ("s1", "s4", "s5")] == [100.0, 100.0, None]
    assert [found[name]["region_re_edit_count"] for name in ("s1", "s3", "s4", "s5")] == [0, 1, 1, 0]
