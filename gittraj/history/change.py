"""The change that a commit makes, byte for byte: files with their differing lines go in, their digest or their equality comes out.

Git's patch-id passes over white space, which in some languages is the difference between two programs; this does not. It passes
over the places of lines, which the patch-id's context ties down. So only both together say that two changes are the same.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

HUNK = tuple[int, int, int, int]  # old start, old end, new start, new end; 0-based, half open


class FileChange(NamedTuple):
    """One changed path. Contents are None where the file is absent, or is no text (`opaque`: compared by its ids).

    `old_path`: where a rename came from, else "".
    """

    path: str
    old: bytes | None
    new: bytes | None
    old_id: str
    new_id: str
    old_mode: int
    new_mode: int
    hunks: Sequence[HUNK]
    opaque: bool = False
    old_path: str = ""


def digest(files: Iterable[FileChange]) -> str:
    """SHA-256 (hex) of the removed and added lines of every file, in the order of paths; "" where nothing is changed."""
    whole = hashlib.sha256()
    some = False
    for file in sorted(files, key=lambda each: each.path):
        some = True
        for part in _parts(file):
            whole.update(len(part).to_bytes(8, "big"))
            whole.update(part)
    return whole.hexdigest() if some else ""


def size(files: Iterable[FileChange]) -> int:
    """How many lines are added and removed; a file that is no text counts one for each side it has."""
    return sum(len(added) + len(removed) for file in files for added, removed in [changed(file)])


def changed(file: FileChange) -> tuple[list[int], list[int]]:
    """(added lines as places in the new file, removed lines as places in the old one), 0-based."""
    if file.opaque:
        return [0] * bool(file.new_id), [0] * bool(file.old_id)
    added = [at for hunk in file.hunks for at in range(hunk[2], hunk[3])]
    removed = [at for hunk in file.hunks for at in range(hunk[0], hunk[1])]
    return added, removed


def lines(content: bytes | None) -> list[bytes]:
    """The lines of `content` with their ends; only a line feed ends a line, as in git."""
    if not content:
        return []
    parts = content.split(b"\n")
    last = parts.pop()
    found = [part + b"\n" for part in parts]
    return [*found, last] if last else found


def _parts(file: FileChange) -> Iterator[bytes]:
    modes = f"{file.old_mode:o} {file.new_mode:o}" if file.old_mode != file.new_mode else ""
    yield b"file"
    yield file.path.encode("utf-8", "surrogateescape")
    if file.opaque:
        yield f"{modes} {file.old_id} {file.new_id}".encode()
        return
    yield modes.encode()
    old, new = lines(file.old), lines(file.new)
    for hunk in file.hunks:
        yield b"hunk"
        yield b"".join(old[hunk[0] : hunk[1]])
        yield b"".join(new[hunk[2] : hunk[3]])
