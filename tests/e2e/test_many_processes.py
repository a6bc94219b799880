"""Several processes at once, and processes that are killed: nothing is lost, nothing is corrupt, and what is missing is told."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.quick_scanner import first_on_path
from tests.support.scripted_claude import ScriptedClaude
from tests.support.workshop import Workshop

WORKTREES = 8
COMMITS = int(os.environ.get("TRAJ_TEST_COMMITS", "8"))  # of each worktree; 20 by make fuzz


@pytest.fixture
def shop(tmp_path: Path, hermetic_seal: Path) -> Workshop:
    return Workshop(tmp_path, hermetic_seal).start()


def test_eight_worktrees_commit_at_once_and_every_commit_keeps_its_trace(shop: Workshop) -> None:
    problems: list[str] = []

    def work(number: int) -> None:
        folder = shop.repo.parent / f"tree{number}"
        claude = ScriptedClaude(folder, shop.home, f"{number}{number}{number}00000-2222-4333-8444-555555555555")
        claude.around = dict(shop.env)
        for turn in range(COMMITS):
            claude.say(f"Step {turn}")
            claude.write(f"file{number}-{turn}.txt", f"content {turn} of {number}\n")
            done = claude.run(f"git add -A && git commit -qm 'Step {turn} of {number}'")
            if done.returncode or done.stderr:
                problems.append(done.stderr)

    for number in range(WORKTREES):
        shop.git("worktree", "add", "-q", "-b", f"b{number}", str(shop.repo.parent / f"tree{number}"))
    threads = [threading.Thread(target=work, args=(number,)) for number in range(WORKTREES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert len(shop.noted()) == WORKTREES * COMMITS
    report = shop.json("verify", "--all")
    assert report["ok"] is True and len(report["commits"]) == WORKTREES * COMMITS
    assert shop.git("fsck", "--strict").returncode == 0
    for number in range(WORKTREES):
        seqs = [
            shop.json("show", f"b{number}~{COMMITS - 1 - turn}")["statements"][0]["record"]["gittraj"]["segment"][
                "index"
            ]
            for turn in range(0, COMMITS, 3)
        ]
        assert seqs == list(range(0, COMMITS, 3))


def test_a_hook_killed_at_any_moment_leaves_the_commit_and_a_repository_that_goes_on(shop: Workshop) -> None:
    claude = shop.claude()
    claude.say("Begin")
    chance = random.Random(20261121)
    hook = [sys.executable, "-m", "gittraj", "hook", "post-commit"]
    env = {
        **os.environ,
        **shop.env,
        "CLAUDECODE": "1",
        "CLAUDE_CODE_SESSION_ID": claude.session,
        "PYTHONPATH": first_on_path(str(Path(__file__).resolve().parents[2]), os.environ.get("PYTHONPATH", "")),
    }
    killed = 0
    for turn in range(12):
        claude.write(f"file{turn}.txt", f"content {turn}\n")
        shop.git("add", "-A")
        shop.git(
            "commit", "-qm", f"Turn {turn}", env={"GITTRAJ": "0", "GIT_COMMITTER_DATE": f"{claude.clock + 1} +0000"}
        )
        process = subprocess.Popen(hook, cwd=shop.repo, env=env, stderr=subprocess.DEVNULL, start_new_session=True)
        time.sleep(chance.uniform(0.0, 0.9))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            killed += 1
        process.wait()
        assert shop.git("fsck", "--strict").returncode == 0
        noted = shop.noted()
        if noted:
            assert shop.json("verify", "--all")["ok"] is True
    assert killed > 0
    shop.git("traj", "attach", "--missing", "-n", "20")
    report = shop.json("verify", "--all")
    assert report["ok"] is True
    seen = [
        statement["record"]["gittraj"]["segment"]
        for commit in shop.out("rev-list", "--reverse", "HEAD").split()[1:]
        for statement in shop.json("show", commit, check=False)["statements"]
    ]
    assert [segment["index"] for segment in seen] == list(range(len(seen)))
    for before, after in pairwise(seen):
        assert after["first"] == before["last"] + 1
    writes = sum(
        entry["type"] == "tool-call"
        for commit in shop.out("rev-list", "HEAD").split()[:-1]
        for statement in shop.json("show", commit, check=False)["statements"]
        for entry in statement["record"]["session"]["entries"]
    )
    assert writes == 12
