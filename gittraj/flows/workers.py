"""Work shared by processes: parts of it go in, what a process makes of each comes out, in the order of the parts."""

import functools
import gc
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from gittraj.errors import GitTrajError

_MOST = 8  # more would wait for the one that puts the answers in order
_RARELY = 50_000  # objects that a process makes before it looks for cycles

Part = TypeVar("Part")
Made = TypeVar("Made")


def workers_for(commits: int, many: int) -> int:
    """How many processes share the work on so many commits; one below `many`."""
    if commits < many or not hasattr(os, "fork"):
        return 1
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(processors, _MOST)


def parted(items: Sequence[Part], size: int) -> list[Sequence[Part]]:
    """`items` in parts of `size`, the last ones smaller: so that no process ends long after the others."""
    whole = max(len(items) - 2 * size, 0) // size * size
    return [
        *(items[at : at + size] for at in range(0, whole, size)),
        *(items[at : at + -(-size // 4)] for at in range(whole, len(items), -(-size // 4))),
    ]


def shared(begin: Callable[[], Callable[[Part], Made]], parts: Sequence[Part], workers: int) -> Iterator[Made]:
    """What the function that `begin` gives makes of each part.

    `begin` runs once in each process, and is inherited like all it holds: only parts and answers go through pipes. libgit2's handles
    are not made to be shared, so it opens the repository anew. Whatever the function raises is raised here. When this ends, however
    it does, the processes have ended: one that is left to the end of Python may wait for a last word that nobody says any more.
    Raises `GitTrajError` where one of them was killed.
    """
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    run: Callable[[Part], Made] = _make  # that of `begin`, in whatever process it is called
    with ProcessPoolExecutor(workers, get_context("fork"), functools.partial(_begin, begin)) as pool:
        try:
            yield from pool.map(run, parts)
        except BrokenProcessPool:
            why = "a process that shared the work was ended from outside (is there enough memory?)"
            raise GitTrajError(why, hint="on one processor it takes less: taskset -c 0 git traj …") from None
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


_own: list[Callable[[Any], Any]] = []  # of a process that shares the work


def _begin(begin: Callable[[], Callable[[Any], Any]]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a terminal tells all of them: these end at once and say nothing
    gc.freeze()  # records are trees without cycles: to look through them and through all modules again and again frees nothing
    gc.set_threshold(_RARELY, 20, 20)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _own[:] = [begin()]


def _end_with_parent() -> None:
    """End this process when the one that gives it work is gone: killed, it says no word, and for the next part others would wait for ever."""
    from multiprocessing import parent_process
    from multiprocessing.connection import wait

    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _make(part: Any) -> Any:
    return _own[0](part)
