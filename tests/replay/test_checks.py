"""The checks that `verify` takes from replay."""

from gittraj.model.commit import Commit
from gittraj.model.report import CLASSES, Difference, Lines, ReplayedCommit, ReplayedFile
from gittraj.replay.checks import checks, percent

COMMIT = Commit("c" * 40, "t" * 40, (), "D", "d@e", 0, "D", "d@e", 0, 0, "x")


def covered(agent: int, unexplained: int) -> dict[str, Lines]:
    return {name: Lines({"agent": agent, "unexplained": unexplained}.get(name, 0), 0) for name in CLASSES}


def told(
    status: str, *files: ReplayedFile, agent: int = 1, unexplained: int = 0, least: int = 0
) -> list[tuple[str, str]]:
    found = checks(
        ReplayedCommit(COMMIT, status, files, covered(agent, unexplained)), [], lambda path: None, least=least
    )
    assert [check.name for check in found] == ["edits", "coverage", "attribution"]
    return [(check.result, check.detail) for check in found[:2]]


def test_a_reproducible_commit_passes_both() -> None:
    assert told("reproducible", ReplayedFile("a", "match")) == [("pass", "1/1 files"), ("pass", "100%")]


def test_a_mismatch_fails_and_says_where() -> None:
    difference = Difference(23, (b'    left = "Betrag"\n',), (b'    left = "Amount"\n',))
    file = ReplayedFile("ledger/report.py", "mismatch", difference=difference)
    edits, coverage = told("partial", file, agent=86, unexplained=14, least=90)
    assert edits == (
        "fail",
        'ledger/report.py differs at line 23 (replayed "left = "Betrag"", committed "left = "Amount"")',
    )
    assert coverage == ("fail", "86% < 90%")


def test_what_cannot_be_told_is_skipped_not_passed() -> None:
    assert told("no_trace")[0][0] == "skip" and told("no_trace")[1][0] == "skip"
    assert told("no_operations")[0][0] == "skip"
    assert told("partial", ReplayedFile("a", "unverifiable", reason="redacted"))[0] == (
        "skip",
        "a cannot be told: redacted",
    )
    assert told("not_reproducible", ReplayedFile("a", "untraced"))[0][0] == "skip"


def test_a_hundred_per_cent_is_never_rounded_up_to() -> None:
    assert percent(covered(9999, 1)) == 99 and percent(covered(0, 0)) == 100
