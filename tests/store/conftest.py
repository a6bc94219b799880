"""Repositories for the tests of the store."""

from pathlib import Path

import pytest

from gittraj.store.repository import Repository, open_repository
from tests.support.repo_builder import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A repository with one commit."""
    repo = Repo.init(tmp_path / "repo")
    repo.commit("First", {"a.txt": "one\n"})
    return repo


@pytest.fixture
def opened(repo: Repo) -> Repository:
    """The same, opened."""
    return open_repository(str(repo.path))
