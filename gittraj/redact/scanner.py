"""The secret scanner as a process: text goes in, the values that must not be kept come out.

Kingfisher (``kingfisher-bin``) with its built-in rules and ours in ``rules/``. No network: validation and update checks are
off. Its start costs about 0.35 s, nearly all of it compiling rules, so `start` returns at once and `Scan.finish` waits; and the
hook lets it begin before there is a text (`begin_early`).
"""

import atexit
import subprocess
import threading

from gittraj.errors import RedactError
from gittraj.redact import answer, program, scratch
from gittraj.redact.answer import Hit
from gittraj.redact.early import Early
from gittraj.redact.program import HINT

TEXT_LIMIT = (
    512 * 1024 * 1024
)  # bytes; the scanner holds the text in memory, and no record that can be kept is near this
_ENDINGS = (0, 200, 205)  # nothing found; findings; findings that were validated


class Scanner:
    """The scanner's program: `executable`, or the one beside this Python, or the one on PATH."""

    def __init__(self, executable: str | None = None, *, timeout: float = program.TIMEOUT) -> None:
        self.executable = executable
        self.timeout = timeout
        self._early: Early | None = None

    def start(self, text: str) -> "Scan":
        """Start scanning `text` in its own process. Raises `RedactError` where the scanner is missing or cannot be started."""
        early, self._early = self._early, None
        return Scan(program.command(self.executable), text, self.timeout, early)

    def begin_early(self) -> None:
        """Start the scanner now, for the first text that `start` will get; where that cannot be done, `start` does as always.

        Nothing is asked of the scanner but what it does anyway: it compiles its rules first and looks into the folder it is to scan then.
        A text that came too late is scanned again; how many bytes it read, it says itself.
        """
        folder = scratch.make(0)
        if folder:  # else the text would lie on a disk
            try:
                self._early = Early(program.command(self.executable), folder)
            except (OSError, RedactError):  # `start` will say what is wrong
                scratch.remove(folder)

    def give_up(self) -> None:
        """End a scanner that began early and got no text."""
        early, self._early = self._early, None
        if early:
            early.give_up()

    def warm_up(self) -> str:
        """Compile the scanner's rule cache (5 s the first time); returns name and version. Raises `RedactError`."""
        scan = self.start("")
        scan.finish()
        return scan.version()


class Scan:
    """A scan under way."""

    def __init__(self, command: str, text: str, timeout: float, early: Early | None = None) -> None:
        self.text = text
        self._command = command
        self._timeout = timeout
        self._out = b""
        self._err = b""
        self._late = False
        data = text.encode("utf-8", "replace")  # lone surrogates become "?": one character stays one character
        if len(data) > TEXT_LIMIT:
            raise RedactError(
                f"{len(data)} bytes of text are too much for the secret scanner", hint="cut the session: --session"
            )
        self._put = len(data) if early and early.put(data) else -1  # bytes that the scanner must have read
        if early and self._put >= 0:
            self._folder, self._process = early.folder, early.process
        else:
            self._folder = scratch.make(len(data))
            try:
                self._process = program.launch(command, "-", self._folder)
            except RedactError:
                scratch.remove(self._folder)
                raise
        self._thread = threading.Thread(target=self._feed, args=(data if self._put < 0 else b"",), daemon=True)
        self._thread.start()
        atexit.register(self.cancel)  # a scan nobody waited for leaves neither a process nor a file

    def _feed(self, data: bytes) -> None:
        try:
            self._out, self._err = self._process.communicate(data, timeout=self._timeout)
        except subprocess.TimeoutExpired:
            self._late = True
            self._process.kill()
            self._process.communicate()
        except (OSError, ValueError) as error:  # ValueError: the pipe was closed by `cancel`
            self._err = str(error).encode()
        finally:
            scratch.remove(self._folder)

    def cancel(self) -> None:
        """Stop scanning; nothing will be read from it."""
        atexit.unregister(self.cancel)
        self._put = -1  # nobody wants it scanned again
        self._process.kill()
        self._thread.join()

    def finish(self) -> list[Hit]:
        """Wait, and return what was found. Raises `RedactError` where the scanner failed, hung or answered what we do not know."""
        self._thread.join()
        atexit.unregister(self.cancel)
        if self._put >= 0 and (
            self._late or self._process.returncode not in _ENDINGS or answer.bytes_read(self._out) != self._put
        ):
            return Scan(self._command, self.text, self._timeout).finish()
        if self._late:
            raise RedactError(
                f"the secret scanner did not finish within {self._timeout:g} s; nothing was sealed", hint=HINT
            )
        if self._process.returncode not in _ENDINGS:
            reason = self._err.decode("utf-8", "replace").strip().partition("\n")[0][:200]
            raise RedactError(
                f"the secret scanner failed ({self._process.returncode}): {reason}; nothing was sealed", hint=HINT
            )
        return answer.hits(self._out, self.text)

    def version(self) -> str:
        """Name and version of the scanner."""
        return program.version(self._command)
