"""What several tests of the command line need."""

import os
import subprocess
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def this_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes started by a test run this checkout, installed or not."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2]), prepend=os.pathsep)


@pytest.fixture
def empty_repository(tmp_path: Path) -> Path:
    """A repository with one commit and no trace."""
    path = tmp_path / "repository"
    subprocess.run(["git", "init", "-q", str(path)], check=True)
    (path / "a.txt").write_text("a\n")
    subprocess.run(["git", "add", "."], cwd=path, check=True)
    subprocess.run(["git", "commit", "-q", "-m", "First import"], cwd=path, check=True)
    return path
