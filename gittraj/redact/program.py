"""The scanner's program: where it is goes in, a process that scans a folder or its stdin comes out."""

import os
import subprocess
import sys

from gittraj.errors import RedactError

TIMEOUT = 120.0  # seconds; a cold rule cache takes 5 s, 20 MB of text 0.3 s more; beyond this something is wrong
RULES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "rules")
HINT = "install it with: pip install kingfisher-bin (or record without looking for secrets: --no-redact)"

_OPTIONS = (
    "--no-validate", "--no-update-check", "--quiet", "--format", "jsonl", "--no-dedup", "--confidence", "low",
    "--turbo",  # no base64, no language parsing: `texts` decodes, and a transcript is no source file
    "--no-ignore",  # a comment in a transcript must not be able to switch the scanner off
    "--skip-regex",
    "(?i)your[_-](?:[a-z]+[_-])?(?:key|token|secret|password)",  # not ours to tell apart: a rule of the catalogue finds these
    "--no-extract-archives", "--max-file-size", "0", "--rules-path", RULES,
)  # fmt: skip


def command(executable: str | None) -> str:
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


def launch(command: str, what: str, folder: str) -> "subprocess.Popen[bytes]":
    """Start scanning `what` (a folder, or "-" for stdin), with `folder` ("": the system's) for its files. Raises `RedactError`."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KINGFISHER_")}
    if folder:
        environment["TMPDIR"] = folder  # the scanner writes its stdin to a file there
    try:
        return subprocess.Popen(
            [command, "scan", what, *_OPTIONS],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )
    except OSError as error:
        raise RedactError(f"the secret scanner {command} cannot be started: {error.strerror}", hint=HINT) from error


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
