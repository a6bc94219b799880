"""The workshop of the attacks, built once."""

from tests.e2e.conftest import lasting

__all__ = ["lasting"]
