"""All benchmarks in one run: ``python -m tests.bench [--quick] [--only NAME]... [--peers yes|no] [--json FILE]``.

A table for each goes to stdout, then everything as one line of JSON.
"""

import argparse
import importlib
import json
import os
import sys
import tempfile
from pathlib import Path

from tests.bench.machine import ROOT, busy, describe
from tests.bench.place import Place
from tests.bench.rows import Options, listing, table

NAMES = (
    "hook",
    "commands",
    "pushes",
    "notes",
    "exchange",
    "carry",
    "codec",
    "signatures",
    "reading",
    "sizes",
    "scale",
    "peers",
)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure gittraj on this machine.")
    parser.add_argument(
        "--only", action="append", choices=NAMES, metavar="NAME", help=f"one of {', '.join(NAMES)}; may be repeated"
    )
    parser.add_argument(
        "--quick", action="store_true", help="few rounds, small inputs: shows that the benchmarks run, no more"
    )
    parser.add_argument("--json", metavar="FILE", help="write the figures to FILE too")
    parser.add_argument("--peers", choices=("auto", "yes", "no"), default="auto",
                        help="compare with tools from PyPI; auto: where they are there or pip can install them")  # fmt: skip
    parser.add_argument(
        "--cache", metavar="FOLDER", default=_cache(), help="where the peers are installed (%(default)s)"
    )
    chosen = parser.parse_args(arguments)
    options = Options(chosen.quick, chosen.peers, Path(chosen.cache), _shared())
    machine = describe()
    print("\n".join(f"{name:10} {value}" for name, value in machine.items()), flush=True)
    results = {}
    exceeded = False
    with tempfile.TemporaryDirectory(prefix="gittraj-bench-") as folder:
        place = Place(Path(folder).resolve())
        for name in chosen.only or NAMES:
            module = importlib.import_module(f"tests.bench.{name}")
            print(f"\n{module.__doc__.splitlines()[0]}", flush=True)
            before = busy()
            rows = list(module.run(options, place))
            after = busy()
            print(table(rows), flush=True)
            print(f"  (other programs: {_share(before)} of the machine before, {_share(after)} after)", flush=True)
            results[name] = {"busy": [before, after], "rows": listing(rows)}
            exceeded = exceeded or any(row.holds is False for row in rows)
    report = {"machine": machine, "quick": options.quick, "results": results}
    print(f"\n{json.dumps(report, ensure_ascii=False)}")
    if chosen.json:
        Path(chosen.json).write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if exceeded:
        print("A limit is exceeded, see above.", file=sys.stderr)
    return 0


def _share(percent: float | None) -> str:
    return "unknown" if percent is None else f"{percent:.0f} %"


def _shared() -> Path | None:
    named = os.environ.get("TRAJ_SHARED")
    places = [Path(named)] if named else [ROOT.parent / "shared"]
    return next((place for place in places if (place / "sessions").is_dir()), None)


def _cache() -> str:
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "gittraj-bench")


if __name__ == "__main__":
    sys.exit(main())
