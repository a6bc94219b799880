"""The scanner's rule cache is compiled once for all tests (5 s), not once for each test's own HOME."""

import getpass
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def rule_cache(hermetic_seal: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that outlives the test; what lies in it is derived from the rules and named after them."""
    folder = Path(tempfile.gettempdir()) / f"gittraj-tests-rule-cache-{getpass.getuser()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    monkeypatch.setenv("KF_RULE_CACHE_DIR", str(folder))
    yield folder
