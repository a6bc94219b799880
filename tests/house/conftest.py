"""What the tests of the house need."""

import os
from pathlib import Path

import pytest

from tests.e2e.conftest import lasting

__all__ = ["lasting"]

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def this_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes started by a test run this checkout, installed or not."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT), prepend=os.pathsep)


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the checkout."""
    return ROOT


def modules() -> list[Path]:
    """Every module of the package."""
    return sorted((ROOT / "gittraj").rglob("*.py"))
