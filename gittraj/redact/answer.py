"""The scanner's answer: its lines and the text it read go in, the values that it found and where they stand come out."""

import json
from typing import Any, NamedTuple

from gittraj.errors import RedactError
from gittraj.redact.program import HINT

_SECRET_PARTS = ("SECRET", "TOKEN", "PASSPHRASE", "PASSWORD")  # names of captured companions that are secret themselves


class Hit(NamedTuple):
    """A value found: the rule's id, the value, and where it stands in the text (characters)."""

    rule: str
    value: str
    start: int
    end: int


def hits(output: bytes, text: str) -> list[Hit]:
    """What was found in `text`. Raises `RedactError` where the answer is none that we know, or does not say that all was read."""
    found: list[Hit] = []
    lines: list[int] = []
    complete = False
    for line in output.splitlines():
        try:
            item = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise _strange(line) from error
        if isinstance(item, dict) and "rule" in item and "finding" in item:
            lines = lines or _line_starts(text)
            found.extend(_read(item, text, lines))
        elif isinstance(item, dict) and "audit" in item:
            complete = _all_scanned(item["audit"])
        else:
            raise _strange(line)
    if not complete:
        raise RedactError("the secret scanner did not say that it read everything; nothing was sealed", hint=HINT)
    return found


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


def bytes_read(output: bytes) -> int:
    """How many bytes the scanner says that it read, -1 where it does not say."""
    try:
        found = json.loads(output.splitlines()[-1])["audit"]["repositories"][0]["stats"]["bytes_scanned"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return -1
    return found if isinstance(found, int) else -1


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
