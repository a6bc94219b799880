"""Growth as a picture: the report of ``python -m tests.bench --only scale --json FILE`` goes in, an SVG comes out.

    python -m tests.bench.plot FILE > docs/plots/scale.svg

Each line is what one thing takes of the processors, at 1,000, 3,000 and 10,000 commits; the dashed line through its first point is growth in
proportion.
"""

import json
import math
import re
import sys
from collections.abc import Iterable

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 800, 420, 70, 50, 20, 270
COLOURS = ("#0b6bcb", "#c0392b", "#2e7d32", "#8e44ad", "#b7791f")
SERIES = (
    "index",
    "hottest regions",
    "hottest regions, first after a commit",
    "regions of a file",
    "regions of a file, first after a commit",
)
_NAME = re.compile(r"index of ([\d,]+) commits")
_CPU = re.compile(r"processors ([\d.]+) (ms|s)")


def points(rows: Iterable[dict[str, object]]) -> dict[str, list[tuple[int, float]]]:
    """Series → (commits, seconds of the processors)."""
    found: dict[str, list[tuple[int, float]]] = {}
    for row in rows:
        name, cpu = str(row["name"]), _CPU.search(str(row["note"]))
        match = _NAME.fullmatch(name)
        if match is not None:
            series, size = "index", match[1]
        elif ", " in name:
            series, _, size = name.rpartition(", ")
        else:
            continue
        if cpu is not None and series in SERIES:
            seconds = float(cpu[1]) / (1000 if cpu[2] == "ms" else 1)
            found.setdefault(series, []).append((int(size.replace(",", "")), seconds))
    return found


def picture(found: dict[str, list[tuple[int, float]]]) -> str:
    """The lines on logarithmic axes."""
    sizes = [size for series in found.values() for size, _ in series]
    times = [seconds for series in found.values() for _, seconds in series]
    low, high = math.floor(math.log10(min(times))), math.ceil(math.log10(max(times)))
    first, last = math.log10(min(sizes)), math.log10(max(sizes))

    def x(size: float) -> float:
        return LEFT + (math.log10(size) - first) / (last - first or 1) * (WIDTH - LEFT - RIGHT)

    def y(seconds: float) -> float:
        return HEIGHT - BOTTOM - (math.log10(seconds) - low) / (high - low or 1) * (HEIGHT - BOTTOM - TOP)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for power in range(low, high + 1):
        at = y(10.0**power)
        label = f"{10**power} s" if power >= 0 else f"{10 ** (power + 3)} ms"
        parts.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{label}</text>')
    for size in sorted(set(sizes)):
        parts.append(f'<text x="{x(size):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{size:,}</text>')
    parts.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle">commits, ten edits each</text>'
    )
    for colour, (name, series) in zip(COLOURS, found.items(), strict=False):
        line = " ".join(f"{x(size):.1f},{y(seconds):.1f}" for size, seconds in series)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{x(size):.1f}" cy="{y(seconds):.1f}" r="3" fill="{colour}"/>' for size, seconds in series
        ]
        (size, seconds), (end, value) = series[0], series[-1]
        straight = f"{x(size):.1f},{y(seconds):.1f} {x(end):.1f},{y(min(seconds * end / size, 10.0**high)):.1f}"
        parts.append(
            f'<polyline points="{straight}" fill="none" stroke="{colour}" stroke-dasharray="4 4" opacity="0.5"/>'
        )
        parts.append(f'<text x="{x(end) + 8:.1f}" y="{y(value) + 4:.1f}" fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        rows = json.load(file)["results"]["scale"]["rows"]
    sys.stdout.write(picture(points(rows)))


if __name__ == "__main__":
    main()
