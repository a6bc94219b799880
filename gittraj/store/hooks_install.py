"""Hooks: names go in, shims are in place (or taken away) afterwards, and what was there before still runs (or is back).

A hook of somebody else is renamed, never changed; taking ours away renames it back, so its bytes and mode are as before.
"""

import os
from collections.abc import Iterable
from typing import NamedTuple

from gittraj.errors import StoreError
from gittraj.store import files
from gittraj.store.hook_managers import calls_us, hooks_dir, is_pre_commit, manual
from gittraj.store.hook_shims import CHAINED, is_edited, is_shim, shim
from gittraj.store.repository import Repository

NAMES = ("post-commit", "post-rewrite", "pre-push")  # of a clone
SERVER = ("pre-receive",)  # of a bare repository that others push to
LEGACY = ".legacy"  # the place that the pre-commit framework runs before itself
EXECUTABLE = 0o777  # before umask, as git makes its own


class Installed(NamedTuple):
    """One hook. `how`, from `install`: "written", "chained" (after the hook that was there), "legacy" (pre-commit runs us),
    "updated", "present", "manual" (`hint`: the line a person must add). From `uninstall`: "removed", "restored", "manual".
    From `status`: "present", "edited", "outdated", "missing", "manual".
    """

    path: str
    how: str
    hint: str = ""


def install(repository: Repository, names: Iterable[str] = NAMES, interpreter: str = "") -> list[Installed]:
    """Put a shim in place for each hook; doing so again changes nothing. Raises `StoreError` where a file cannot be written."""
    folder = hooks_dir(repository)
    return [
        _install(repository, folder, name, shim(name, interpreter).encode("utf-8", "surrogateescape")) for name in names
    ]


def uninstall(repository: Repository) -> list[Installed]:
    """Take every shim away and put back what it chained. Raises `StoreError` where a file cannot be moved."""
    done: list[Installed] = []
    for folder in _folders(repository):
        for name in sorted({entry.removesuffix(CHAINED).removesuffix(LEGACY) for entry in files.names(folder)}):
            done.extend(_uninstall(folder, name))
    return done


def status(repository: Repository, names: Iterable[str] = NAMES, interpreter: str = "") -> list[Installed]:
    """How each hook stands, without changing anything. Raises `StoreError`."""
    folder = hooks_dir(repository)
    found: list[Installed] = []
    for name in names:
        path = _ours(folder, name)
        if path:
            data = files.read(path)
            wanted = shim(name, interpreter).encode("utf-8", "surrogateescape")
            how = "edited" if is_edited(name, data) else "present" if not interpreter or data == wanted else "outdated"
            found.append(Installed(path, how))
            continue
        file, hint = manual(repository, folder, name)
        if file and calls_us(file, name):
            found.append(Installed(file, "present"))
        else:
            found.append(Installed(file or os.path.join(folder, name), "manual" if file else "missing", hint))
    return found


def _install(repository: Repository, folder: str, name: str, wanted: bytes) -> Installed:
    ours = _ours(folder, name)
    if ours:
        data = files.read(ours)
        if data == wanted and os.access(ours, os.X_OK):
            return Installed(ours, "present")
        if is_edited(name, data):
            return Installed(ours, "present", f"{ours} was edited after git traj init wrote it, so it stays as it is")
        files.write(ours, wanted, mode=EXECUTABLE)
        return Installed(ours, "updated")
    file, hint = manual(repository, folder, name)
    if file:
        return Installed(file, "present") if calls_us(file, name) else Installed(file, "manual", hint)
    path = os.path.join(folder, name)
    if is_pre_commit(path):
        place, how = path + LEGACY, "legacy"
        if os.path.lexists(place):
            how = _set_aside(place, folder, name) and how
    else:
        place = path
        how = _set_aside(place, folder, name) if os.path.lexists(path) else "written"
    if not how:
        return Installed(place, "manual", f"{place} and {name}{CHAINED} are both there: keep one, then git traj init")
    try:
        os.makedirs(folder, exist_ok=True)
        files.write(place, wanted, mode=EXECUTABLE)
    except (OSError, StoreError) as error:
        chained = os.path.join(folder, name + CHAINED)
        if os.path.lexists(chained) and not os.path.lexists(place):
            _rename(chained, place)
        raise StoreError(f"{place}: the hook cannot be written: {error}") from error
    return Installed(place, how)


def _set_aside(place: str, folder: str, name: str) -> str:
    """Rename the hook that is there, for the shim to run; "" where the name is taken."""
    chained = os.path.join(folder, name + CHAINED)
    if os.path.lexists(chained):
        return ""
    _rename(place, chained)
    return "chained"


def _uninstall(folder: str, name: str) -> list[Installed]:
    path = os.path.join(folder, name)
    chained = path + CHAINED
    ours = _ours(folder, name)
    if not ours:
        if not os.path.lexists(chained):
            return []
        if os.path.lexists(path):
            return [
                Installed(chained, "manual", f"{path} was written over our shim; {chained} is the hook from before it")
            ]
        _rename(chained, path)
        return [Installed(path, "restored")]
    if is_edited(name, files.read(ours)):
        return [
            Installed(ours, "manual", f"{ours} was edited after git traj init wrote it: take our lines out by hand")
        ]
    if os.path.lexists(chained):
        _rename(chained, ours)
        return [Installed(ours, "restored")]
    files.remove(ours)
    return [Installed(ours, "removed")]


def _ours(folder: str, name: str) -> str:
    """Where our shim for this hook lies, "" where it does not."""
    for place in (os.path.join(folder, name), os.path.join(folder, name + LEGACY)):
        if os.path.isfile(place) and is_shim(files.read(place)):
            return place
    return ""


def _folders(repository: Repository) -> list[str]:
    """Where shims may lie: where hooks are now, and where they were before somebody set `core.hooksPath`."""
    folders = [hooks_dir(repository), os.path.join(repository.common_dir, "hooks")]
    return list(dict.fromkeys(os.path.normpath(folder) for folder in folders))


def _rename(old: str, new: str) -> None:
    try:
        os.replace(old, new)
    except OSError as error:
        raise StoreError(f"{old}: cannot be renamed to {new}: {error.strerror}") from error
