"""Random histories against an oracle of line origins: nothing signed is lost, no line goes to the wrong session, all is accounted for.

``GITTRAJ_FUZZ=SEEDS`` or ``FIRST-LAST`` and ``GITTRAJ_FUZZ_STEPS`` ask for more than the fixed seeds (`make fuzz`), which share all
kinds of steps among them. Every failure that was found is a named case in test_rewritten.py.
"""

import os
from pathlib import Path

import pytest

from tests.support.history_machine import ACTS, Machine
from tests.support.history_mates import cloned, removed
from tests.support.workshop import Workshop

FIXED = (1, 2)
STEPS = int(os.environ.get("GITTRAJ_FUZZ_STEPS", "14"))


def seeds() -> list[int]:
    asked = os.environ.get("GITTRAJ_FUZZ", "")
    first, dash, last = asked.partition("-")
    if dash:
        return list(range(int(first), int(last) + 1))
    return list(range(100, 100 + int(asked))) if asked else list(FIXED)


@pytest.mark.parametrize("seed", seeds())
def test_a_random_history_is_accounted_for(tmp_path: Path, hermetic_seal: Path, seed: int) -> None:
    machine = Machine(Workshop(tmp_path / "here", hermetic_seal).start(), seed)
    try:
        machine.run(STEPS, () if seed not in FIXED else ACTS[seed % 2 :: 2])
        less = machine.check()
        assert not less
        machine.shop = cloned(machine.shop, tmp_path / "there" / "clone")
        machine.check()  # where the originals are gone, no line may be told wrong either
    except BaseException:
        print(f"seed {seed}, {STEPS} steps: {', '.join(machine.told)}")
        raise
    removed(machine.shop)
