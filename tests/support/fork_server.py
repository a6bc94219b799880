"""`git traj` without the tenth of a second that Python needs to load it: a process that has everything loaded forks once for each command.

    python -m tests.support.fork_server SOCKET       (ends when its stdin is closed; says "ready" on stdout)

The fork has the caller's arguments, environment, directory and open streams, begins with empty caches, and does what `main` does.
`fork_client` asks for it; one test in eight gets a new Python for each of its commands all the same, and every test does with
TRAJ_TEST_FORKS=no.
"""

import fcntl
import gc
import importlib
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
STREAMS = 3
# What commands load when they need it, besides gittraj.
LATER = (
    "pygit2", "cbor2", "msgspec", "cryptography.hazmat.primitives.serialization.ssh", "cryptography.hazmat.primitives.asymmetric.ed25519", "difflib",
    "tomllib", "sqlite3", "json", "subprocess", "tempfile", "shutil", "textwrap", "importlib.metadata", "importlib.resources", "datetime", "email.message",
)  # fmt: skip


class ForkServer:
    """A running server; `socket` is what its clients need."""

    def __init__(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="gittraj-fork-")
        self.socket = os.path.join(self.folder, "s")
        words = [sys.executable, "-m", "tests.support.fork_server", self.socket]
        env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTEST_CURRENT_TEST")}
        env |= {"LC_ALL": "C.UTF-8", "TZ": "UTC"}
        self._process = subprocess.Popen(words, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n", "the server of forks did not start"

    def close(self) -> None:
        self._process.communicate()
        os.unlink(self.socket)
        os.rmdir(self.folder)


def serve(path: str) -> None:
    """Answer until stdin is closed."""
    base = [each for each in sys.path if each not in ("", os.getcwd())]
    _load()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(64)
    signal.signal(signal.SIGCHLD, _reap)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for pytest, which then closes stdin
    gc.collect()
    gc.freeze()
    print("ready", flush=True)
    if os.fork() == 0:
        _until_closed(os.getppid())
    while True:
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            _answer(connection, base)
        connection.close()


def _reap(*_: object) -> None:
    """The forks say themselves how they ended; but what they used is to be told of this process, as of any that starts others."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _until_closed(server: int) -> None:
    os.read(0, 1)
    os.kill(server, signal.SIGTERM)
    os._exit(0)


def _load() -> None:
    import gittraj

    for found in pkgutil.walk_packages(gittraj.__path__, "gittraj."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
    importlib.import_module("gittraj.__main__")
    for name in LATER:
        importlib.import_module(name)


def _answer(connection: socket.socket, base: list[str]) -> None:
    """Be the process that the client asked for."""
    code, asked = 255, os.getpid()
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        head, descriptors, _, _ = socket.recv_fds(connection, 8, STREAMS + 1)
        size, data = int.from_bytes(head, "big"), b""
        while len(data) < size:
            data += connection.recv(size - len(data))
        _take_over(descriptors, data, base)
        _end_with(connection)

        def leave(code: int, end: Any = os._exit) -> None:
            if os.getpid() == asked:  # and not a process that the command forks to share out its work
                connection.sendall(bytes([code & 255]))
            end(code)

        os._exit = leave  # `main` ends so
        code = _main()
    except BaseException:  # noqa: BLE001 - as Python does with what nobody caught
        traceback.print_exc()
        code = 1
    sys.stderr.flush()
    os._exit(code)


def _end_with(client: socket.socket) -> None:
    """Be killed when the client is: its side of the socket then closes, for the fork a signal."""
    fcntl.fcntl(client, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(client, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(client, fcntl.F_SETFL, fcntl.fcntl(client, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([client], [], [], 0)[0]:
        os.kill(os.getpid(), signal.SIGKILL)  # it was gone before


def _take_over(descriptors: list[int], data: bytes, base: list[str]) -> None:
    os.fchdir(descriptors[STREAMS])
    for target, descriptor in enumerate(descriptors[:STREAMS]):
        os.dup2(descriptor, target)
    for descriptor in descriptors:
        os.close(descriptor)
    umask, count, *words = data.split(b"\0")
    os.umask(int(umask))
    arguments, around = words[: int(count)], words[int(count) :]
    os.environ.clear()
    os.environb.update(dict(each.split(b"=", 1) for each in around))
    time.tzset()
    _search_below_home()
    sys.argv = [str(ROOT / "gittraj" / "__main__.py"), *map(os.fsdecode, arguments)]
    sys.path[:] = [os.getcwd(), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)), *base]
    sys.stdin = open(0, encoding="utf-8", errors="surrogateescape", closefd=False)
    sys.stdout = open(
        1, "w", encoding="utf-8", errors="surrogateescape", closefd=False, buffering=1 if os.isatty(1) else -1
    )
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False, buffering=1)


def _search_below_home() -> None:
    """libgit2 looked for the user's files when it was loaded."""
    import pygit2
    from pygit2.enums import ConfigLevel

    home = os.environ.get("HOME", "")
    pygit2.settings.search_path[ConfigLevel.GLOBAL] = home
    pygit2.settings.search_path[ConfigLevel.XDG] = os.path.join(
        os.environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config"), "git"
    )


def _main() -> int:
    from gittraj.__main__ import main

    try:
        main()
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    serve(sys.argv[1])
