"""The record taken apart for redaction: a draft's record goes in, a copy with the list of its strings comes out.

Without recursion: a hostile record may be nested ten thousand deep, and that must fail in the codec, not here.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from gittraj.model.entry import Entry

EDIT = 1  # content of an edit: public text stays, places are never replaced
SILENT = 2  # ids, provider-encrypted text, images: nothing to scan in them
FIXED = 4  # paths relative to the repository, versions: no places to replace
BYTES = 8  # a byte string, shown as Latin-1

IMAGE_RUN = 4096  # characters; a string of only base64 this long whose beginning is not text is an image or an archive
_SILENT_KEYS = frozenset(
    ("type", "id", "parent-id", "call-id", "timestamp", "event-type", "model-id", "stop-reason", "status", "name")
)
_SEALED_KEYS = frozenset(
    ("encrypted", "encrypted_content", "signature", "thinkingSignature", "thoughtSignature", "data-signature")
)
_FIXED_KEYS = frozenset(("file-attribution", "recording-agent", "version", "id", "created"))
_THINKING = frozenset(("thinking", "redacted_thinking", "reasoning"))
_KEPT_OF_REASONING = frozenset(("type", "id", "parent-id", "timestamp", "native-timestamp", "children", "model-id"))

EditContent = Callable[[Entry], list[tuple[str | int, ...]]]


class Slot(NamedTuple):
    """One string of the copy: ``container[key]`` is `text`. `entry`: position of the top-level entry, -1 outside; `owner`: the
    entry itself (of a sub-agent too), None outside.
    """

    container: Any
    key: Any
    text: str
    flags: int
    entry: int
    owner: Any


class Keys(NamedTuple):
    """The keys of one map of the copy: `map` itself, `flags` as of a slot, `entry` as of a slot."""

    map: dict[Any, Any]
    flags: int
    entry: int


class Copy(NamedTuple):
    """`record`: the copy. `slots`: its strings, in order. `maps`: its maps, for their keys."""

    record: dict[str, Any]
    slots: list[Slot]
    maps: list[Keys]


def copy(record: dict[str, Any], edit_content: EditContent, *, drop_reasoning: bool = False) -> Copy:
    """Copy `record` and list its strings; `edit_content` as agents give it."""
    result = Copy({}, [], [])
    slots, maps = result.slots, result.maps
    edits: set[tuple[int, Any]] = set()
    stack: list[tuple[Any, Any, int, int, Any, str]] = [(record, result.record, 0, -1, None, "record")]
    alive = []  # replaced sources: their ids must not be given to other objects while `edits` names them
    while stack:
        source, target, flags, number, owner, role = stack.pop()
        if role == "entry":
            owner = target
            edits.update(_edit_places(source, edit_content))
            if drop_reasoning:
                source = _without_reasoning(source)
                alive.append(source)
        is_map = isinstance(source, dict)
        if is_map:
            maps.append(Keys(target, flags, number))
        inner: list[tuple[Any, Any, int, int, Any, str]] = []
        for key, value in source.items() if is_map else enumerate(source):
            mark = flags | EDIT if edits and (id(source), key) in edits else flags
            if isinstance(value, str):
                mark |= _flag(source, key, role) if is_map else 0
                target[key] = value
                slots.append(Slot(target, key, value, mark, number, owner))
            elif isinstance(value, (dict, list, tuple)):
                child: Any = {} if isinstance(value, dict) else [None] * len(value)
                target[key] = child
                at = key if role == "entries" and number < 0 else number
                inner.append((value, child, _inherit(mark, key, role), at, owner, _role(key, value, role)))
            elif isinstance(value, bytes) and not (role == "gittraj" or number < 0):
                target[key] = value
                slots.append(Slot(target, key, value.decode("latin-1"), mark | BYTES, number, owner))
            else:
                target[key] = value
        inner.reverse()
        stack.extend(inner)
    return result


def is_image(text: str) -> bool:
    """Whether `text` is the base64 of something that is not text."""
    if len(text) < IMAGE_RUN or any(character in text[:200] for character in " \n\"'{<"):
        return False
    import binascii

    start = text.find("base64,", 0, 100)
    head = text[start + 7 if start >= 0 else 0 :][:64]
    try:
        data = binascii.a2b_base64(head, strict_mode=True)
    except binascii.Error:
        return False
    return sum(byte >= 0x7F or byte < 9 for byte in data) > 8


def _flag(source: dict[Any, Any], key: Any, role: str) -> int:
    if role == "entry":
        return SILENT if key in _SILENT_KEYS or key in _SEALED_KEYS else 0
    if role == "record":
        return FIXED if key in _FIXED_KEYS else 0
    return SILENT if key in _SEALED_KEYS and _thinks(source) else 0


def _inherit(flags: int, key: Any, role: str) -> int:
    if role == "gittraj" and key == "base":
        return flags | EDIT
    return flags | FIXED if role == "record" and key in _FIXED_KEYS else flags


def _role(key: Any, value: Any, role: str) -> str:
    if role == "record":
        return str(key) if key in ("session", "gittraj") else ""
    if (role == "session" and key == "entries") or (role == "entry" and key == "children"):
        return "entries" if isinstance(value, (list, tuple)) else ""
    return "entry" if role == "entries" and isinstance(value, dict) else ""


def _edit_places(entry: Entry, edit_content: EditContent) -> Iterator[tuple[int, Any]]:
    for path in edit_content(entry):
        place: Any = entry
        try:
            for key in path[:-1]:
                place = place[key]
        except (KeyError, IndexError, TypeError):
            continue  # a path that leads nowhere protects nothing
        if path:
            yield id(place), path[-1]


def _without_reasoning(entry: Entry) -> Entry:
    if entry.get("type") == "reasoning":
        content = entry.get("content")
        kept = {key: value for key, value in entry.items() if key in _KEPT_OF_REASONING}
        kept["content"] = ""
        kept["dropped"] = True
        kept["bytes"] = len(content.encode("utf-8", "replace")) if isinstance(content, str) else 0
        return kept
    content = entry.get("content")
    if isinstance(content, list) and any(_thinks(block) for block in content):
        blocks = [{"type": block["type"], "dropped": True} if _thinks(block) else block for block in content]
        return {**entry, "content": blocks}
    return entry


def _thinks(block: Any) -> bool:
    kind = block.get("type") if isinstance(block, dict) else None
    return isinstance(kind, str) and kind in _THINKING
