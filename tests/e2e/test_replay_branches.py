"""A session that goes on after a merge, or on two branches: what it left uncommitted is found, whatever was judged before."""

import os
from pathlib import Path

import pytest

from gittraj.flows import replay
from gittraj.flows.judge import Judge
from gittraj.flows.leading import behind
from gittraj.flows.wiring import open_house
from gittraj.model.report import ReplayedCommit
from gittraj.store.snapshots import Snapshots
from tests.support.scripted_claude import ScriptedClaude
from tests.support.workshop import Workshop


@pytest.fixture
def shop(tmp_path: Path, hermetic_seal: Path) -> Workshop:
    return Workshop(tmp_path, hermetic_seal).start()


def together(shop: Workshop) -> dict[str, ReplayedCommit]:
    plan = replay.plan(everything=True, directory=str(shop.repo))
    return {one.commit.id: one for one in replay.replay(plan, lambda verdict: verdict)}


def alone(shop: Workshop, commit: str) -> ReplayedCommit:
    judge = Judge(open_house(str(shop.repo), {**os.environ, **shop.env}))
    return judge.commit(judge.snapshots.commit(commit))


def on_a_branch(shop: Workshop) -> ScriptedClaude:
    """A session that committed a file on a branch and left another one."""
    claude = shop.claude()
    claude.say("Go")
    claude.run("git checkout -qb topic")
    claude.write("a.txt", "one\n")
    claude.write("b.txt", "left for later\n")
    claude.run("git add a.txt && git commit -qm A")
    return claude


@pytest.mark.parametrize("other", [False, True])
def test_what_a_session_left_on_a_branch_is_found_after_its_merge(shop: Workshop, other: bool) -> None:
    claude = on_a_branch(shop)
    shop.git("checkout", "-q", "main")
    if other:  # else git would only move the branch on
        shop.git("commit", "-q", "--allow-empty", "-m", "Meanwhile", env={"GITTRAJ": "0"})
    shop.git("merge", "-q", "--no-ff", "-m", "Merge topic", "topic", env={"GITTRAJ": "0"})
    claude.edit("a.txt", "one", "1")
    claude.run("git add -A && git commit -qm B")
    last = shop.out("rev-parse", "HEAD").strip()
    found = alone(shop, last)
    assert found.status == "reproducible" and {file.path: file.status for file in found.files} == {
        "a.txt": "match",
        "b.txt": "match",
    }
    assert together(shop)[last] == found


def test_a_session_that_goes_on_from_another_branch_is_told_the_same_whatever_was_judged_before(shop: Workshop) -> None:
    claude = on_a_branch(shop)
    claude.run("git checkout -q main")  # b.txt is not tracked and stays
    claude.write("c.txt", "c\n")
    claude.run("git add -A && git commit -qm B")
    last = shop.out("rev-parse", "HEAD").strip()
    found = alone(shop, last)
    assert together(shop)[last] == found
    assert {file.path: file.status for file in found.files} == {"b.txt": "unverifiable", "c.txt": "match"}


def test_first_parents_come_first_then_what_was_merged_and_a_cut_history_ends_there(shop: Workshop) -> None:
    names = {}
    for step in ("main 1", "main 2", "side 3", "side 4", "main 5"):
        branch, number = step.split()
        shop.git("checkout", "-q", *(("-b", "side") if number == "3" else (branch,)))
        date = f"{1_700_000_000 + int(number)} +0000"
        shop.git("commit", "-q", "--allow-empty", "-m", number, env={"GITTRAJ": "0", "GIT_COMMITTER_DATE": date})
        names[number] = shop.out("rev-parse", "HEAD").strip()
    shop.git("merge", "-q", "--no-ff", "-m", "M", "side", env={"GITTRAJ": "0"})
    names["M"] = shop.out("rev-parse", "HEAD").strip()
    snapshots = Snapshots(open_house(str(shop.repo), {**os.environ, **shop.env}).repository)
    order = [one.id for one in behind(snapshots, names["M"])]
    assert order[:4] == [names[one] for one in ("M", "5", "2", "1")] and order[-2:] == [names["4"], names["3"]]
    assert [one.id for one in behind(snapshots, names["5"], names["2"])] == [names["5"]]
    assert [one.id for one in behind(snapshots, "1" * 40)] == []
