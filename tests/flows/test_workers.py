"""Work shared by processes: every part once and in order, and no process left behind, however it ends."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gittraj.errors import GitTrajError, StoreError
from gittraj.flows.workers import parted, shared, workers_for

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not shared out here")


@given(st.integers(0, 500), st.integers(1, 120))
def test_parts_hold_everything_once_in_order_and_get_smaller_at_the_end(count: int, size: int) -> None:
    parts = parted(range(count), size)
    assert [one for part in parts for one in part] == list(range(count))
    assert all(0 < len(part) <= size for part in parts)
    assert not parts or len(parts[-1]) <= -(-size // 4)


def test_answers_come_in_the_order_of_the_parts_from_other_processes() -> None:
    def begin() -> Callable[[Sequence[int]], tuple[int, list[int]]]:
        own = os.getpid()
        return lambda part: (own, [2 * one for one in part])

    answers = list(shared(begin, parted(range(100), 10), 2))
    assert [one for _, doubled in answers for one in doubled] == [2 * one for one in range(100)]
    assert os.getpid() not in {process for process, _ in answers}
    assert not multiprocessing.active_children()


def test_processes_have_ended_when_nobody_wants_more_answers() -> None:
    answers = shared(lambda: lambda part: part, parted(range(400), 10), 2)
    next(answers)
    answers.close()
    assert not multiprocessing.active_children()


def test_an_error_of_a_part_is_raised_and_ends_the_others() -> None:
    def run(part: Sequence[int]) -> None:
        if 50 in part:
            raise StoreError("cannot be read", hint="git fsck")

    with pytest.raises(StoreError, match="cannot be read"):
        list(shared(lambda: run, parted(range(400), 10), 2))
    assert not multiprocessing.active_children()


def test_a_process_that_is_killed_is_told_in_our_own_words() -> None:
    def run(part: Sequence[int]) -> None:
        if 50 in part:
            os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(GitTrajError, match="ended from outside"):
        list(shared(lambda: run, parted(range(400), 10), 2))
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("ended", [signal.SIGKILL, signal.SIGTERM])
def test_processes_do_not_outlive_the_one_that_gives_them_work(ended: int) -> None:
    script = (
        "import os, time\n"
        "from gittraj.flows.workers import shared\n"
        "for process in shared(lambda: lambda part: time.sleep(0.01) or os.getpid(), range(100_000), 2):\n"
        "    print(process, flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as giver:
        assert giver.stdout is not None
        workers = {int(next(giver.stdout)) for _ in range(20)}
        giver.send_signal(ended)
        giver.wait()
    assert len(workers) == 2
    for _ in range(200):
        if not any(os.path.exists(f"/proc/{worker}") for worker in workers):
            return
        time.sleep(0.05)
    raise AssertionError("they are still there")


def test_few_commits_are_not_worth_a_second_process() -> None:
    assert workers_for(9, 10) == 1 and 1 <= workers_for(10, 10) <= 8
