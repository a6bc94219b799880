"""The ways in which a value is written down elsewhere: a value goes in, its encoded forms come out."""

import base64
import json
from urllib.parse import quote

SHORTEST = 8  # characters of an encoded form; shorter ones meet by chance


def distinctive(value: str) -> bool:
    """Whether finding `value` elsewhere cannot be chance: digits among letters, symbols in a long word, or great length.

    ``POSTGRES_PASSWORD=postgres`` must not cut the word postgres from everything that was said.
    """
    letters = any(character.isalpha() for character in value)
    if len(value) >= 6 and letters and any(character.isdigit() for character in value):
        return True
    if len(value) >= 8 and letters and any(not (character.isalnum() or character in "-_./: ") for character in value):
        return True
    return len(value) >= 24


def escaped(value: str) -> list[str]:
    """`value` as JSON strings hold it (once and twice escaped), and percent-encoded; only what differs from it."""
    once = json.dumps(value)[1:-1]
    raw = json.dumps(value, ensure_ascii=False)[1:-1]
    forms = {once, raw, json.dumps(once)[1:-1], json.dumps(raw)[1:-1], once.replace("/", "\\/")}
    try:
        percent = quote(value, safe="")
        forms |= {percent, quote(value), percent.replace("%2F", "%2f").replace("%3D", "%3d").replace("%2B", "%2b")}
    except UnicodeEncodeError:
        pass
    return sorted(form for form in forms - {value} if len(form) >= 6)


def packed(value: str) -> list[str]:
    """`value` in hexadecimal and inside base64 at each of the three alignments (what depends on `value` alone)."""
    data = value.encode("utf-8", "replace")
    forms = {data.hex(), data.hex().upper()}
    for shift in range(3):
        text = base64.b64encode(bytes(shift) + data).decode()
        first = (0, 2, 3)[shift]  # characters that also hold bits of what comes before
        last = len(text) - (0, 3, 2)[(shift + len(data)) % 3]  # and after, or are padding
        forms |= {text[first:last], text[first:last].translate(_URL_SAFE)}
    return sorted(form for form in forms if len(form) >= SHORTEST)


_URL_SAFE = str.maketrans("+/", "-_")
