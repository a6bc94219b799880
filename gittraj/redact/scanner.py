"""The secret scanner as a process: text goes in, the values that must not be kept come out.

Kingfisher (``kingfisher-bin``) with its built-in rules and ours in ``rules/``. No network: validation and update checks are
off. Its start costs about 0.35 s, nearly all of it compiling rules, so `start` returns at once and `Scan.finish` waits.
"""

import atexit
import json
import os
import subprocess
import sys
import threading
from typing import Any, NamedTuple

from gittraj.errors import RedactError
from gittraj.redact import scratch

TIMEOUT = 120.0  # seconds; a cold rule cache takes 5 s, 20 MB of text 0.3 s more; beyond this something is wrong
TEXT_LIMIT = (
    512 * 1024 * 1024
)  # bytes; the scanner holds the text in memory, and no record that can be kept is near this
RULES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "rules")
HINT = "install it with: pip install kingfisher-bin (or record without looking for secrets: --no-redact)"

_OPTIONS = (
    "scan", "-", "--no-validate", "--no-update-check", "--quiet", "--format", "jsonl", "--no-dedup", "--confidence", "low",
    "--turbo",  # no base64, no language parsing: `texts` decodes, and a transcript is no source file
    "--no-ignore",  # a comment in a transcript must not be able to switch the scanner off
    "--skip-regex",
    "(?i)your[_-](?:[a-z]+[_-])?(?:key|token|secret|password)",  # not ours to tell apart: a rule of the catalogue finds these
    "--no-extract-archives", "--max-file-size", "0", "--rules-path", RULES,
)  # fmt: skip
_ENDINGS = (0, 200, 205)  # nothing found; findings; findings that were validated
_SECRET_PARTS = ("SECRET", "TOKEN", "PASSPHRASE", "PASSWORD")  # names of captured companions that are secret themselves


class Hit(NamedTuple):
    """A value found: the rule's id, the value, and where it stands in the text (characters)."""

    rule: str
    value: str
    start: int
    end: int


class Scanner:
    """The scanner's program: `executable`, or the one beside this Python, or the one on PATH."""

    def __init__(self, executable: str | None = None, *, timeout: float = TIMEOUT) -> None:
        self.executable = executable
        self.timeout = timeout

    def start(self, text: str) -> "Scan":
        """Start scanning `text` in its own process. Raises `RedactError` where the scanner is missing or cannot be started."""
        return Scan(_command(self.executable), text, self.timeout)

    def warm_up(self) -> str:
        """Compile the scanner's rule cache (5 s the first time); returns name and version. Raises `RedactError`."""
        scan = self.start("")
        scan.finish()
        return scan.version()


class Scan:
    """A scan under way."""

    def __init__(self, command: str, text: str, timeout: float) -> None:
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
        self._folder = scratch.make(len(data))
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KINGFISHER_")}
        if self._folder:
            environment["TMPDIR"] = self._folder  # the scanner writes its stdin to a file there
        try:
            self._process = subprocess.Popen(
                [command, *_OPTIONS],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
            )
        except OSError as error:
            scratch.remove(self._folder)
            raise RedactError(f"the secret scanner {command} cannot be started: {error.strerror}", hint=HINT) from error
        self._thread = threading.Thread(target=self._feed, args=(data,), daemon=True)
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
        self._process.kill()
        self._thread.join()

    def finish(self) -> list[Hit]:
        """Wait, and return what was found. Raises `RedactError` where the scanner failed, hung or answered what we do not know."""
        self._thread.join()
        atexit.unregister(self.cancel)
        if self._late:
            raise RedactError(
                f"the secret scanner did not finish within {self._timeout:g} s; nothing was sealed", hint=HINT
            )
        if self._process.returncode not in _ENDINGS:
            reason = self._err.decode("utf-8", "replace").strip().partition("\n")[0][:200]
            raise RedactError(
                f"the secret scanner failed ({self._process.returncode}): {reason}; nothing was sealed", hint=HINT
            )
        return _hits(self._out, self.text)

    def version(self) -> str:
        """Name and version of the scanner."""
        return version(self._command)


def version(command: str) -> str:
    """``kingfisher X.Y.Z``: from the package beside this Python, else by asking the program (50 ms). Raises `RedactError`."""
    package = os.path.join(os.path.dirname(os.path.dirname(command)), "_version.py")
    try:
        with open(package, encoding="utf-8") as file:
            return "kingfisher " + file.read(200).split('"')[1]
    except (OSError, UnicodeDecodeError, IndexError):
        pass
    try:
        answer = subprocess.run([command, "--version"], capture_output=True, timeout=TIMEOUT, check=False).stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RedactError(f"the secret scanner {command} does not tell its version: {error}", hint=HINT) from error
    return answer.decode("utf-8", "replace").strip()[:60] or "unknown"


def _command(executable: str | None) -> str:
    """The program to run; where it is the wheel's Python script, the program which that would start (saves 60 ms)."""
    name = "kingfisher.exe" if os.name == "nt" else "kingfisher"
    found = executable or _beside_python(name) or _on_path(name)
    if not found:
        raise RedactError("the secret scanner kingfisher is not installed; nothing was sealed", hint=HINT)
    if executable is None and _is_script(found):
        for folder in sys.path:
            program = os.path.join(folder, "kingfisher", "bin", name)
            if os.access(program, os.X_OK) and os.path.isfile(program):
                return program
    return found


def _beside_python(name: str) -> str:
    path = os.path.join(os.path.dirname(sys.executable or ""), name)
    return path if os.access(path, os.X_OK) and os.path.isfile(path) else ""


def _on_path(name: str) -> str:
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        path = os.path.join(folder, name)
        if folder and os.access(path, os.X_OK) and os.path.isfile(path):
            return path
    return ""


def _is_script(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            head = file.read(1024)
    except OSError:
        return False
    return (head.startswith(b"#!") and b"from kingfisher import main" in head) or os.name == "nt"


def _hits(output: bytes, text: str) -> list[Hit]:
    hits: list[Hit] = []
    lines: list[int] = []
    complete = False
    for line in output.splitlines():
        try:
            item = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise _strange(line) from error
        if isinstance(item, dict) and "rule" in item and "finding" in item:
            lines = lines or _line_starts(text)
            hits.extend(_read(item, text, lines))
        elif isinstance(item, dict) and "audit" in item:
            complete = _all_scanned(item["audit"])
        else:
            raise _strange(line)
    if not complete:
        raise RedactError("the secret scanner did not say that it read everything; nothing was sealed", hint=HINT)
    return hits


def _read(item: dict[str, Any], text: str, lines: list[int]) -> list[Hit]:
    rule, finding = item["rule"], item["finding"]
    try:
        name, value, line, column = rule["id"], finding["snippet"], finding["line"], finding["column_start"]
        parts = finding.get("dependent_captures") or {}
        if not (
            isinstance(name, str)
            and isinstance(value, str)
            and value
            and isinstance(line, int)
            and 0 < line <= len(lines)
        ):
            raise TypeError
        begin = lines[line - 1]
        # columns count from 0 or 1, and from the match or from the value: near enough to look from
        start = max(text.find(value, begin + max(0, column - 2)), -1)
        if start < 0:
            start = text.find(value, begin)
        hits = [Hit(name, value, start, start + len(value))]
        for part, secret in parts.items():
            if any(word in part.upper() for word in _SECRET_PARTS) and isinstance(secret, str) and secret:
                place = text.find(secret)
                hits.append(Hit(name, secret, place, place + len(secret)))
    except (KeyError, TypeError, AttributeError) as error:
        raise _strange(json.dumps(rule)[:200].encode()) from error
    if any(hit.start < 0 for hit in hits):
        raise RedactError(
            f"the secret scanner reports a value ({name}) that is not in the text; nothing was sealed", hint=HINT
        )
    return hits


def _all_scanned(audit: Any) -> bool:
    summary = audit.get("summary") if isinstance(audit, dict) else None
    return isinstance(summary, dict) and summary.get("scan_succeeded") == 1 and not summary.get("scan_failed")


def _line_starts(text: str) -> list[int]:
    starts = [0]
    place = text.find("\n")
    while place >= 0:
        starts.append(place + 1)
        place = text.find("\n", place + 1)
    return starts


def _strange(line: bytes) -> RedactError:
    # its size only: the answer may hold a value
    return RedactError(
        f"the secret scanner answered {len(line)} bytes that we do not know; nothing was sealed", hint=HINT
    )
