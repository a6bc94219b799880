"""The sandbox: a command and folders go in, what it printed and how it ended come out. The only place that runs what a trace says.

bubblewrap gives each command name spaces of its own: no network, only the system's programs, read-only, the throwaway folders at
the places that the trace names, no process but its own. It ends with everything that it started.
"""

import json
import os
import selectors
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gittraj.errors import SandboxError
from gittraj.replay.commands.bubblewrap import Mount, outside
from gittraj.replay.commands.folder import give
from gittraj.replay.commands.limits import Limits, usage
from gittraj.replay.commands.place import temporary

NOBODY = 65534
_GONE = 120.0  # seconds that the kernel may take to end a name space; a busy machine needs many
_COLLECTED = 2.0  # seconds in which init usually collects orphans
INSTALL = "install bubblewrap (Debian: apt install bubblewrap), or trust the trace: --unsafe-no-sandbox"
# bubblewrap ties itself to us only after its start; where we were killed before that, this pipe has come to its end
_ALONE = "if read -t 0 -u FD; then exit 125; fi; exec FD<&-; "
_ARGUMENT = 131_071  # bytes that Linux takes as one argument


class Ran(NamedTuple):
    """`err` is empty where the streams came as one. `stopped`: "timeout", "output", "disk", "" where it ended by itself."""

    out: bytes
    err: bytes
    code: int | None
    stopped: str = ""


class Sandbox:
    """Runs commands one after the other over the same folders. `bare`: without any sandbox, as the user asked."""

    def __init__(
        self,
        mounts: Sequence[Mount],
        env: Mapping[str, str],
        limits: Limits,
        *,
        bare: bool = False,
        owner: int | None = None,
    ) -> None:
        """`owner`: as which user bubblewrap is started, where root asks; the folders must be theirs."""
        self._owner = owner
        self._env = dict(env)
        self._limits = limits
        self._bare = bare
        self._places = [mount.source for mount in mounts if mount.writable]
        self._room = usage(self._places, limits.files)
        self._begin = [] if bare else [*_bubblewrap(), *outside(mounts)]

    def run(
        self, command: str, cwd: str, seconds: float, *, apart: bool = False, data: bytes = b"", shell: str = "bash"
    ) -> Ran:
        """Run `command` with bash in `cwd` for at most `seconds`. `apart`: keep the streams apart. Raises `SandboxError`."""
        text = os.fsencode(command)
        if len(text) > _ARGUMENT or b"\0" in text:
            raise SandboxError("the command is longer than a command line may be")
        script = f'cd -- "$1" || exit 126; {self._limits.shell()}; exec -a "$2" bash -c "$3"'
        inner = ["bash", "-c", script, "bash", cwd, shell, command]
        with tempfile.TemporaryFile() as given:
            given.write(data)
            given.seek(0)
            if self._bare:
                return self._watch(inner, given.fileno(), None, seconds, apart)
            here, there = os.pipe()
            watched, alive = os.pipe()
            try:
                status = ["--json-status-fd", str(there), "--chdir", "/", "--"]
                inner[2] = _ALONE.replace("FD", str(watched)) + script
                words = [*self._begin, *_variables(self._env), *status, *inner]
                return self._watch(words, given.fileno(), (here, there, watched), seconds, apart)
            finally:
                os.close(here)
                os.close(alive)

    def _watch(
        self, arguments: list[str], given: int, status: tuple[int, int, int] | None, seconds: float, apart: bool
    ) -> Ran:
        end = time.monotonic() + seconds
        try:
            process = subprocess.Popen(
                arguments,
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE if apart else subprocess.STDOUT,
                pass_fds=status[1:] if status else (),
                start_new_session=True,
                user=self._owner,
                group=self._owner,
                extra_groups=None if self._owner is None else [],
                env=self._env if self._bare else {"PATH": self._env["PATH"]},
            )
        except (OSError, ValueError) as error:
            raise SandboxError(f"the sandbox could not be started: {error}", hint=INSTALL) from error
        finally:
            for descriptor in status[1:] if status else ():
                os.close(descriptor)
        told = _Told(status[0]) if status else None
        try:
            reading = _Reading(process, self._limits.output, told)
            stopped = self._follow(process, reading, end)
        finally:
            _end(process, told)
        if told and not stopped and not told.begun:
            said = (reading.texts[0] + reading.texts[-1] * apart).decode("utf-8", "replace").strip()
            raise SandboxError(f"the sandbox could not be set up: {said[:400]}", hint=INSTALL)
        err = bytes(reading.texts[1]) if apart else b""
        return Ran(bytes(reading.texts[0]), err, None if stopped else _code(process.returncode), stopped)

    def _follow(self, process: "subprocess.Popen[bytes]", reading: "_Reading", end: float) -> str:
        """Read until the command ends; why it had to be stopped, "" where it had not."""
        look = time.monotonic() + self._limits.pause
        while reading.open():
            now = time.monotonic()
            if now >= end:
                return "timeout"
            reading.some(min(end, look) - now)
            if reading.full:
                return "output"
            if self._bare and process.poll() is not None:  # a daemon may hold the pipe for ever
                reading.some(0.05)
                return ""
            if time.monotonic() >= look:
                began = time.monotonic()
                if usage(self._places, self._limits.files).beyond(self._room, self._limits):
                    return "disk"
                look = time.monotonic() + max(self._limits.pause, 10 * (time.monotonic() - began))
        try:
            process.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            return "timeout"
        return "disk" if usage(self._places, self._limits.files).beyond(self._room, self._limits) else ""


class _Told:
    """What bubblewrap tells about itself: the process that everything else in the sandbox ends with, and whether it ran."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.handle = -1
        self.begun = False
        self._text = b""

    def read(self) -> bool:
        """Take what is there; False at the end."""
        data = os.read(self.descriptor, 4096)
        self._text = (self._text + data)[-8192:]
        for line in self._text.split(b"\n"):
            try:
                told = json.loads(line)
            except ValueError:
                continue
            child = told.get("child-pid") if isinstance(told, dict) else None
            if isinstance(child, int) and self.handle < 0 and hasattr(os, "pidfd_open"):
                try:
                    self.handle = os.pidfd_open(child)
                except OSError:  # it is gone already
                    pass
            self.begun = self.begun or (isinstance(told, dict) and "exit-code" in told)
        return bool(data)


class _Reading:
    """The pipes of a running command. `full`: it printed more than we take."""

    def __init__(self, process: "subprocess.Popen[bytes]", most: int, told: _Told | None) -> None:
        self._selector = selectors.DefaultSelector()
        self.texts: list[bytearray] = []
        self._most = most
        self._told = told
        self._left = 0
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                self._selector.register(pipe, selectors.EVENT_READ, len(self.texts))
                self.texts.append(bytearray())
                self._left += 1
        if told:
            self._selector.register(told.descriptor, selectors.EVENT_READ, None)
            self._left += 1

    @property
    def full(self) -> bool:
        return sum(map(len, self.texts)) > self._most

    def open(self) -> bool:
        return self._left > 0

    def some(self, seconds: float) -> None:
        for key, _ in self._selector.select(max(0.0, seconds)):
            if key.data is None and self._told:
                more = self._told.read()
            else:
                data = os.read(key.fd, 1 << 16)
                self.texts[key.data] += data
                more = bool(data)
            if not more:
                self._selector.unregister(key.fileobj)
                self._left -= 1


def _end(process: "subprocess.Popen[bytes]", told: _Told | None) -> None:
    """Nothing of the command runs on when this returns (without a sandbox: nothing that stayed in its process group)."""
    if told and told.handle >= 0 and hasattr(signal, "pidfd_send_signal"):
        try:
            signal.pidfd_send_signal(told.handle, signal.SIGKILL)
        except OSError:
            pass
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (OSError, AttributeError):
        pass
    code = process.returncode
    process.kill()
    process.wait()
    if told is None:
        _await_end_of_group(process.pid)
    process.returncode = code if code is not None else process.returncode
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
    if told and told.handle >= 0:
        with selectors.DefaultSelector() as selector:  # readable once the whole name space has ended
            selector.register(told.handle, selectors.EVENT_READ)
            gone = selector.select(_GONE)
        os.close(told.handle)
        if not gone:
            raise SandboxError("a command in the sandbox could not be ended")


def _await_end_of_group(group: int) -> None:
    """Wait until a killed process group has no member: `killpg` returns while the signal is still under way.

    Only for a moment, because members that nobody has collected yet count as well.
    """
    end = time.monotonic() + _COLLECTED
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except (OSError, AttributeError):
            return
        time.sleep(0.005)


def _code(code: int) -> int:
    return 128 - code if code < 0 else code


def unprivileged(tools: Sequence[str] = ()) -> int | None:
    """As whom root should start the sandbox: nobody, where that works; None: as oneself.

    To the kernel, root in a name space of its own is still root: no bound on processes holds, and what only root can read is readable.
    """
    return NOBODY if hasattr(os, "geteuid") and os.geteuid() == 0 and not available("true", NOBODY, tools) else None


def available(probe: str = "true", owner: int | None = None, tools: Sequence[str] = ()) -> str:
    """Why there is no sandbox here, "" where one can be set up and `probe` succeeds in it. Nothing of a trace is run to find out."""
    try:
        with temporary() as folder:
            give(folder, owner)
            mounts = [Mount(folder, "/work"), *(Mount(tool, tool, False) for tool in tools)]
            sandbox = Sandbox(mounts, {"PATH": "/usr/local/bin:/usr/bin:/bin"}, Limits(), owner=owner)
            done = sandbox.run(probe, "/work", 20)
    except SandboxError as error:
        return error.message
    return "" if done.code == 0 else f"in the sandbox, {probe!r} ends with {done.code}"


def _bubblewrap() -> list[str]:
    """The bubblewrap program and the options that only newer versions know (0.8: no further user name spaces)."""
    found = shutil.which("bwrap")
    if found is None:
        raise SandboxError("bubblewrap (bwrap) is not installed, so commands of a trace are not run", hint=INSTALL)
    try:
        told = subprocess.run([found, "--help"], capture_output=True, check=False).stdout
    except OSError as error:
        raise SandboxError(f"bubblewrap cannot be started: {error}", hint=INSTALL) from error
    return [found, *(["--disable-userns"] if b"--disable-userns" in told else [])]


def _variables(env: Mapping[str, str]) -> list[str]:
    return [word for name, value in env.items() for word in ("--setenv", name, value)]
