"""A workshop for a whole file of tests: what many assertions may share is built once."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.replay import prepare
from tests.conftest import seal
from tests.keyring.conftest import ssh_agent, ssh_keygen
from tests.support.signed_history import ROOT
from tests.support.workshop import Workshop

COMMITS = 6  # of the signed history

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


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, scanner_cache: Path) -> Iterator[tuple[Path, Path]]:
    """A repository with signed records of one session, and the HOME whose key signed them; not to be changed."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        seal(patch, home, scanner_cache)
        patch.setenv("PYTHONPATH", ROOT, prepend=os.pathsep)
        repo = prepare(tmp_path_factory.mktemp("made"), COMMITS, 1)
    yield repo, home
