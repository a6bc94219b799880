"""Four people push at the same time, commits and notes, through a real `git daemon` or `git http-backend` to a server with the hook: nothing is lost, nobody is refused.

TRAJ_ROUNDS=25 for the long run (`make pushers`).
"""

import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.servers import Unserved, daemon, http
from tests.support.signed_history import NOTES, Clone, Team

ROUNDS = int(os.environ.get("TRAJ_ROUNDS", "1"))
PEOPLE = 4
TRIES = 200  # of one push: each refusal for being slow means that somebody else got through
SLOW = (
    "fetch first",
    "non-fast-forward",
    "cannot lock ref",
    "failed to update ref",
    "incorrect old value",
    "remote rejected] main -> main (failed",
)


@pytest.fixture
def team(tmp_path: Path, made: tuple[Path, Path]) -> Team:
    return Team(tmp_path, made).start()


@pytest.fixture(params=["git daemon", "git http-backend"])
def served(request: pytest.FixtureRequest, team: Team) -> Iterator[str]:
    """The server's URL under `git daemon`, or by HTTP; both let anybody push."""
    serve = daemon if request.param == "git daemon" else http
    try:
        with serve(team.folder, team.server.env) as url:
            yield url
    except Unserved as error:
        pytest.skip(str(error))


def push(clone: Clone, branch: str) -> None:
    """Push until it is through; being too slow is answered by merging what others pushed."""
    for _ in range(TRIES):
        done = clone.try_git("push", "origin", branch)
        if done.returncode == 0:
            return
        assert any(word in done.stderr for word in SLOW), f"refused for another reason than being slow:\n{done.stderr}"
        pulled = clone.try_git("pull", "-q", "--no-rebase", "--no-edit", "origin", "main")
        assert pulled.returncode == 0, pulled.stderr
    raise AssertionError("others always won")


def test_nothing_is_lost_and_nobody_is_refused(team: Team, served: str) -> None:
    clones = []
    for number in range(PEOPLE):
        clone = team.clone(f"person{number}")
        clone.git("remote", "set-url", "origin", served)
        clones.append(clone)
    made: list[str] = []
    problems: list[str] = []

    def work(number: int, clone: Clone) -> None:
        try:
            for turn in range(ROUNDS):
                made.append(clone.agent_commits(f"p{number}-{turn}.txt"))
                push(clone, "main")
                if turn % 3 == 2:  # and a branch of one's own between
                    clone.git("push", "-q", "origin", f"HEAD:refs/heads/own{number}")
        except (AssertionError, subprocess.CalledProcessError, OSError) as error:
            problems.append(f"person {number}: {error} {getattr(error, 'stderr', '')!r}")

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(clones)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert len(made) == PEOPLE * ROUNDS
    history = set(team.server.git("rev-list", "main").splitlines())
    noted = team.server.git("notes", "--ref=traj", "list")
    assert [commit for commit in made if commit not in history or commit not in noted] == []
    verdict = team.server.verify("--all", code=0)
    assert len(verdict["commits"]) == 6 + len(made) and verdict["completeness"]["heads"] >= PEOPLE
    for clone in clones:
        clone.traj("fetch")
        clone.traj("push")
    assert clones[0].verify("--all", code=0)["completeness"]["result"] == "pass"
    assert team.server.git("fsck", "--no-dangling") == ""
    assert set(clones[-1].git("notes", "--ref=traj", "list").splitlines()) >= set(noted.splitlines())
    assert team.server.git("rev-parse", NOTES)
