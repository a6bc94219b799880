"""How much a command may take: bounds, and folders go in; whether a command went beyond them comes out."""

import os
from collections.abc import Iterable
from typing import NamedTuple


class Usage(NamedTuple):
    """Room taken on the disk, and how many files and folders."""

    bytes: int
    files: int

    def beyond(self, before: "Usage", limits: "Limits") -> bool:
        """Whether more came since `before` than `limits` allow."""
        return self.bytes - before.bytes > limits.disk or self.files - before.files > limits.files


class Limits(NamedTuple):
    """Bounds of one command.

    `output`: bytes read of it; records keep 256 KiB. `disk`, `files`: what it may add to its folders, looked at every `pause` seconds.
    `file`: bytes of one file, held by the kernel. `processes`: at a time. `memory`: bytes of one process's data.
    """

    output: int = 8 << 20
    disk: int = 1 << 30
    files: int = 200_000
    file: int = 256 << 20
    processes: int = 512
    memory: int = 4 << 30
    pause: float = 0.25

    def shell(self) -> str:
        """The bounds that the kernel holds, as bash sets them for itself and what it starts; one that is lower already stays."""
        bounds = (("c", 0), ("f", self.file >> 10), ("u", self.processes), ("d", self.memory >> 10), ("n", 4096))
        return "; ".join(f"ulimit -{name} {value} 2>/dev/null" for name, value in bounds)


def usage(folders: Iterable[str], most: int) -> Usage:
    """What lies in `folders`, without following links and without recursion (a command may nest as deep as it likes).

    Counting stops at four times `most` files: that is too many in any case.
    """
    size = files = 0
    waiting = list(folders)
    while waiting and files <= 4 * most:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    files += 1
                    try:
                        size += entry.stat(follow_symlinks=False).st_blocks * 512
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append(entry.path)
                    except OSError:  # gone in between
                        continue
        except OSError:
            continue
    return Usage(size, files)
