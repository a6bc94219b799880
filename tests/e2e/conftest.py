"""A workshop for a whole file of tests: what many assertions may share is built once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import seal
from tests.keyring.conftest import ssh_agent, ssh_keygen
from tests.support.workshop import Workshop

__all__ = ["lasting", "ssh_agent", "ssh_keygen"]


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory, scanner_cache: Path) -> Iterator[Workshop]:
    """A started workshop with a HOME of its own, which its `env` names: the seal of each test comes and goes around it."""
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("shop")
    with pytest.MonkeyPatch.context() as patch:
        seal(patch, home, scanner_cache)
        shop = Workshop(folder, home)
        shop.env["HOME"] = str(home)
        yield shop.start()
