"""Notes tips that the local state remembers: a common directory goes in, a commit id comes out, and is kept again.

`known_tip`: up to where progress is complete. `written`: what we last made a notes ref point to, by which a write of another
program that did not compare first is told. `absorbed`: what was last taken from a tracking ref. `shaped`: the last notes tree without anything that is no note.
"""

import os

from gittraj.errors import StoreError
from gittraj.store import files, seen_tips
from gittraj.store.state import FOLDER


def known_tip(common_dir: str) -> str:
    """The notes commit up to which the local state is complete; "" where that is not known."""
    return _read(os.path.join(common_dir, FOLDER, "notes-tip"))


def keep_tip(common_dir: str, tip: str) -> None:
    """Say that the local state is complete up to `tip`. Raises `StoreError`."""
    files.write(os.path.join(common_dir, FOLDER, "notes-tip"), tip.encode("ascii"))
    seen_tips.saw(common_dir, tip)


def written(common_dir: str, ref: str) -> str:
    """The commit that we last made `ref` point to; "" where that is not known."""
    return _read(_path(common_dir, "written", ref))


def keep_written(common_dir: str, ref: str, tip: str) -> None:
    """Say that `ref` points to `tip` by our own hand. Raises `StoreError`."""
    files.write(_path(common_dir, "written", ref), tip.encode("ascii"))


def absorbed(common_dir: str, ref: str) -> str:
    """The value of the tracking ref `ref` that was last united with our notes; "" where none was."""
    return _read(_path(common_dir, "absorbed", ref))


def keep_absorbed(common_dir: str, ref: str, tip: str) -> None:
    """Say that all of `tip`, the value of the tracking ref `ref`, is in our notes. Raises `StoreError`."""
    files.write(_path(common_dir, "absorbed", ref), tip.encode("ascii"))


def shaped(common_dir: str, ref: str) -> str:
    """The value of `ref` whose tree was last found to hold nothing but notes; "" where none was."""
    return _read(_path(common_dir, "shaped", ref))


def keep_shaped(common_dir: str, ref: str, tip: str) -> None:
    """Say that the tree of `tip`, a value of `ref`, holds nothing but notes. Raises `StoreError`."""
    files.write(_path(common_dir, "shaped", ref), tip.encode("ascii"))


def _read(path: str) -> str:
    try:
        tip = files.read(path).decode("ascii", "replace").strip()
    except StoreError:
        return ""
    return tip if len(tip) in (40, 64) and not tip.strip("0123456789abcdef") else ""


def _path(common_dir: str, what: str, ref: str) -> str:
    return os.path.join(common_dir, FOLDER, what, ref.replace("/", "-"))
