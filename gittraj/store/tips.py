"""The notes tip that the local state knows all of: a common directory goes in, a commit id comes out, and is kept again."""

import os

from gittraj.errors import StoreError
from gittraj.store import files
from gittraj.store.state import FOLDER


def known_tip(common_dir: str) -> str:
    """The notes commit up to which the local state is complete; "" where that is not known."""
    try:
        tip = files.read(_path(common_dir)).decode("ascii", "replace").strip()
    except StoreError:
        return ""
    return tip if len(tip) in (40, 64) and not tip.strip("0123456789abcdef") else ""


def keep_tip(common_dir: str, tip: str) -> None:
    """Say that the local state is complete up to `tip`. Raises `StoreError`."""
    files.write(_path(common_dir), tip.encode("ascii"))


def _path(common_dir: str) -> str:
    return os.path.join(common_dir, FOLDER, "notes-tip")
