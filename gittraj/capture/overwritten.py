"""Whether a session had a part in a commit of which nothing is left: what others did there goes in, the agreeing paths come out.

Where two sessions edit a file by turns, one may write over all that the other wrote, and no line of it reaches the commit. But what
the later one replaced, or what it recorded of the file as it was, still tells it: a line that the first session added, that the
second found there, and that the commit's parent does not have. Or the one took away what the other had added. Without it, the edits
of the session that belongs to the commit would not fit, or would give more than was committed.
"""

from collections.abc import Callable, Iterable

from gittraj.capture.evidence import gained_and_lost, most, relative, substantial
from gittraj.model.operation import Observed, Patch, Replace

_TEXTS = 1 << 20  # characters of commands that are searched

Lines = dict[str, set[str]]  # path → substantial lines


class Others:
    """What sessions that belong to a commit did. `met`, `added`: lines that they found in files, and put into them; `commands`: what they ran."""

    def __init__(self) -> None:
        self.met: Lines = {}
        self.added: Lines = {}
        self.commands: list[str] = []
        self._size = 0

    def take(
        self, observed: Iterable[Observed], commands: Iterable[str], cwd: str, worktrees: tuple[str, ...]
    ) -> "Others":
        """With what one session did; refused operations found nothing for certain."""
        for seen in observed:
            name = relative(seen.operation.path, seen.cwd or cwd, worktrees)
            if seen.state in ("failed", "denied") or not name:
                continue
            text = seen.before or ""
            match seen.operation:
                case Replace(old=old):
                    text += "\n" + old
                case Patch(hunks=hunks):
                    text += "\n" + "\n".join(line[1:] for line in hunks.splitlines() if line[:1] in (" ", "-"))
            self.met.setdefault(name, set()).update(substantial(text))
            self.added.setdefault(name, set()).update(gained_and_lost(seen.operation)[0])
        for command in commands:
            self._size += len(command)
            if self._size < _TEXTS:
                self.commands.append(command)
        return self

    def join(self, more: "Others") -> None:
        """With what `more` did."""
        for mine, theirs in ((self.met, more.met), (self.added, more.added)):
            for path, lines in theirs.items():
                mine.setdefault(path, set()).update(lines)
        self.commands += more.commands

    def wrote(self, path: str, line: str) -> bool:
        """Whether one of them put the line into the file, by a tool or, it seems, by a command."""
        return line in self.added.get(path, ()) or any(line in command for command in self.commands)


Text = Callable[[str], str]  # of a file at a path


def agreeing(
    observed: Iterable[Observed], others: Others, parent: Text, committed: Text, cwd: str, worktrees: tuple[str, ...]
) -> set[str]:
    """The paths in which others met a line that one of these operations added, or had added one that it took away.

    `parent`, `committed`: a file's text in the commit's parent, in the commit.
    """
    found: set[str] = set()
    anywhere: set[str] = set()  # lines that others met, in whatever file; put together when it is first asked
    for seen in observed:
        name = relative(seen.operation.path, seen.cwd or cwd, worktrees)
        if seen.state in ("failed", "denied") or not name or name in found:
            continue
        gained, lost = gained_and_lost(seen.operation)
        fresh = gained & others.met.get(name, set())
        if not fresh and gained and not committed(name):  # it was moved, and met where it is now
            anywhere = anywhere or set().union(*others.met.values())
            fresh = gained & anywhere if most(gained, anywhere) else set()
        gone = {line for line in lost if others.wrote(name, line)}
        if (fresh and fresh - substantial(parent(name))) or (
            gone and gone - substantial(parent(name)) - substantial(committed(name))
        ):
            found.add(name)
    return found
