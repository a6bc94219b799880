"""Timing for the benchmarks: a callable goes in, the median of its wall time in milliseconds comes out."""

import statistics
import subprocess
import time
from collections.abc import Callable, Sequence


def milliseconds(action: Callable[[int], None], rounds: int) -> float:
    """Median over `rounds` runs after one that does not count; the action gets the number of its round."""
    action(0)
    times = []
    for number in range(1, rounds + 1):
        began = time.perf_counter()
        action(number)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def interleaved(actions: dict[str, Callable[[int], None]], rounds: int) -> dict[str, float]:
    """Medians of several actions measured in turns, so that a busy moment of the machine meets them all alike."""
    times: dict[str, list[float]] = {name: [] for name in actions}
    for action in actions.values():
        action(0)
    for number in range(1, rounds + 1):
        for name, action in actions.items():
            began = time.perf_counter()
            action(number)
            times[name].append((time.perf_counter() - began) * 1000)
    return {name: statistics.median(values) for name, values in times.items()}


def run(command: Sequence[str], **options: object) -> None:
    """Run a program that must succeed."""
    subprocess.run(command, check=True, capture_output=True, **options)  # type: ignore[call-overload]
