"""The examples for CI in the guide: their commands are taken out of it and run as they stand, in a checkout as CI makes one."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.quick_scanner import first_on_path
from tests.support.signed_history import ROOT, Team

GUIDE = Path(ROOT) / "docs/guides/enforcement.md"


def commands(host: str) -> list[str]:
    """The commands of a host's example, in order, but the installation."""
    text = GUIDE.read_text(encoding="utf-8").partition(f"### {host}\n")[2].partition("```yaml\n")[2].partition("```")[0]
    found = re.findall(r"^\s*(?:- run: |run: |- )((?:git|pip) .*)$", text, re.MULTILINE)
    assert found[0] == "pip install gittraj"
    return [line for line in found if line != "pip install gittraj"]


@pytest.fixture
def team(tmp_path: Path, made: tuple[Path, Path]) -> Team:
    return Team(tmp_path, made).start()


@pytest.mark.parametrize("host", ["GitHub Actions", "GitLab CI"])
def test_the_commands_judge_a_pull_request_by_the_target_branch(team: Team, tmp_path: Path, host: str) -> None:
    first = team.first
    first.git("checkout", "-q", "-b", "proposal")
    good = first.agent_commits("good.txt")
    assert first.try_git("push", "-q", "origin", "proposal").returncode == 0
    run = commands(host)
    assert [line.split()[:3] for line in run] == [
        ["git", "fetch", "origin"],
        ["git", "traj", "verify"],
        ["git", "traj", "audit"],
    ]
    assert ci(team, tmp_path / "one", run, good) == [0, 0, 0]
    bad = first.agent_commits("bad.txt", trace=False)
    (team.server.repo / "hooks/pre-receive").unlink()  # a host without hooks of ours
    assert first.try_git("push", "-q", "--no-verify", "origin", "proposal").returncode == 0
    assert ci(team, tmp_path / "two", run, bad) == [0, 1, 1]
    report = (
        (tmp_path / "two/summary").read_text()
        if host.startswith("GitHub")
        else (tmp_path / "two/checkout/audit.html").read_text()
    )
    assert "missing" in report


def ci(team: Team, folder: Path, lines: list[str], head: str) -> list[int]:
    """The exit codes of the commands in a checkout of its own, by a user who has no keys."""
    home, tools = folder / "home", folder / "bin"
    home.mkdir(parents=True)
    tools.mkdir()
    (home / ".gitconfig").write_text("[safe]\n\tdirectory = *\n")
    program = tools / "git-traj"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gittraj "$@"\n')
    program.chmod(0o755)
    env = {**os.environ, "HOME": str(home), "PYTHONPATH": first_on_path(ROOT, os.environ.get("PYTHONPATH", "")), "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
           "TARGET": "main", "HEAD": head, "GITHUB_STEP_SUMMARY": str(folder / "summary")}  # fmt: skip
    subprocess.run(["git", "clone", "-q", str(team.server.repo), str(folder / "checkout")], env=env, check=True)
    subprocess.run(["git", "checkout", "-q", head], cwd=folder / "checkout", env=env, check=True)
    return [
        subprocess.run(
            ["bash", "-c", line], cwd=folder / "checkout", env=env, capture_output=True, check=False
        ).returncode
        for line in lines
    ]
