"""The benchmarks run. What they measure is not judged here: a busy machine must not fail a test."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench import long_sessions, timing
from tests.bench.machine import ROOT
from tests.bench.plot import picture, points
from tests.bench.reading import peak_memory
from tests.bench.rows import Row, listing, table


def test_a_quick_run_prints_a_table_and_ends_with_json(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    command = [sys.executable, "-m", "tests.bench", "--quick", "--only", "codec", "--json", str(report)]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout.splitlines()[-1])
    assert printed == json.loads(report.read_text())
    assert printed["quick"] is True and printed["machine"]["git"]
    rows = {row["name"]: row for row in printed["results"]["codec"]["rows"]}
    assert rows["our decode, strict"]["value"] > 0
    assert "our decode, strict" in done.stdout.partition("Codec:")[2].partition("{")[0]


def test_an_unknown_benchmark_is_a_mistake() -> None:
    command = [sys.executable, "-m", "tests.bench", "--only", "nothing"]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert done.returncode == 2 and "nothing" in done.stderr


@pytest.mark.parametrize("store", long_sessions.FILES)
def test_the_readers_understand_all_of_the_sessions_that_are_timed(store: str, tmp_path: Path) -> None:
    from gittraj.agents import registry
    from gittraj.model.entry import count

    name, write = long_sessions.FILES[store]
    write(tmp_path / name, 200_000)
    session = "ses_bench" if store == "opencode database" else ""
    reading = registry.recognise(str(tmp_path / name)).read(str(tmp_path / name), session=session)
    counts = count(reading.entries)
    assert reading.unknown == 0 and not reading.torn
    assert all(counts[kind] for kind in ("user", "assistant", "tool-call", "reasoning"))
    assert counts["tool-result"] or store == "cursor"


def test_equal_seeds_give_equal_sessions(tmp_path: Path) -> None:
    for name in ("a", "b"):
        long_sessions.written(tmp_path / name, long_sessions.claude_lines(seed="s"), 50_000)
    long_sessions.written(tmp_path / "c", long_sessions.claude_lines(seed="t"), 50_000)
    a, b, c = ((tmp_path / name).read_bytes() for name in "abc")
    assert a == b != c


def test_what_a_round_needs_is_prepared_outside_of_the_time_measured() -> None:
    seen: list[tuple[str, int]] = []
    action = timing.Prepared(
        lambda number: seen.append(("prepare", number)), lambda number: seen.append(("measured", number))
    )
    assert timing.milliseconds(action, 2) >= 0
    assert seen == [(kind, number) for number in range(3) for kind in ("prepare", "measured")]


def test_a_limit_that_is_passed_is_told() -> None:
    rows = [Row("a", 61.0, "ms", 3, 60), Row("b", 59.0, "ms", 3, 60), Row("c", None, "ms", note="skipped")]
    assert [row["holds"] for row in listing(rows)] == [False, True, None]
    assert [("EXCEEDED" in line) for line in table(rows).splitlines()] == [True, False, False]


def test_the_memory_told_is_that_of_this_process() -> None:
    assert peak_memory() > 5_000_000


def test_the_scale_benchmark_runs_on_a_small_history_and_its_figures_become_a_picture(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    command = [sys.executable, "-m", "tests.bench", "--quick", "--only", "scale", "--json", str(report)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    rows = json.loads(report.read_text())["results"]["scale"]["rows"]
    assert "400 edits in 8 sessions" in rows[0]["note"]
    found = points([*rows, {"name": "index of 80 commits", "note": "processors 2.5 s"}])
    assert found["index"][-1] == (80, 2.5) and found["index"][0][0] == 40
    assert picture(found).count("<polyline") == 2 * len(found)
