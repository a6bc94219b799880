"""Whether commands can be run in a real sandbox here; tests that need one skip visibly where not."""

import functools

import pytest

from gittraj.replay.commands.sandbox import available


@functools.cache
def reason() -> str:
    return available("python3 --version")


def need_sandbox() -> None:
    if reason():
        pytest.skip(f"no sandbox here: {reason()}")
