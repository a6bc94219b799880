"""The format of allowed_signers files (ssh-keygen(1), ALLOWED SIGNERS): bytes go in, lines and problems come out."""

import calendar
import time
from typing import Any, NamedTuple

from gittraj.errors import KeyringError
from gittraj.keyring.keys import first_word, split_line

FILE_LIMIT = 4 << 20  # some 30,000 keys; a larger file is not a list of people
_TIME_FORMATS = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}


class Line(NamedTuple):
    """One trusted key: `principals` and `namespaces` are pattern lists ("" for namespaces: all of them)."""

    number: int
    principals: str
    key_type: str
    blob: bytes
    namespaces: str = ""
    valid_after: int | None = None
    valid_before: int | None = None
    authority: bool = False


class Problem(NamedTuple):
    """A line that is skipped, and why."""

    number: int
    reason: str


def parse(data: bytes) -> tuple[list[Line], list[Problem]]:
    """All lines of a file. Bad ones are reported and skipped: one typo must not take the trust from everyone else."""
    if len(data) > FILE_LIMIT:
        return [], [Problem(0, f"the file has more than {FILE_LIMIT} bytes")]
    lines, problems = [], []
    for number, raw in enumerate(data.split(b"\n"), 1):
        try:
            text = raw.decode("utf-8").strip(" \t\r")
            if text and not text.startswith("#"):
                lines.append(_line(number, text))
        except UnicodeDecodeError:
            problems.append(Problem(number, "not UTF-8"))
        except KeyringError as error:
            problems.append(Problem(number, error.message))
    return lines, problems


def _line(number: int, text: str) -> Line:
    principals, rest = _first_word(text)
    if not principals or not rest:
        raise KeyringError("it reads PRINCIPALS [OPTIONS] TYPE BASE64 [COMMENT]")
    try:
        key_type, blob, _ = split_line(rest)
        options = ""
    except KeyringError as no_key:
        options, rest = _advance(rest)
        if not rest:
            raise no_key from None
        key_type, blob, _ = split_line(rest)
    line = Line(number, principals, key_type, blob)
    return line._replace(**_options(options)) if options else line


def _first_word(text: str) -> tuple[str, str]:
    if text.startswith('"'):
        word, quote, rest = text[1:].partition('"')
        if not quote:
            raise KeyringError("a quote is not closed")
        return word, rest.lstrip(" \t")
    return first_word(text)


def _advance(text: str) -> tuple[str, str]:
    """The options, and what follows them; blanks inside of quotes belong to the options."""
    quoted = False
    at = 0
    while at < len(text) and (quoted or text[at] not in " \t"):
        if text[at : at + 2] == '\\"':
            at += 1
        elif text[at] == '"':
            quoted = not quoted
        at += 1
    if quoted:
        raise KeyringError("a quote is not closed")
    return text[:at], text[at:].lstrip(" \t")


def _options(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    while text:
        name, value, text = _option(text)
        if name in found:
            raise KeyringError(f"the option {name} stands there twice")
        found[name] = value
    after, before = found.get("valid_after"), found.get("valid_before")
    if isinstance(after, int) and isinstance(before, int) and before <= after:
        raise KeyringError("valid-before lies before valid-after")
    return found


def _option(text: str) -> tuple[str, object, str]:
    """The first option as a field of `Line` with its value, and the text after it."""
    length = 0
    while length < len(text) and text[length] not in "=,":
        length += 1
    name = text[:length].lower()
    if name == "cert-authority":
        return "authority", True, _after(text[length:])
    if name not in ("namespaces", "valid-after", "valid-before"):
        raise KeyringError(f"unknown option {name[:40]!r}")
    value, rest = _quoted(name, text[length:])
    if name == "namespaces":
        if not value:
            raise KeyringError("the option namespaces is empty")
        return "namespaces", value, _after(rest)
    return name.replace("-", "_"), moment(name, value), _after(rest)


def _quoted(name: str, text: str) -> tuple[str, str]:
    if not text.startswith('="'):
        raise KeyringError(f'the option {name} reads {name}="…"')
    value = []
    at = 2
    while at < len(text) and text[at] != '"':
        if text[at : at + 2] == '\\"':
            at += 1
        value.append(text[at])
        at += 1
    if at == len(text):
        raise KeyringError("a quote is not closed")
    return "".join(value), text[at + 1 :]


def _after(text: str) -> str:
    """What follows the comma after an option."""
    if text and (not text.startswith(",") or text == ","):
        raise KeyringError("options are separated by single commas")
    return text[1:]


def moment(name: str, value: str) -> int:
    """Seconds since the epoch of `YYYYMMDD[HHMM[SS]][Z]`; without Z (or UTC) it is local time, as OpenSSH has it.

    `name`: what it stands for, in messages. Raises `KeyringError`.
    """
    digits = value
    utc = False
    for suffix in ("Z", "UTC"):
        if value.upper().endswith(suffix):
            digits, utc = value[: -len(suffix)], True
            break
    form = _TIME_FORMATS.get(len(digits))
    if form is None or not (digits.isascii() and digits.isdigit()):
        raise KeyringError(f"the time of {name} reads YYYYMMDD[HHMM[SS]][Z]")
    try:
        parsed = time.strptime(digits, form)
        return calendar.timegm(parsed) if utc else int(time.mktime(parsed))
    except (ValueError, OverflowError):
        raise KeyringError(f"the time of {name} does not exist: {value}") from None
