"""The typed marker: a value that must go goes in, the text that stands in its place comes out.

``{redacted: RULE, bytes: N, sha256-salted: HEX}`` is ASCII text without quotes, backslashes or newlines, so that it can
stand inside JSON, a shell line or a header without breaking what is around it. It is text even where the value was the
whole string: readers of a record meet a string wherever the agent wrote one.
"""

import re
from typing import NamedTuple

from gittraj.codec.digest import sha256

OPENING = "{redacted: "
PATTERN = re.compile(r"\{redacted: ([A-Za-z0-9_./-]{1,120}), bytes: ([0-9]{1,12}), sha256-salted: ([0-9a-f]{32})\}")
_NOT_IN_A_RULE = re.compile(r"[^A-Za-z0-9_./-]+")


class Marker(NamedTuple):
    """What a marker tells: the rule that found the value, the value's length in bytes, its salted digest (hex)."""

    rule: str
    bytes: int
    digest: str


def digest(value: str, salt: bytes) -> str:
    """The first 16 bytes (hex) of SHA-256 over salt and value: equal values have equal digests under one salt."""
    return sha256(salt + value.encode("utf-8", "replace"))[:16].hex()


def text(rule: str, value: str, salt: bytes) -> str:
    """The marker for `value`, found by `rule`."""
    size = len(value.encode("utf-8", "replace"))
    return f"{OPENING}{rule_name(rule)}, bytes: {size}, sha256-salted: {digest(value, salt)}}}"


def rule_name(rule: str) -> str:
    """The rule's id as it may stand in a marker."""
    return _NOT_IN_A_RULE.sub("-", rule)[:120] or "unknown"


def find(string: str) -> list[Marker]:
    """The markers in `string`, in order."""
    return [Marker(rule, int(size), hexdigits) for rule, size, hexdigits in PATTERN.findall(string)]
