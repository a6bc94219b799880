"""What happens after a commit: the hook's directory and environment go in, statements in the note (or one line why not) come out.

The first half is light (nothing but `os` is imported): most commits have no agent around them and must not pay for one.
"""

import os
import time

from gittraj.flows import discover, post_rewrite, stops
from gittraj.store import gitdir
from gittraj.store.state import State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SWITCH = "GITTRAJ"  # GITTRAJ=0 in the environment: this commit is not looked at


def post_commit(directory: str, env: "Mapping[str, str]", say: "Callable[[str], None]") -> None:
    """Attach what belongs to HEAD, catch up on recent commits whose hook never ran, seal what waits. `say` gets one line each."""
    if env.get(SWITCH) == "0":
        return
    place = gitdir.find(directory, env)
    if place is None:
        return
    rewriting, stopped = stops.state_of(place.git_dir)
    if rewriting and not stopped:
        # rewritten commits carry their notes (notes.rewriteRef); a segment cut here would be cut in the middle
        return
    found = discover.find(os.path.realpath(place.worktree or directory), env, place.common_dir, now=time.time())
    if found or State(place.common_dir).pending():
        # its process compiles rules while this one loads what reading and signing need
        from gittraj.redact.scanner import Scanner

        scanner = Scanner()
        if found:
            scanner.begin_early()
        from gittraj.flows.attach import after_commit

        head = after_commit(directory, found, env, say, scanner, alone=rewriting)
        if rewriting:
            stops.remember(place.git_dir, head)
    if rewriting:  # the post-rewrite at its end says what all its commits were made of
        return
    by, olds = post_rewrite.picked(place, env)
    if by and post_rewrite.has_notes(place.common_dir):
        post_rewrite.after_pick(directory, by, olds, env, say)
