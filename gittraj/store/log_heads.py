"""What this clone saw of transparency logs: sizes and roots go in as they are met, all that were met come out, for a log that went back or changed.

One file per log, one line per head, `SIZE ROOT TIP`, appended after a newline, so that a line cut short spoils no other. `TIP`: the commit of
the log's ref, "-" for a head that is known from receipts only.
"""

import os
from typing import NamedTuple

from gittraj.errors import StoreError
from gittraj.store import files
from gittraj.store.state import FOLDER

HERE = "here"  # the log in this repository's own ref; others are known by the fingerprint of their key (hex)
FILE_LIMIT = 8 << 20  # bytes, 60,000 heads; beyond, only the oldest are read, which prove most about what came later


class LogHead(NamedTuple):
    """A log once had `size` leaves, under this root (hex). `tip`: the commit of its ref then, "" where it was not here."""

    size: int
    root: str
    tip: str = ""


def read(common_dir: str, log: str) -> list[LogHead]:
    """The heads remembered of `log`, smallest first, those of one size in the order in which they were met."""
    try:
        with open(_path(common_dir, log), "rb") as file:
            data = file.read(FILE_LIMIT)
    except OSError:
        return []
    found = [head for line in data.split(b"\n") if (head := _parsed(line))]
    return sorted(dict.fromkeys(found), key=lambda head: head.size)


def keep(common_dir: str, log: str, head: LogHead) -> None:
    """Remember a head. What cannot be written is not remembered: a repository that is only read can still be judged."""
    path = _path(common_dir, log)
    try:
        os.makedirs(os.path.dirname(path), mode=files.FOLDER_MODE, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        descriptor = os.open(path, flags, files.MODE)
        try:  # one write: two processes at once give two lines
            os.write(descriptor, f"\n{head.size} {head.root} {head.tip or '-'}".encode("ascii"))
        finally:
            os.close(descriptor)
    except OSError:
        return


def forget(common_dir: str) -> int:
    """Forget the heads of all logs; how many logs there were. Raises `StoreError`."""
    folder = os.path.dirname(_path(common_dir, HERE))
    names = files.names(folder)
    for name in names:
        try:
            os.remove(os.path.join(folder, name))
        except OSError as error:
            raise StoreError(f"{folder}: cannot be emptied: {error.strerror}") from error
    return len(names)


def _parsed(line: bytes) -> LogHead | None:
    words = line.decode("ascii", "replace").split(" ")
    if len(words) != 3 or not words[0].isascii() or not words[0].isdigit() or len(words[0]) > 18:
        return None
    size, root, tip = int(words[0]), words[1], words[2].replace("-", "")
    if len(root) != 64 or len(tip) not in (0, 40, 64) or (root + tip).strip("0123456789abcdef"):
        return None
    return LogHead(size, root, tip)


def _path(common_dir: str, log: str) -> str:
    return os.path.join(common_dir, FOLDER, "log-heads", log)
