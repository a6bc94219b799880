"""Entries of a session: the maps of the VAC draft (`entry` in its CDDL), and the walks over them.

An entry is a plain ``dict[str, Any]`` because the draft's maps are open and unknown fields must survive unchanged. What
the house relies on:

================ ==========================================================================================
every entry      ``type``; ``timestamp`` (RFC 3339 text as the agent wrote it, absent if the source has none or it is
                 malformed; the malformed one is then ``native-timestamp``); ``id``, ``parent-id`` (``parent-id`` only
                 where it is not the id of the entry before); ``children`` (entries of a sub-agent)
user, assistant  ``content`` (text, or a list of blocks); assistant: ``model-id``, ``token-usage``, ``stop-reason``
tool-call        ``name``, ``input``, ``call-id``
tool-result      ``output``, ``call-id``, ``is-error`` (always present), ``status`` (the agent's word), ``exit-code``
reasoning        ``content`` (text, "" where the provider keeps it), ``encrypted``, ``subject``
system-event     ``event-type``, ``data`` (map)
================ ==========================================================================================

``event-type`` is one of `EVENTS`; ``unknown`` holds the raw item of the source under ``data.raw``.
"""

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

Entry: TypeAlias = dict[str, Any]

MESSAGES = ("user", "assistant")
TYPES = ("user", "assistant", "tool-call", "tool-result", "reasoning", "system-event")
EVENTS = (
    "session-start", "turn-start", "turn-end", "model-change", "compaction", "sub-agent", "rewind", "branch",
    "error", "interrupted", "usage", "settings", "file-snapshot", "file-change", "command", "hook", "title", "meta", "unknown",
)  # fmt: skip


def walk(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Every entry, children right after their parent, depth first."""
    for entry in entries:
        yield entry
        children = entry.get("children")
        if children:
            yield from walk(children)


def count(entries: Iterable[Entry]) -> dict[str, int]:
    """How many entries of each type there are, children included; every type is a key."""
    numbers = dict.fromkeys(TYPES, 0)
    for entry in walk(entries):
        numbers[entry["type"]] = numbers.get(entry["type"], 0) + 1
    return numbers
