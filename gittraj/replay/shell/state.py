"""The state of a shell while its text is read: where it is, its variables, its options; words go in, their values come out."""

import fnmatch
import posixpath
from typing import NamedTuple

from gittraj.replay.shell.files import Doubt, Files, ShellWrite
from gittraj.replay.shell.tree import Body, Substitution, Text, Variable, Word

MAX_DEPTH = 40  # lists within lists that are followed; a dozen frames each, under Python's limit of 1000
MAX_STEPS = 20_000  # commands interpreted for one text; loops of loops end here

UNSURE = "\0"  # an argument (or several) that is not known; no real argument holds a NUL
MORE = "\0\0"  # an argument that stands for files that may match a glob too, which git does not track

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Call(NamedTuple):
    """A command to carry out. `more`: a glob may have matched files that are not known. `succeeded`: it is certain that it ended with 0."""

    name: str
    args: list[str]
    more: bool
    stdin: bytes | None
    shell: "Shell"
    succeeded: bool

    def options(self, flags: str, long: tuple[str, ...] = ()) -> tuple[set[str], list[str]]:
        """The options given, all of them among `flags` or `long`, and the operands. Raises `Doubt` at any other option."""
        found: set[str] = set()
        operands: list[str] = []
        args = iter(self.args)
        for arg in args:
            if arg == "--":
                operands.extend(args)
            elif arg.startswith("--"):
                if arg not in long:
                    raise Doubt(f"{self.name} {arg} is not interpreted")
                found.add(arg)
            elif arg.startswith("-") and len(arg) > 1:
                if any(flag not in flags for flag in arg[1:]):
                    raise Doubt(f"{self.name} {arg} is not interpreted")
                found.update(arg[1:])
            else:
                operands.append(arg)
        return found, operands

    def complete(self) -> None:
        """Raises `Doubt` where not all files that a glob matched are known."""
        if self.more:
            raise Doubt("a glob whose matches are not all known")


class Outcome(NamedTuple):
    """How a command ended: `status` None if that is not certain; `output` None if what it printed is not."""

    status: int | None
    output: bytes | None


DONE = Outcome(0, b"")
UNKNOWN = Outcome(None, None)


class Exit(Exception):
    """The shell ends here, with `status` (None: not known)."""

    def __init__(self, status: int | None) -> None:
        super().__init__(status)
        self.status = status


class Shell:
    """One shell process.

    `dialect`: "bash", or "" where it may be another one. `maybe`: it is not certain that we get here; `exits`: because it may have
    ended before. `nounset`: ``set -u``. `hoped`: where a ``cd`` leads if it succeeded.
    """

    def __init__(self, files: Files, cwd: str, dialect: str) -> None:
        self.files = files
        self.cwd: str | None = posixpath.normpath(cwd) if cwd.startswith("/") else None
        self.dialect = dialect
        self.variables: dict[str, str | None] = {}
        self.maybe = False
        self.errexit = False
        self.pipefail = False
        self.exits = False
        self.nounset = False
        self.hoped = ""
        self.level = [0]
        self.steps = [0]
        self.script: Callable[[Body, Shell, bytes | None, int | None], Outcome] = lambda *_args: UNKNOWN
        self.substitute: Callable[[Substitution, Shell], bytes | None] = lambda _part, _shell: None

    def child(self) -> "Shell":
        """A subshell: it shares the files and keeps the rest to itself."""
        child = Shell(self.files, self.cwd or "", self.dialect)
        child.variables = dict(self.variables)
        child.maybe, child.errexit, child.pipefail, child.nounset = (
            self.maybe,
            self.errexit,
            self.pipefail,
            self.nounset,
        )
        child.level, child.steps = self.level, self.steps
        child.substitute, child.script = self.substitute, self.script
        return child

    def enter(self) -> None:
        """Go one list deeper. Raises `Doubt` where that is too deep."""
        self.level[0] += 1
        if self.level[0] > MAX_DEPTH:
            raise Doubt("nested deeper than is looked into", unknown=True)

    def leave(self) -> None:
        """Come back from a list."""
        self.level[0] -= 1

    def step(self) -> None:
        """Count a command. Raises `Doubt` when there are too many."""
        self.steps[0] += 1
        if self.steps[0] > MAX_STEPS:
            raise Doubt("more commands than are followed", unknown=True)

    def path(self, name: str) -> str:
        """The absolute path of `name`. Raises `Doubt` where the working directory is not certain."""
        if not name:
            raise Doubt("an empty path")
        if name.startswith("/"):
            return posixpath.normpath("/" + name.lstrip("/"))
        if self.cwd is None:
            raise Doubt("the working directory is not certain")
        return posixpath.normpath(posixpath.join(self.cwd, name))

    def file(self, name: str) -> str:
        """As `path`, for what must be a file. Raises `Doubt` where the name says that it is a folder."""
        if name.endswith(("/", "/.", "/..")) or name in (".", ".."):
            raise Doubt(f"{name} is a folder")
        return self.path(name)

    def may_be_folder(self, path: str) -> bool:
        """Whether a folder that is not known may be at `path`, where no file is known: one with a suffix hardly is."""
        return self.files.is_folder(path) or not (self.files.lists or posixpath.splitext(path)[1])

    def can_create(self, path: str, succeeded: bool) -> bool:
        """Whether a file can be made at `path`: its folder is known, or the command is known to have succeeded."""
        if self.files.is_folder(path) or path.startswith("/dev/"):
            return False
        if succeeded or self.files.quietly_exists(path):
            return True
        folder = posixpath.dirname(path)
        return not self.may_be_folder(path) and (folder == self.cwd or self.files.is_folder(folder))

    def write(
        self, path: str, content: bytes | None, *, mode: int | None = None, moved_from: str = "", mode_from: str = ""
    ) -> None:
        """Let a certain write happen; where it is not certain that we get here, the file is no longer certain."""
        if self.maybe:
            self.files.cloud((path, moved_from) if moved_from else (path,))
            return
        self.files.write(ShellWrite(path, content, mode, moved_from, mode_from))

    # words

    def value(self, word: Word) -> str | None:
        """The text of one word where no splitting takes place (an assignment, a here-document); None where not known."""
        parts: list[str] = []
        known = True
        for part in word:
            if isinstance(part, Text):
                home = not parts and not part.quoted and part.text.startswith("~")
                parts.append(self.files.at_home(part.text) if home else part.text)
                known &= bool(parts[-1]) or not home
            elif isinstance(part, Variable):
                found = self.variable(part.name)
                if found is None and self.nounset:  # an unset variable ends the shell
                    self.maybe = self.exits = True
                known &= found is not None
                parts.append(found or "")
            elif isinstance(part, Substitution):
                output = self.substitute(part, self)
                found = _decoded(output) if part.value else None
                known &= found is not None
                parts.append((found or "").rstrip("\n"))
            else:
                known = False
        return "".join(parts) if known else None

    def variable(self, name: str) -> str | None:
        """The value of a variable that the text itself set, or of PWD."""
        if name == "PWD" and name not in self.variables:
            return self.cwd
        return self.variables.get(name)

    def fields(self, word: Word) -> list[str]:
        """The arguments that `word` becomes; `UNSURE` and `MORE` may be among them."""
        value = self.value(word)
        if value is None:
            return [UNSURE]
        if any(isinstance(part, Text) and not part.quoted and _special(part.text) for part in word):
            globs = "".join(part.text if isinstance(part, Text) else "x" for part in word)
            plain = not any(isinstance(part, Text) and part.quoted and _special(part.text) for part in word)
            if "{" in globs or "~" in globs or not plain or not set(value) & set("*?["):
                return [UNSURE]
            return list(self._expanded(value))
        for part in word:
            if isinstance(part, (Variable, Substitution)) and not part.quoted:
                piece = self.value((part,)) or ""
                if not piece or set(piece) & set(" \t\n*?[\\") or "IFS" in self.variables:
                    return [UNSURE]
        return [value]

    def _expanded(self, pattern: str) -> list[str]:
        """The known files that a glob stands for, and `MORE`: there may be others, which git does not track."""
        if pattern.endswith("/"):
            return [UNSURE]
        try:
            start = ["/"] if pattern.startswith("/") else [""]
            for part in pattern.strip("/").split("/"):
                start = [found for base in start for found in self._matches(base, part)]
                if len(start) > 10_000:  # a pattern over everything says nothing certain
                    return [UNSURE]
        except Doubt:
            return [UNSURE]
        return [*sorted(found for found in start if self._there(found)), MORE]

    def _there(self, name: str) -> bool:
        path = self.path(name)
        return self.files.exists(path) or self.files.is_folder(path)

    def _matches(self, base: str, pattern: str) -> list[str]:
        joined = posixpath.join(base, pattern)
        if not set(pattern) & set("*?["):
            return [joined]
        if "[" in pattern or "\\" in pattern or "**" in pattern:
            raise Doubt("a glob that is not simple")
        names = [name.rstrip("/") for name in self.files.names(self.path(base or "."))]
        return [posixpath.join(base, name) for name in names
                if fnmatch.fnmatchcase(name, pattern) and (pattern.startswith(".") or not name.startswith("."))]  # fmt: skip


def _special(text: str) -> bool:
    return bool(set(text) & set("*?[{"))


def _decoded(output: bytes | None) -> str | None:
    try:
        return None if output is None else output.decode()
    except UnicodeDecodeError:
        return None
