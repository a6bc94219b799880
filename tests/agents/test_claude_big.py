import tracemalloc
from pathlib import Path

import pytest

from gittraj.agents import claude
from gittraj.model.entry import count
from tests.agents import reading_laws as laws
from tests.support import big_session

MEGABYTES = 6


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("big") / f"{big_session.SESSION}.jsonl"
    big_session.write(str(path), MEGABYTES)
    return path


def test_a_long_session_is_read_without_a_line_left_over(big: Path) -> None:
    reading = claude.read(str(big))
    laws.check_shape(reading)
    assert sum(count(reading.entries).values()) == big.read_bytes().count(b"\n")
    assert reading.unknown == 0


def test_reading_needs_less_than_three_times_the_file(big: Path) -> None:
    tracemalloc.start()
    try:
        reading = claude.read(str(big))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(reading.entries) > 500
    assert peak < 3 * big.stat().st_size
