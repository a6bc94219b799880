"""Local state of a clone, under ``<common dir>/gittraj``: how far each session is attached, what waits, what went wrong.

Derived or disposable except `pending`; shared by all worktrees. Imports `os` only: the hook's fast path asks
`position_hint` at every commit. Every write is a temporary file and a rename, so a reader never sees half of one.
"""

import os

from gittraj.errors import StoreError
from gittraj.store import files
from gittraj.store.locks import Lock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

FOLDER = "gittraj"
SALT_SIZE = 32
LOG_LIMIT = 64 * 1024  # bytes of problems kept; then the older half is forgotten
LINE_LIMIT = 2000
HINT_LIMIT = 16 * 1024  # first line of a session file: a number and a path
NAME_LIMIT = 120  # characters of a session id in a file name; file systems stop at 255 bytes


class SessionState:
    """How far a session is attached. `consumed`, `path`: the size of its file then, and where it lies (the hint).

    `seq`: number of its records so far. `entry`, `offset`, `state`: its reader's `Position`. `prev`: SHA-256 (hex) of the last
    record. `commit`: what that record is attached to.
    """

    __slots__ = ("agent", "commit", "consumed", "entry", "offset", "path", "prev", "seq", "session", "state")

    def __init__(
        self, agent: str, session: str, *, path: str = "", consumed: int = 0, seq: int = 0, entry: int = 0,
        offset: int = 0, state: "dict[str, Any] | None" = None, prev: str = "", commit: str = "",
    ) -> None:  # fmt: skip
        self.agent = agent
        self.session = session
        self.path = path
        self.consumed = consumed
        self.seq = seq
        self.entry = entry
        self.offset = offset
        self.state = {} if state is None else state
        self.prev = prev
        self.commit = commit


def position_hint(common_dir: str, agent: str, session: str) -> "tuple[int, str] | None":
    """Size and path that the session's file had when it was last attached; None where it never was."""
    return _hint(os.path.join(common_dir, FOLDER, "sessions", file_name(agent, session)))


def position_hints(common_dir: str) -> "dict[str, int]":
    """Path → consumed size of every session known, for agents whose files do not tell their session id."""
    folder = os.path.join(common_dir, FOLDER, "sessions")
    hints = (_hint(os.path.join(folder, name)) for name in files.names(folder))
    return {hint[1]: hint[0] for hint in hints if hint}


def file_name(agent: str, session: str) -> str:
    """A file name of agent and session id: as they are where they are harmless, else cut and told apart by a digest."""
    name = f"{agent}-{session}"
    safe = "".join(each if each.isascii() and (each.isalnum() or each in "-_") else "_" for each in name)
    if safe == name and len(name) <= NAME_LIMIT:
        return name
    from gittraj.codec.digest import sha256_hex

    return f"{safe[:NAME_LIMIT]}.{sha256_hex(name.encode('utf-8', 'surrogatepass'))[:16]}"


class State:
    """The folder. Every method raises `StoreError` where it cannot be read or written."""

    def __init__(self, common_dir: str) -> None:
        self.folder = os.path.join(common_dir, FOLDER)

    def session(self, agent: str, session: str) -> SessionState | None:
        """What is known of a session; None where nothing is, or its file is damaged (it can be derived again from the notes)."""
        return self._load(file_name(agent, session), (agent, session))

    def sessions(self) -> "Iterator[SessionState]":
        """All sessions known here."""
        for name in files.names(self._path("sessions")):
            found = self._load(name, None)
            if found:
                yield found

    def save(self, state: SessionState) -> None:
        """Remember how far a session is attached."""
        import json

        rest = {key: getattr(state, key) for key in SessionState.__slots__ if key not in ("consumed", "path")}
        path = state.path.encode("utf-8", "surrogateescape").replace(b"\\", b"\\\\").replace(b"\n", b"\\n")
        head = b"%d\t%b\n" % (state.consumed, path)
        files.write(
            self._path("sessions", file_name(state.agent, state.session)), head + json.dumps(rest).encode("ascii")
        )

    def forget(self, agent: str, session: str) -> None:
        """Remove what is known of a session, if anything."""
        files.remove(self._path("sessions", file_name(agent, session)))

    def pending(self) -> list[str]:
        """The names of the records that wait for a signature, in a stable order."""
        return files.names(self._path("pending"))

    def add_pending(self, record: bytes) -> str:
        """Keep a redacted record until it can be sealed; its name (SHA-256), the same for the same bytes."""
        from gittraj.codec.digest import sha256_hex

        name = sha256_hex(record)
        files.write(self._path("pending", name), record)
        return name

    def read_pending(self, name: str) -> bytes:
        """A record that waits."""
        return files.read(self._path("pending", os.path.basename(name)))

    def remove_pending(self, name: str) -> None:
        """Forget a record that waited; fine where another process did so before."""
        files.remove(self._path("pending", os.path.basename(name)))

    def salt(self) -> bytes:
        """The clone's own random bytes; made at first use, the same for every process from then on."""
        path = self._path("salt")
        if not os.path.exists(path):
            files.write(path, os.urandom(SALT_SIZE), keep=True)
        salt = files.read(path)
        if len(salt) != SALT_SIZE:
            raise StoreError(f"{path}: is damaged ({len(salt)} bytes instead of {SALT_SIZE})", hint=f"rm {path}")
        return salt

    def lock(self, name: str, *, timeout: float = 10.0) -> Lock:
        """A lock between processes, for ``with``; it dies with its owner."""
        return Lock(self._path("locks", name), timeout=timeout)

    def note_problem(self, problem: str) -> None:
        """Remember a problem for `doctor`, with the time; never raises, because a hook may be on its way out with it."""
        import time

        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        line = f"{stamp} {' '.join(problem.split())[:LINE_LIMIT]}\n".encode("utf-8", "backslashreplace")
        try:
            os.makedirs(self.folder, exist_ok=True)
            with open(self._path("log"), "ab", buffering=0) as file:
                file.write(line)
                full = file.tell() > LOG_LIMIT
            if full:
                files.write(self._path("log"), files.read(self._path("log"))[-LOG_LIMIT // 2 :].partition(b"\n")[2])
        except (OSError, StoreError):
            pass

    def problems(self) -> list[str]:
        """The problems remembered, oldest first."""
        path = self._path("log")
        return files.read(path).decode("utf-8", "replace").splitlines() if os.path.exists(path) else []

    def clear_problems(self) -> None:
        """Forget the problems."""
        files.remove(self._path("log"))

    def _path(self, *names: str) -> str:
        return os.path.join(self.folder, *names)

    def _load(self, name: str, expected: "tuple[str, str] | None") -> SessionState | None:
        import json

        path = self._path("sessions", name)
        if not os.path.exists(path):
            return None
        head, _, rest = files.read(path).partition(b"\n")
        hint = _parse(head)
        try:
            found = json.loads(rest)
            state = SessionState(found.pop("agent"), found.pop("session"), **found)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None
        texts = (state.agent, state.session, state.prev, state.commit)
        numbers = (state.seq, state.entry, state.offset)
        if (
            hint is None
            or not all(type(each) is str for each in texts)
            or not all(type(each) is int for each in numbers)
        ):
            return None
        if type(state.state) is not dict or (expected and (state.agent, state.session) != expected):
            return None
        state.consumed, state.path = hint
        return state


def _hint(path: str) -> "tuple[int, str] | None":
    try:
        with open(path, "rb") as file:
            return _parse(file.readline(HINT_LIMIT).rstrip(b"\n"))
    except OSError:
        return None


def _parse(head: bytes) -> "tuple[int, str] | None":
    r"""``SIZE TAB PATH``, the path with ``\\`` and ``\n`` for what would break the line."""
    size, tab, path = head.partition(b"\t")
    if not tab or not size.isdigit() or len(size) > 18:
        return None
    if b"\\" in path:
        path = path.replace(b"\\\\", b"\0").replace(b"\\n", b"\n").replace(b"\0", b"\\")
    return int(size), path.decode("utf-8", "surrogateescape")
