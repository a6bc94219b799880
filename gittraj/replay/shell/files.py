"""The files as a shell text sees them: reads of the state before go in, certain writes come out, in order."""

import posixpath
from collections.abc import Callable, Iterable
from typing import NamedTuple

MAX_BYTES = 64 << 20  # what one text may make in all; a loop that doubles a file would never end otherwise
MAX_FILES = 10_000  # files that one folder operation may touch
HOME = "/~"  # where ``~`` is: not known, and outside of the repository
EXECUTABLE, REGULAR = 0o100755, 0o100644

Read = Callable[[str], bytes | None]
Listing = Callable[[str], Iterable[str] | None]
Committed = Callable[[str, str], bytes | None]


class ShellWrite(NamedTuple):
    """One certain outcome: the file at `path` (absolute) now holds `content`; None: it is gone.

    `mode`: set where the command sets it, as git keeps modes. `moved_from`: the file came from there with its mode, and there it
    is gone now (no write of its own says so). `mode_from`: a copy, which takes the mode of that path if it is a new file.
    """

    path: str
    content: bytes | None
    mode: int | None = None
    moved_from: str = ""
    mode_from: str = ""


class Doubt(Exception):
    """The effect is not certain. `paths`: the only files that may be affected; None: any. `marker`: a special kind."""

    def __init__(
        self, reason: str, paths: Iterable[str] | None = None, *, unknown: bool = False, marker: str = ""
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.paths = None if paths is None else tuple(paths)
        self.unknown = unknown
        self.marker = marker


class Files:
    """The state before, seen through what the text did to it so far.

    `read(path)`: bytes, or None for no such file; it may raise `LookupError` where it does not know. `listing(folder)`: names
    directly inside, folders with a slash at the end; None for no such folder. `root`: where the repository lies; what is
    outside of it is unknown unless the text made it. `read_now`: what was looked at since the caller emptied it. `maybe_folders`: folders that may be there. `clouded`: files in `root` whose content is no longer certain.
    """

    def __init__(self, read: Read, listing: Listing | None, committed: Committed | None, root: str) -> None:
        self.writes: list[ShellWrite] = []
        self.clouded: dict[str, None] = {}
        self.read_now: set[str] = set()
        self._read = read
        self._listing = listing
        self._committed = committed
        self._root = posixpath.normpath(root) if root else ""
        self._over: dict[str, bytes | None] = {}
        self.maybe_folders: set[str] = set()
        self._folders: set[str] = set()
        self._gone: set[str] = set()
        self._bytes = 0

    def inside(self, path: str) -> bool:
        """Whether `path` may be a file of the repository."""
        return not self._root or path == self._root or path.startswith(self._root.rstrip("/") + "/")

    @property
    def lists(self) -> bool:
        """Whether folders can be told from files that do not exist."""
        return self._listing is not None

    def at_home(self, name: str) -> str:
        """A path outside of the repository that stands for ``~/…``; "" where that may lie inside."""
        parts = name.split("/")
        if parts[0] != "~" or len(parts) < 2 or not parts[1] or set(parts) & {"..", "."}:
            return ""
        above = self._root.split("/")
        if (
            len(above) < 4 or parts[1] in above or above[1] not in ("home", "Users")
        ):  # /home/NAME/… or a repository that is the home
            return ""
        return HOME + name[1:]

    def read(self, path: str) -> bytes | None:
        """The content; None for no such file. Raises `Doubt` where it is not known."""
        self.read_now.add(path)
        if path in self.clouded:
            raise Doubt(f"the content of {path} is not certain")
        if path in self._over:
            return self._over[path]
        if path == "/dev/null":
            return b""
        if not self.inside(path) or path.startswith(("/dev/", "/proc/")):
            raise Doubt(f"{path} lies outside of the repository")
        try:
            return self._read(path)
        except LookupError:
            raise Doubt(f"the state of {path} is not known") from None

    def content(self, path: str) -> bytes:
        """The content of a file that must be there. Raises `Doubt` where none is known: it may be one that git does not track."""
        found = self.read(path)
        if found is None:
            raise Doubt(f"{path} is not a known file")
        return found

    def exists(self, path: str) -> bool:
        """Whether a file is known to be at `path`."""
        try:
            return self.read(path) is not None
        except Doubt:
            return False

    def quietly_exists(self, path: str) -> bool:
        """As `exists`, not counted as a look at the file."""
        counted = path in self.read_now
        there = self.exists(path)
        if not counted:
            self.read_now.discard(path)
        return there

    def was_read(self, path: str) -> bool:
        """Whether `path`, or the list of files in its folder, was looked at since `read_now` was emptied."""
        return path in self.read_now or posixpath.dirname(path) in self.read_now

    def committed(self, path: str, revision: str) -> bytes | None:
        """The file as the revision has it ("" for the index), None where that is not known."""
        return self._committed(path, revision) if self._committed else None

    def write(self, write: ShellWrite) -> None:
        """Let a certain write happen."""
        self.produce(len(write.content or b""))
        if write.content is None:  # otherwise its mode may still be in doubt
            self.clouded.pop(write.path, None)
        self._over[write.path] = write.content
        if write.moved_from:
            self._over[write.moved_from] = None
        self.writes.append(write)

    def produce(self, size: int) -> None:
        """Count bytes made. Raises `Doubt` where it becomes too many."""
        self._bytes += size
        if self._bytes > MAX_BYTES:
            raise Doubt("more output than is followed", unknown=True)

    def cloud(self, paths: Iterable[str]) -> None:
        """The content of `paths` is not certain from here on."""
        for path in paths:
            if not path.startswith("/dev/"):
                self.clouded[path] = None

    def made_folder(self, path: str) -> None:
        """A folder is there now, with all above it."""
        while len(path) > 1:
            self._folders.add(path)
            path = posixpath.dirname(path)

    def is_folder(self, path: str) -> bool:
        """Whether a folder is known to be at `path`."""
        if path == "/" or path in self._folders or path == self._root:
            return True
        if self.made_below(path):
            return True
        return (
            self.inside(path)
            and self._listing is not None
            and not self._is_gone(path)
            and self._listing(path) is not None
        )

    def _is_gone(self, path: str) -> bool:
        return any(path == each or path.startswith(each + "/") for each in self._gone)

    def in_the_way(self, path: str) -> bool:
        """Whether a file is, or may be, where a folder at `path` would have to be."""
        while len(path) > 1:
            if path in self.clouded or self.exists(path):
                return True
            path = posixpath.dirname(path)
        return False

    def names(self, folder: str) -> list[str]:
        """What is known to lie in `folder`, sorted; folders end in a slash. Raises `Doubt` without a listing."""
        if self._listing is None or not self.inside(folder):
            raise Doubt(f"what lies in {folder} is not known")
        prefix = folder.rstrip("/") + "/"
        self.read_now.add(prefix[:-1] or "/")
        found = set(() if self._is_gone(folder) else self._listing(folder) or ())
        for path, content in self._over.items():
            if path.startswith(prefix):
                name, slash, _ = path[len(prefix) :].partition("/")
                if content is None and not slash:
                    found.discard(name)
                elif content is not None:
                    found.add(name + slash)
        return sorted(found)

    def below(self, folder: str) -> list[str]:
        """All known files under `folder`. Raises `Doubt` without a listing."""
        found: list[str] = []
        ahead = [folder.rstrip("/")]
        while ahead:
            at = ahead.pop()
            for name in self.names(at or "/"):
                if name.endswith("/"):
                    ahead.append(f"{at}/{name[:-1]}")
                elif self._over.get(f"{at}/{name}", b"") is not None:
                    found.append(f"{at}/{name}")
            if len(found) + len(ahead) > MAX_FILES:
                raise Doubt(f"too many files in {folder}")
        return sorted(found)

    def made_below(self, folder: str) -> list[str]:
        """The files under `folder` that the text made."""
        return sorted(each for each, had in self._over.items() if had is not None and each.startswith(folder + "/"))

    def around(self, path: str) -> bool:
        """Whether `path` is a folder in which the repository lies, or the repository itself."""
        return bool(self._root) and (self._root + "/").startswith(path.rstrip("/") + "/")

    def forget_folder(self, folder: str) -> None:
        """The folder is gone, as far as the text made it."""
        self._gone.add(folder)
        self._folders -= {each for each in self._folders if each == folder or each.startswith(folder + "/")}
