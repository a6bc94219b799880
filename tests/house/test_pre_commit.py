"""`.pre-commit-hooks.yaml`, tried with the real pre-commit on a clone of this checkout."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import ROOT

_NO_REGISTRY = ("Could not find a version", "Temporary failure in name resolution", "No matching distribution")


def test_the_real_pre_commit_runs_our_hook_after_a_commit(tmp_path: Path, hermetic_seal: Path) -> None:
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    env["PRE_COMMIT_HOME"] = str(tmp_path / "pre-commit")

    def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)

    source = tmp_path / "source"  # a commit of this very tree: try-repo takes what is committed
    run("git", "clone", "-q", "--no-hardlinks", str(ROOT), str(source), cwd=tmp_path)
    if not source.exists():
        pytest.skip("this is no git checkout")
    for name in ("gittraj", "docs", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        run("cp", "-R", str(ROOT / name), str(source), cwd=tmp_path)
    run("git", "add", "-A", cwd=source)
    run("git", "commit", "-q", "--allow-empty", "-m", "as it stands", cwd=source)

    repository = tmp_path / "repository"
    run("git", "init", "-q", str(repository), cwd=tmp_path)
    run("git", "commit", "-q", "--allow-empty", "-m", "x", cwd=repository)
    done = run(sys.executable, "-m", "pre_commit", "try-repo", str(source), "traj-attach", "--hook-stage", "post-commit", "--verbose",
               cwd=repository)  # fmt: skip
    said = done.stdout + done.stderr
    if done.returncode and any(sign in said for sign in _NO_REGISTRY):
        pytest.skip(f"the package registry cannot be reached: {said[-300:]}")
    assert done.returncode == 0, said
    assert "Passed" in said
