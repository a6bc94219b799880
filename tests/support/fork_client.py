"""`git traj ARGUMENTS` by a fork of the server of forks, or by a new Python: run with `python -I -S`, it takes a twelfth of the time.

Imports next to nothing, for it is what a test starts in place of `python -m gittraj`.
"""

import os
import sys

SERVER = "TRAJ_TEST_FORKS"  # names the socket
ONLY = "TRAJ_TEST_FORKS_ONLY"  # set where a new Python must not step in for the server
NEW_PYTHONS = 8  # one test in so many


def command() -> list[str]:
    """What to put before the arguments of `git traj`."""
    if not by_fork():
        return [sys.executable, "-m", "gittraj"]
    return [sys.executable, "-I", "-S", os.path.abspath(__file__)]


def by_fork() -> bool:
    """Whether this test is one of those that take forks: always the same ones."""
    test = os.environ.get("PYTEST_CURRENT_TEST", "").partition(" (")[0]
    return "/" in os.environ.get(SERVER, "") and sum(test.encode()) % NEW_PYTHONS != 0


def main() -> None:
    code = None
    if by_fork():
        try:
            code = _ask(os.environ[SERVER])
        except OSError:
            if ONLY in os.environ:
                raise
            # no server, a stream that is closed, a directory that is gone: a new Python knows what to do
    if code is None:
        os.execv(sys.executable, [sys.executable, "-m", "gittraj", *sys.argv[1:]])
    os._exit(code)


def _ask(path: str) -> int:
    import _socket

    os.getcwd()  # which must be there
    place = os.open(".", os.O_RDONLY)
    umask = os.umask(0o22)
    os.umask(umask)
    words = [os.fsencode(word) for word in sys.argv[1:]]
    around = [name + b"=" + value for name, value in os.environb.items()]
    data = b"\0".join([b"%d" % umask, b"%d" % len(words), *words, *around])
    server = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    server.connect(path)
    descriptors = b"".join(number.to_bytes(4, sys.byteorder) for number in (0, 1, 2, place))
    server.sendmsg([len(data).to_bytes(8, "big")], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, descriptors)])
    server.sendall(data)
    for number in (0, 1, 2, place):
        os.close(number)  # a pipe ends when the command ends, and this process only waits
    return (server.recv(1) or b"\xff")[0]


if __name__ == "__main__":
    main()
