"""Checksums of a database, block by block: a path goes in; what SQLite is about to change, and the sums after it did, come out.

SQLite writes each page that it changes to its rollback journal first, as it was, but for free ones that it uses again, and the database itself
at the end (the file format, sqlite.org/fileformat2.html, sections 1.5 and 3; `PRAGMA cache_spill = OFF`). So after a small change only
few blocks are read again. Where the journal does not tell, all of them are.
"""

import os
import zlib
from typing import NamedTuple

BLOCK = 1 << 16
_MAGIC = bytes.fromhex("d9d505f920a163d7")
_OPEN = 0xFFFFFFFF  # as number of records: as many as there are, because nothing was waited for to reach the disk
_SUM = 8  # hexadecimal digits of each


class Changed(NamedTuple):
    """`pages`: numbers, from 1, of those that are other; `size`: bytes of the database before, behind which all is new."""

    pages: frozenset[int]
    page: int
    size: int


def about_to_change(path: str) -> Changed | None:
    """What the transaction that is open changes; None where that cannot be told. Raises `OSError`."""
    try:
        with open(path + "-journal", "rb") as file:
            head = file.read(28)
            if len(head) < 28 or head[:8] != _MAGIC:
                return None
            records, _, before, sector, page = (int.from_bytes(head[at : at + 4], "big") for at in range(8, 28, 4))
            rest = os.fstat(file.fileno()).st_size - sector
            if records != _OPEN or page < 512 or sector < 28 or rest % (page + 8):
                return None
            pages = {1}  # it counts the changes
            for at in range(sector, sector + rest, page + 8):
                file.seek(at)
                pages.add(int.from_bytes(file.read(4), "big"))
        pages |= _free(path, page, before)
    except FileNotFoundError:  # nothing is changed, or it is kept in memory
        return None
    return Changed(frozenset(pages), page, before * page) if max(pages) <= max(before, 1) else None


def _free(path: str, page: int, count: int) -> set[int]:
    """The pages that held nothing when the transaction began."""
    found: set[int] = set()
    with open(path, "rb") as file:
        file.seek(32)
        trunk = int.from_bytes(file.read(4), "big")
        while trunk and trunk not in found and len(found) < count:
            found.add(trunk)
            file.seek((trunk - 1) * page)
            data = file.read(page)
            trunk, leaves = int.from_bytes(data[:4], "big"), int.from_bytes(data[4:8], "big")
            found.update(int.from_bytes(data[at : at + 4], "big") for at in range(8, min(8 + 4 * leaves, len(data)), 4))
    return found


def of(path: str, known: str = "", changed: Changed | None = None) -> str:
    """The sums of all blocks; `known`: those before what `changed` tells. Raises `OSError`."""
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        count = -(-size // BLOCK)
        sums = [known[at : at + _SUM] for at in range(0, len(known), _SUM)]
        if changed is None or len(sums) != -(-changed.size // BLOCK):
            stale = set(range(count))
        else:
            stale = {(number - 1) * changed.page // BLOCK for number in changed.pages}
            stale |= set(range(min(changed.size, size) // BLOCK, count))
        sums = [*sums[:count], *[""] * (count - len(sums))]
        for block in sorted(each for each in stale if each < count):
            file.seek(block * BLOCK)
            sums[block] = f"{zlib.crc32(file.read(BLOCK)):08x}"
    return "".join(sums) or "-"
