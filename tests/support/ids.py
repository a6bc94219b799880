"""The kind of repositories of this run (make test-sha256, make test-reftable): ids of the width they have, and a mark for tests of refs in files."""

import os

import pytest

REFTABLE = os.environ.get("TRAJ_TEST_REFS") == "reftable"
WIDTH = 64 if os.environ.get("TRAJ_TEST_HASH") == "sha256" else 40

in_files = pytest.mark.skipif(REFTABLE, reason="about refs that are files, and these lie in a reftable")


def repeated(pair: str) -> str:
    """The id that is nothing but `pair`."""
    return pair * (WIDTH // 2)


def numbered(number: int) -> str:
    """The id that ends with `number` in hex."""
    return f"{number:0{WIDTH}x}"
