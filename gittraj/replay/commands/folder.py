"""A throwaway folder: it goes in and belongs to another user, or, with whatever commands made of it, is gone."""

import os
import shutil
import stat


def remove(folder: str) -> None:
    """Delete `folder`. Links are not followed; folders without rights and ones nested too deep for a path are deleted, too."""
    try:
        shutil.rmtree(folder)
        return
    except (OSError, RecursionError):
        pass
    _remove(folder)


def give(folder: str, owner: int | None) -> None:
    """Let all of `folder` belong to `owner` (None: as it is); links themselves, not what they lead to."""
    if owner is None:
        return
    os.chown(folder, owner, owner, follow_symlinks=False)
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(os.path.join(place, name), owner, owner, follow_symlinks=False)


def _remove(folder: str) -> None:
    """Without recursion: what lies below is moved up first, so that no path grows too long."""
    waiting = [folder]
    lifted = 0
    while waiting:
        at = waiting.pop()
        try:
            os.chmod(at, stat.S_IRWXU)
            with os.scandir(at) as entries:
                below = [(entry.path, entry.is_dir(follow_symlinks=False)) for entry in entries]
        except OSError:
            continue
        for path, is_folder in below:
            try:
                if not is_folder:
                    os.unlink(path)
                    continue
                os.chmod(path, stat.S_IRWXU)  # a folder can be moved only by who may write in it
                lifted += 1
                place = os.path.join(folder, f".{lifted}") if at != folder else path
                os.rename(path, place)
                waiting.append(place)
            except OSError:
                continue
        if at != folder:
            _gone(at)
    _gone(folder)


def _gone(folder: str) -> None:
    try:
        os.rmdir(folder)
    except OSError:
        pass
