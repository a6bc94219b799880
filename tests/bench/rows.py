"""What a benchmark says: figures go in, a table for people and a list for programs come out."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple


class Options(NamedTuple):
    """How to measure. `quick`: fewer rounds and smaller inputs, for trying the benchmarks out; such figures mean nothing."""

    quick: bool = False
    peers: str = "auto"  # auto, yes, no
    cache: Path = Path()
    shared: Path | None = None

    def rounds(self, wanted: int) -> int:
        return min(2, wanted) if self.quick else wanted


class Row(NamedTuple):
    """One figure. `rounds`: it is the median of so many (0: there is only one). `limit`: what it must not pass."""

    name: str
    value: float | None
    unit: str
    rounds: int = 0
    limit: float | None = None
    note: str = ""

    @property
    def holds(self) -> bool | None:
        return None if self.limit is None or self.value is None else self.value <= self.limit


def table(rows: Iterable[Row]) -> str:
    """The rows as aligned lines."""
    rows = list(rows)
    width = max((len(row.name) for row in rows), default=0)
    return "\n".join(_line(row, width) for row in rows)


def listing(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The rows as JSON has them."""
    return [
        {**row._asdict(), "value": None if row.value is None else round(row.value, 3), "holds": row.holds}
        for row in rows
    ]


def _line(row: Row, width: int) -> str:
    value = "-" if row.value is None else f"{row.value:,.{_places(row.value)}f}"
    limit = "" if row.limit is None else f"limit {row.limit:g}{'' if row.holds else ' EXCEEDED'}"
    told = ", ".join(part for part in (f"median of {row.rounds}" if row.rounds else "", limit, row.note) if part)
    return f"  {row.name:{width}}  {value:>10} {row.unit:7}  {told}".rstrip()


def _places(value: float) -> int:
    return 0 if abs(value) >= 1000 else 1 if abs(value) >= 10 else 2
