"""Timing for the benchmarks: callables go in, medians of their wall times in milliseconds come out."""

import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

Step: TypeAlias = Callable[[int], object]  # gets the number of its round


class Prepared(NamedTuple):
    """An action that needs something done before each round, which is not measured."""

    prepare: Step
    measured: Step


Action: TypeAlias = Step | Prepared


def milliseconds(action: Action, rounds: int) -> float:
    """Median over `rounds` runs, after one that does not count."""
    return interleaved({"": action}, rounds)[""]


def interleaved(actions: Mapping[str, Action], rounds: int) -> dict[str, float]:
    """Medians of several actions measured in turns, so that a busy moment of the machine meets them all alike."""
    times: dict[str, list[float]] = {name: [] for name in actions}
    for number in range(rounds + 1):
        for name, action in actions.items():
            if isinstance(action, Prepared):
                action.prepare(number)
                action = action.measured
            began = time.perf_counter()
            action(number)
            times[name].append((time.perf_counter() - began) * 1000)
    return {name: statistics.median(values[1:] or values) for name, values in times.items()}


def run(command: Sequence[str], *, env: Mapping[str, str], cwd: Path | None = None, data: bytes | None = None) -> bytes:
    """What a program that must succeed prints. `env` is all it gets of the environment."""
    done = subprocess.run(command, env=dict(env), cwd=cwd, input=data, capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise SystemExit(f"{' '.join(command)} gave {done.returncode}\n{said}")
    return done.stdout
