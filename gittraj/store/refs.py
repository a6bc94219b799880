"""Refs: a name, the value it had and the value it shall have go in; it moves only if nobody moved it meanwhile.

Both back ends take the same ``NAME.lock`` file as git, so a real git process and ours exclude each other; the value
is compared while the lock is held. Our own processes queue before that on a lock which dies with them, so that they need
not fight over the lock file, and so that a lock file left behind by one of ours that was killed can be told from git's.
"""

import contextlib
import os
import random
import time
from collections.abc import Iterator

from gittraj.errors import RefRaceError
from gittraj.store.backend import Backend
from gittraj.store.gitdir import keeps_refs_in_files
from gittraj.store.locks import Lock

ATTEMPTS = 40  # against real git processes only; each of them holds the lock for a few milliseconds
LONGEST_PAUSE = 0.1  # seconds
QUEUE_TIMEOUT = 30.0  # seconds; one write takes about 10 ms, so this is a queue of thousands, or a stopped process
ABANDONED = 0.5  # seconds a lock file of a dead process of ours must stay the same before it is removed


class Ref:
    """One ref of a repository. `common_dir` is where its lock file lies."""

    def __init__(self, backend: Backend, common_dir: str, name: str) -> None:
        self.backend = backend
        self.name = name
        self.file = os.path.join(common_dir, *name.split("/"))  # where refs are files
        in_files = keeps_refs_in_files(common_dir)
        self.lock = self.file + ".lock" if in_files else os.path.join(common_dir, "reftable", "tables.list.lock")
        self.queue = os.path.join(common_dir, "gittraj", "locks", name.replace("/", "-"))

    def read(self) -> str:
        """The id it points to, "" where it does not exist. Raises `StoreError`."""
        return self.backend.ref(self.name)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """The queue of our own processes, to be held around reading, building and `move`. Raises `StoreError`."""
        with Lock(self.queue, timeout=QUEUE_TIMEOUT) as lock:
            if lock.left:
                self._clear_abandoned()
            lock.mark(f"{os.getpid()}\n")
            yield

    def move(self, old: str, new: str, reason: str) -> bool:
        """Point it from `old` ("" for not existing) to `new`; False where it is no longer at `old` or locked by another.

        Raises `StoreError` where it cannot be written.
        """
        return self.backend.move(self.name, old, new, reason)

    def pause(self, attempt: int) -> None:
        """Wait before the next attempt, a little longer each time and never in step with others."""
        time.sleep(random.uniform(0.001, min(LONGEST_PAUSE, 0.004 * (attempt + 1))))  # noqa: S311  (not a secret)

    def lost(self) -> RefRaceError:
        """What to say after the last attempt."""
        age = lock_age(self.lock)
        if age is None:
            return RefRaceError(f"other processes kept moving {self.name}", hint="try again")
        return RefRaceError(
            f"{self.name} is locked by another git process ({self.lock}, for {age:.0f} s)",
            hint=f"if no git is running here: rm {self.lock}",
        )

    def _clear_abandoned(self) -> None:
        """The owner before us died while it wrote: if its lock file is still there and nobody touches it, it goes.

        Only that of the ref itself: the one of a reftable may be held for any other ref.
        """
        path = self.file + ".lock"
        try:
            before = os.stat(path)
            time.sleep(max(0.0, ABANDONED - max(0.0, time.time() - before.st_mtime)))
            after = os.stat(path)
            if (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns):
                os.remove(path)
        except OSError:  # it was not there, or went by itself
            pass


def lock_age(path: str) -> float | None:
    """How many seconds ago a lock file was made, None where there is none."""
    try:
        return max(0.0, time.time() - os.stat(path).st_mtime)
    except OSError:
        return None
