"""What went wrong in a hook: an error goes in, a line in the repository's log comes out, for `git traj doctor` to tell."""

import os
import traceback

from gittraj.errors import GitTrajError
from gittraj.store import gitdir
from gittraj.store.state import State


def report(directory: str, error: Exception) -> None:
    """Append the error to the log; an unexpected one with the places it passed through (code lines only, no values)."""
    place = gitdir.find(directory, os.environ)
    if place is None:
        return
    if isinstance(error, GitTrajError):
        text = error.message
    else:
        frames = traceback.extract_tb(error.__traceback__)
        text = f"{type(error).__name__} at " + " < ".join(
            f"{os.path.basename(f.filename)}:{f.lineno}" for f in frames[-6:][::-1]
        )
    State(place.common_dir).note_problem(text)
