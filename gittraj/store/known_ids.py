"""The statement ids of one notes commit, remembered: a common directory goes in, the commit and its ids come out, and are kept again.

In order, each once: what is asked of a hundred thousand of them (their digest, one more) needs no sorting then. Derived and disposable: the commit names the notes by their content. A digest at the end tells a damaged file.
"""

import os

from gittraj.codec.digest import sha256
from gittraj.errors import StoreError
from gittraj.store import files
from gittraj.store.state import FOLDER

_ID = 32  # bytes of a statement's id
_LINE = 64  # hex digits of the commit at most


def read(common_dir: str) -> tuple[str, list[bytes]]:
    """The commit and its ids; ("", none) where nothing is remembered or the file is damaged."""
    try:
        data = files.read(_path(common_dir))
    except StoreError:
        return "", []
    body, check = data[:-_ID], data[-_ID:]
    line = body[: _LINE + 1].partition(b"\n")[0]
    tip, ids = line.decode("ascii", "replace"), body[len(line) + 1 :]
    if sha256(body) != check or len(tip) not in (40, _LINE) or tip.strip("0123456789abcdef") or len(ids) % _ID:
        return "", []
    return tip, [ids[at : at + _ID] for at in range(0, len(ids), _ID)]


def write(common_dir: str, tip: str, ids: list[bytes]) -> None:
    """Remember `ids`, which are in order, as those of `tip`; a repository that cannot be written goes without."""
    body = b"%b\n%b" % (tip.encode("ascii"), b"".join(ids))
    try:
        files.write(_path(common_dir), body + sha256(body))
    except StoreError:
        pass


def _path(common_dir: str) -> str:
    return os.path.join(common_dir, FOLDER, "statement-ids")
