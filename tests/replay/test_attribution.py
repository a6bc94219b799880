"""`file-attribution`: what replay finds becomes ranges with hashes, and what was signed is held against it."""

from typing import Any

import pytest

from gittraj.codec.digest import sha256_hex
from gittraj.codec.schema import validate
from gittraj.model.commit import Commit
from gittraj.model.report import LineRange, ReplayedCommit, ReplayedFile
from gittraj.replay.attribution import RANGES, attribution, check
from tests.cli import samples

COMMIT = Commit("c" * 40, "t" * 40, (), "D", "d@e", 0, "D", "d@e", 0, 0, "x")
DATA = b"one\ntwo\nthree\nfour\nlast without end"


def replayed(*ranges: LineRange, status: str = "match") -> ReplayedCommit:
    return ReplayedCommit(COMMIT, "reproducible", (ReplayedFile("a.txt", status, ranges=ranges, reason="hidden"),))


def contents(path: str) -> bytes | None:
    return DATA if path == "a.txt" else None


AGENT = LineRange(1, 2, "agent", "s", 4, 0)
SHELL = LineRange(3, 3, "shell", "s", 6, 0)
UNSEEN = LineRange(5, 5, "unexplained")


def made(*ranges: LineRange) -> dict[str, Any]:
    found = attribution(replayed(*ranges), "s", "m-1", contents)
    assert found is not None
    return found


def test_neighbouring_ranges_of_one_contributor_become_one_with_the_hash_of_its_bytes() -> None:
    assert made(AGENT, SHELL, UNSEEN) == {
        "files": [
            {
                "path": "a.txt",
                "conversations": [
                    {
                        "contributor": {"type": "ai", "model-id": "m-1"},
                        "ranges": [{"start-line": 1, "end-line": 3, "content-hash": sha256_hex(b"one\ntwo\nthree\n")}],
                    },
                    {
                        "contributor": {"type": "unknown"},
                        "ranges": [{"start-line": 5, "end-line": 5, "content-hash": sha256_hex(b"last without end")}],
                    },
                ],
            }
        ]
    }
    problems = validate({**samples.record([]), "file-attribution": made(AGENT, SHELL, UNSEEN)})
    assert [problem for problem in problems if problem.path.startswith("file-attribution")] == []


def test_what_another_session_wrote_is_left_to_it() -> None:
    other = LineRange(3, 3, "agent", "t", 1, 0)
    assert attribution(replayed(other), "s", "", contents) is None
    assert [each["ranges"][0]["end-line"] for each in made(AGENT, other)["files"][0]["conversations"]] == [2]


def test_a_record_never_holds_more_ranges_than_the_limit() -> None:
    many = [LineRange(at, at, "agent", "s", 1, 0) for at in range(1, 2 * RANGES + 3, 2)]
    big = b"x\n" * (2 * RANGES + 3)
    assert attribution(replayed(*many), "s", "", lambda path: big) is None


def test_what_was_signed_and_is_so_passes() -> None:
    assert check([made(AGENT, SHELL, UNSEEN)], replayed(AGENT, SHELL, UNSEEN), contents).result == "pass"
    assert check([made(AGENT)], replayed(AGENT, SHELL), contents).result == "pass"
    assert check([], replayed(AGENT), contents).result == "skip"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"content-hash": "0" * 64}, "not what was signed"),
        ({"end-line": 99}, "not what was signed"),
        ({"start-line": 0}, "not what was signed"),
        ({"end-line": 5, "content-hash": sha256_hex(DATA)}, "replay does not agree"),
    ],
)
def test_a_claim_that_goes_beyond_the_commit_or_beyond_replay_fails(change: dict[str, Any], words: str) -> None:
    signed = made(AGENT)
    signed["files"][0]["conversations"][0]["ranges"][0].update(change)
    found = check([signed], replayed(AGENT, UNSEEN), contents)
    assert found.result == "fail" and words in found.detail


def test_a_file_that_is_not_in_the_commit_fails() -> None:
    signed = made(AGENT)
    signed["files"][0]["path"] = "../b.txt"
    assert check([signed], replayed(AGENT), contents).detail == "../b.txt is not in the commit"


def test_a_file_that_replay_cannot_tell_is_no_contradiction() -> None:
    assert check([made(AGENT)], replayed(UNSEEN, status="unverifiable"), contents).result == "skip"


def test_a_range_with_a_contributor_of_its_own_is_judged_by_that() -> None:
    signed = made(AGENT)
    signed["files"][0]["conversations"][0]["ranges"][0]["contributor"] = {"type": "human"}
    assert check([signed], replayed(UNSEEN), contents).result == "pass"
