"""A recorded action tried on a file: the step and the file as git stores it go in, what the action makes of it comes out."""

from gittraj.replay import states
from gittraj.replay.apply import apply_call
from gittraj.replay.file import File
from gittraj.replay.line_ends import Convert
from gittraj.replay.recorded import REDACTED
from gittraj.replay.spans import Applied, NotApplicable
from gittraj.replay.steps import Step


def attempt(step: Step, path: str, file: File, seen: Convert) -> tuple[Applied | NotApplicable, Step]:
    """What `step` makes of `file`; the step comes back too, marked where only masks in place of redacted text made it fit.

    `seen`: how the content lay in the worktree. A tool may have met those line ends, so what does not fit without them is tried with them.
    """
    content = file.now.content
    applied, told = _masked(step, content)
    if isinstance(applied, NotApplicable) and content is not None:
        other = seen(path, content, file.committed.content)
        if other != content:
            again, told_again = _masked(step, other)
            if isinstance(again, Applied):
                return again, told_again
    return applied, told


def _masked(step: Step, content: bytes | None) -> tuple[Applied | NotApplicable, Step]:
    applied = apply_call(step.observed, content, agent=step.agent)
    if applied is not REDACTED:
        return applied, step
    hidden = tuple(states.masked(each) for each in step.observed)
    return apply_call(hidden, content, agent=step.agent), step._replace(redacted=True)
