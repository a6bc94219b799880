"""A key to sign with, for histories in real git."""

from pathlib import Path

import pytest

from gittraj.flows.keys import new_key
from tests.support.repo_builder import Repo


@pytest.fixture
def signing(hermetic_seal: Path, tmp_path: Path) -> None:
    """A key to sign with, which is trusted here."""
    new_key(directory=str(Repo.init(tmp_path / "key").path))
