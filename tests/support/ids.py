"""Object ids of the width that the repositories of this run have: a pair of digits or a number goes in, an id comes out."""

import os

WIDTH = 64 if os.environ.get("TRAJ_TEST_HASH") == "sha256" else 40


def repeated(pair: str) -> str:
    """The id that is nothing but `pair`."""
    return pair * (WIDTH // 2)


def numbered(number: int) -> str:
    """The id that ends with `number` in hex."""
    return f"{number:0{WIDTH}x}"
