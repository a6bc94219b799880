"""When this clone first saw which notes: notes tips go in as they are met, the first time at which a statement was there comes out.

One line per tip, `EPOCH TIP`, appended after a newline, so that a line cut short spoils no other; the clock is this machine's, never that of whoever pushed. Imports `os` and `time` only,
because every commit of an agent adds a line.
"""

import os
import time

from gittraj.store import files
from gittraj.store.state import FOLDER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gittraj.store.notes import NoteStore

FILE_LIMIT = (
    32 << 20
)  # bytes, 600,000 tips; beyond, only the oldest lines are read, which are those that prove something


def saw(common_dir: str, tip: str, now: int | None = None) -> None:
    """The notes are at `tip` now. What cannot be written is not remembered: it is evidence, not state."""
    if not tip:
        return
    path = _path(common_dir)
    try:
        tail = _tail(path)
        known = _parsed(tail.rpartition(b"\n")[2])
        if known is not None and known[1] == tip:
            return
        os.makedirs(os.path.dirname(path), mode=files.FOLDER_MODE, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        descriptor = os.open(path, flags, files.MODE)
        try:  # one write: two processes at once give two lines
            os.write(descriptor, b"\n%d %s" % (int(time.time()) if now is None else now, tip.encode("ascii")))
        finally:
            os.close(descriptor)
    except OSError:
        return


def first(notes: "NoteStore", commit: str, raw: bytes) -> int | None:
    """Epoch seconds of the first tip remembered whose note of `commit` held the bytes `raw`; None where none did.

    By halving: statements are only ever added. Where some were taken out and came back, a later time may come out, never an
    earlier one. Tips that are gone (rewritten notes) count as not holding it.
    """
    lines = _lines(_path(notes.repository.common_dir))
    low, high = 0, len(lines)
    while low < high:
        middle = (low + high) // 2
        if _holds(notes, lines[middle][1], commit, raw):
            high = middle
        else:
            low = middle + 1
    return lines[low][0] if low < len(lines) else None


def _holds(notes: "NoteStore", tip: str, commit: str, raw: bytes) -> bool:
    from gittraj.errors import StoreError
    from gittraj.store.note_history import NotesAt

    try:
        note = NotesAt(notes.repository, tip).read(commit)
    except StoreError:
        return False
    return note is not None and raw in note


def _lines(path: str) -> list[tuple[int, str]]:
    try:
        with open(path, "rb") as file:
            data = file.read(FILE_LIMIT)
    except OSError:
        return []
    return [found for line in data.split(b"\n") if (found := _parsed(line))]


def _parsed(line: bytes) -> tuple[int, str] | None:
    moment, _, tip = line.partition(b" ")
    if not moment.isdigit() or len(moment) > 11 or len(tip) not in (40, 64) or not tip.isalnum():
        return None
    return int(moment), tip.decode("ascii", "replace")


def _tail(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 100))
            return file.read()
    except OSError:
        return b""


def _path(common_dir: str) -> str:
    return os.path.join(common_dir, FOLDER, "seen-notes")
