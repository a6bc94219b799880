"""Text that must be UTF-8: entries and other parts of a record go in, and hold no half of a surrogate pair where the schema wants text.

JavaScript writes such halves where a text was cut inside an emoji. In contents they are kept (CBOR tag 273); in names and ids they become U+FFFD.
"""

from collections.abc import Iterable
from typing import Any

from gittraj.model.entry import Entry, walk

# `text` in the schema (vac.cddl), for entries of any type
FIELDS = ("type", "id", "parent-id", "model-id", "name", "call-id", "status", "subject", "event-type")


def plain(text: str) -> str:
    """`text` as UTF-8 can hold it."""
    if text.isascii():
        return text
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def plain_fields(entries: Iterable[Entry]) -> None:
    """Make the `FIELDS` of all entries, and the keys of events' data, plain, in place."""
    for entry in walk(entries):
        for name in FIELDS:
            value = entry.get(name)
            if type(value) is str and not value.isascii():
                entry[name] = plain(value)
        data = entry.get("data")
        if type(data) is dict and any(plain(key) != key for key in data):
            entry["data"] = {
                key if plain(key) == key else f"{plain(key)} {number}": part
                for number, (key, part) in enumerate(data.items())
            }


def plain_texts(value: Any) -> Any:
    """`value` with every text in its maps and lists plain (a record's head; not its entries)."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {key: plain_texts(part) for key, part in value.items()}
    return [plain_texts(part) for part in value] if isinstance(value, list) else value
