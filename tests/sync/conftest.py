"""A remote and clones of it, with notes made by hand: what travels here are items, not sessions."""

from pathlib import Path

import pytest

from tests.support.clones import Clones


@pytest.fixture
def clones(tmp_path: Path) -> Clones:
    """A bare remote that holds one commit on main."""
    return Clones(tmp_path)
