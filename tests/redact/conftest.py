"""Here everything is about what the secret scanner finds."""

import pytest


@pytest.fixture(autouse=True)
def whole(whole_catalogue: None) -> None:
    """All its rules, from the start."""
