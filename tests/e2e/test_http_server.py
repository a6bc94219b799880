"""A server that speaks HTTP (`git http-backend`) with the pre-receive hook: what it takes, what it refuses, and what the client reads."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.servers import Unserved, http
from tests.support.signed_history import NOTES, Clone, Team


@pytest.fixture
def team(tmp_path: Path, made: tuple[Path, Path]) -> Team:
    return Team(tmp_path, made).start()


@pytest.fixture
def other(team: Team) -> Iterator[Clone]:
    """A second member's clone, which knows the server by its URL only."""
    try:
        with http(team.folder, team.server.env) as url:
            clone = Clone(team.folder / "other", team.home)
            team.first.git("clone", "-q", url, str(clone.repo))
            clone.traj("init", "--share")
            clone.traj("fetch")
            yield clone
    except Unserved as error:
        pytest.skip(str(error))


def test_code_and_notes_arrive_and_bad_ones_are_refused_with_the_reason_and_the_way_out(
    team: Team, other: Clone
) -> None:
    assert other.git("rev-parse", NOTES) == team.server.git("rev-parse", NOTES)
    good = other.agent_commits("a.txt")
    done = other.try_git("push", "origin", "main")
    assert done.returncode == 0, done.stderr
    assert team.server.git("rev-parse", "main") == good and good in team.server.git("notes", "--ref=traj", "list")
    team.server.verify("--all", code=0)

    bad = other.agent_commits("b.txt", trace=False)
    done = other.try_git("push", "--no-verify", "origin", "main", "HEAD:refs/heads/new", "HEAD:refs/tags/v1")
    assert done.returncode != 0
    for word in ("remote: ", bad[:12], "missing", f"git traj attach {bad[:12]}", "pre-receive hook declined"):
        assert word in done.stderr, done.stderr
    assert team.server.git("for-each-ref", "--format=%(refname)", "refs/heads", "refs/tags") == "refs/heads/main"
    assert team.server.git("rev-parse", "main") == good
    assert team.server.git("count-objects", "-v").splitlines()[-2] == "garbage: 0"  # the quarantine is gone
    assert not any("incoming" in name for name in os.listdir(team.server.repo / "objects"))


def test_nobody_deletes_truncates_or_sets_back_the_notes(team: Team, other: Clone) -> None:
    before = team.server.git("rev-parse", NOTES)
    done = other.try_git("push", "--no-verify", "origin", f":{NOTES}")
    assert done.returncode != 0 and f"this would delete {NOTES}" in done.stderr, done.stderr
    other.git("notes", "--ref=traj", "remove", other.noted()[0])
    for force in ((), ("--force",)):
        done = other.try_git("push", "--no-verify", *force, "origin", f"{NOTES}:{NOTES}")
        assert done.returncode != 0 and "would be deleted" in done.stderr, done.stderr
    parent = other.git("rev-parse", f"{before}~1")
    done = other.try_git("push", "--no-verify", "--force", "origin", f"{parent}:{NOTES}")
    assert done.returncode != 0 and "would be deleted" in done.stderr, done.stderr
    assert team.server.git("rev-parse", NOTES) == before
    other.traj("fetch")  # what a refused push says: the clone has again what was taken away in it
    commit = other.agent_commits("large.txt")
    # a pack of more than http.postBuffer goes over in chunks
    (other.repo / "noise.bin").write_bytes(os.urandom(3 << 20))
    other.git("add", "noise.bin")
    other.git("commit", "-q", "-m", "Noise")
    done = other.try_git("push", "origin", "main")
    assert done.returncode == 0, done.stderr
    assert commit in team.server.git("notes", "--ref=traj", "list")
