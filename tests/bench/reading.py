"""Reading: how fast each reader is, and the most memory its process ever held, on one long session of each agent."""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench import timing
from tests.bench.long_sessions import FILES
from tests.bench.machine import ROOT
from tests.bench.place import Place
from tests.bench.rows import Options, Row

SIZE = 70_000_000
MEMORY = 3.0  # times the file


def run(options: Options, place: Place) -> Iterator[Row]:
    rounds = options.rounds(3)
    for store, (name, write) in FILES.items():
        folder = place.folder / "reading" / store.split(",")[0].replace(" ", "-")
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        write(path, SIZE // 30 if options.quick else SIZE)
        size = path.stat().st_size
        agent, session = store.replace(",", "").split()[0], "ses_bench" if store.endswith("database") else ""
        told = [_child(place, agent, path, session) for _ in range(rounds)]
        seconds = sorted(each["seconds"] for each in told)[len(told) // 2]
        peak = max(each["peak"] for each in told)
        yield Row(
            f"{store}, speed",
            size / 1e6 / seconds,
            "MB/s",
            rounds,
            note=f"{size / 1e6:.0f} MB, {told[0]['entries']} entries",
        )
        limit = (
            None if options.quick or "emoji" in store else MEMORY
        )  # of a small file, the interpreter alone is three times as large
        yield Row(f"{store}, peak memory", peak / size, "x file", limit=limit, note=f"{peak / 1e6:.0f} MB")
        path.unlink()


def _child(place: Place, agent: str, path: Path, session: str) -> dict:
    env = {**place.env, "PYTHONPATH": str(ROOT)}
    return json.loads(timing.run([sys.executable, "-m", "tests.bench.reading", agent, str(path), session], env=env))


def peak_memory() -> int:
    """The most bytes this process ever held. Linux counts in ru_maxrss what the parent held when it forked, in VmHWM not."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024
    except (OSError, IndexError, ValueError):
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024


def _read(agent: str, path: str, session: str) -> dict:
    from gittraj.agents import registry

    reader = next(each for each in registry.built_in() if each.__name__.rpartition(".")[2] == agent)
    began = time.perf_counter()
    reading = reader.read(path, session=session)
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "entries": len(reading.entries), "peak": peak_memory(), "unknown": reading.unknown}


if __name__ == "__main__":
    print(json.dumps(_read(*sys.argv[1:4])))
