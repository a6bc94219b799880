"""Mapping, regions and survival agree with the oracle, on random histories and on every case that once did not."""

import pytest

from tests.history.simulation import Simulation

Change = tuple[str, int, int, list[str]]


@pytest.mark.parametrize("part", range(4))
def test_short_random_histories_agree_with_the_oracle(part: int) -> None:
    for seed in range(part * 800, part * 800 + 800):
        history = Simulation(seed)
        for _ in range(4):
            history.grow()
            history.check()


@pytest.mark.parametrize("part", range(2))
def test_long_random_histories_agree_with_the_oracle(part: int) -> None:
    for seed in range(50_000 + part * 60, 50_000 + part * 60 + 60):
        history = Simulation(seed, files=1 + seed % 3, lines=4 + seed % 12)
        for _ in range(14):
            history.grow()
            history.check()


@pytest.mark.parametrize("seed", [126, 639, 692, 2719, 3516, 10417, 10478])
def test_a_random_history_that_once_disagreed(seed: int) -> None:
    history = Simulation(seed)
    for _ in range(14):
        history.grow()
        history.check()


CASES: dict[str, list[tuple[str | None, list[Change], list[Change]]]] = {
    "a person writes over the end of what an edit put there": [
        ("s1", [("b.txt", 3, 5, ["x1\n", "x2\n"])], [("b.txt", 4, 6, ["x3\n", "x4\n"])]),
    ],
    "a person replaces the line after a deletion, which git shows as one hunk": [
        ("s2", [("b.txt", 2, 4, [])], [("b.txt", 2, 3, ["x1\n", "x2\n", "x3\n"])]),
    ],
    "lines before a scar are replaced in the same commit": [
        ("s4", [("b.txt", 3, 5, []), ("b.txt", 2, 3, ["x1\n"])], []),
        ("s4", [("b.txt", 4, 4, ["x2\n", "x3\n"]), ("b.txt", 3, 3, ["x4\n"])], []),
    ],
    "deletions on both sides of a scar, then lines in the gap": [
        ("s4", [("a.txt", 1, 4, [])], []),
        ("s1", [("a.txt", 1, 1, ["x1\n"])], []),
        ("s3", [("a.txt", 3, 4, []), ("a.txt", 2, 3, []), ("a.txt", 2, 2, ["x2\n"])], []),
    ],
    "what an edit put in, a person takes out before the commit": [
        ("s3", [("a.txt", 1, 1, ["x1\n"]), ("b.txt", 1, 2, ["x2\n"])], [("a.txt", 1, 2, [])]),
        ("s4", [("a.txt", 1, 1, ["x3\n"])], []),
    ],
    "a scar at the end of the file is met, and more is put behind it": [
        ("s4", [("a.txt", 4, 6, ["x1\n"]), ("a.txt", 5, 7, []), ("a.txt", 0, 3, ["x2\n"])], []),
        ("s3", [("a.txt", 3, 3, ["x3\n"]), ("a.txt", 4, 4, ["x4\n"])], [("a.txt", 1, 3, ["x5\n", "x6\n"])]),
    ],
    "an unrecorded change covers a scar, and an edit comes where it began": [
        ("s2", [("b.txt", 2, 4, [])], []),
        (None, [("b.txt", 0, 3, ["x1\n", "x2\n"])], []),
        ("s3", [("b.txt", 0, 0, ["x3\n"])], []),
    ],
    "several insertions at one place, and a person takes the first away": [
        ("s2", [("b.txt", 0, 0, ["x1\n"]), ("b.txt", 0, 0, ["x2\n"])], [("b.txt", 0, 1, [])]),
        ("s4", [("b.txt", 0, 1, ["x3\n"])], []),
    ],
    "a session undoes an edit, and removes one of the lines that came back": [
        ("s4", [("b.txt", 1, 4, ["x1\n"]), ("b.txt", 1, 2, ["<9>\n", "<10>\n", "<11>\n"]), ("b.txt", 3, 4, [])], []),
    ],
    "an undone edit leaves no gap behind": [
        ("s2", [("a.txt", 1, 2, ["x1\n", "x2\n", "x3\n"])], []),
        ("s1", [("a.txt", 1, 2, ["x4\n"]), ("a.txt", 1, 2, ["x1\n"])], []),
        (None, [("a.txt", 2, 2, ["x5\n"])], []),
    ],
    "edits that undo each other leave the file as it was": [
        ("s1", [("a.txt", 2, 3, ["x1\n"]), ("a.txt", 2, 3, ["<2>\n"]), ("b.txt", 1, 1, ["x2\n"])], []),
        ("s2", [("a.txt", 2, 3, ["x3\n"])], []),
    ],
}


@pytest.mark.parametrize("name", CASES)
def test_a_case_that_once_disagreed(name: str) -> None:
    history = Simulation(0)
    for session, edits, person in CASES[name]:
        history.commit(session=session, edits=edits, person=person)
        history.check()
