"""What Claude Code attaches to a conversation (from 2.1.9x on): an attachment goes in, its system-event comes out.

Left out: what stands there a second time, and the descriptions of skills and agents, which every session has again; their names stay,
with size and SHA-256 of the descriptions (as for Codex's tools).
"""

import re
from typing import Any

import msgspec

from gittraj.agents.claude.leftovers import lean
from gittraj.agents.claude.memory import LINKS, Memory, digest, remember
from gittraj.agents.shape import text
from gittraj.codec.digest import sha256_hex
from gittraj.model.entry import Entry

_LISTINGS = {"skill_listing": ("content", "names"), "agent_listing_delta": ("addedLines", "addedTypes")}
_SHORT = 256  # bytes of a listing kept as it stands
_NAME = re.compile(r"^- ([^\s,]{1,200}):(?= |$)", re.MULTILINE)


def attachment(told: dict[str, Any], memory: Memory) -> Entry:
    """The event that an attachment is. Raises `OddShapeError` where it is not understood."""
    kind = text(told.get("type"))
    data = lean({"kind": kind, **{key: value for key, value in told.items() if key != "type"}})
    if kind == "hook_success":
        added = _context(data.get("stdout"))
        if added:
            remember(memory.contexts, digest(added), "", LINKS)
    elif kind == "hook_additional_context":
        said = data.get("content")
        if isinstance(said, list) and all(isinstance(part, str) and digest(part) in memory.contexts for part in said):
            del data["content"]
            data["content-in"] = "stdout"  # of the hook's success, which told it before
    elif kind in _LISTINGS:
        _shorten(data, *_LISTINGS[kind])
    elif data.get("addedLines") is not None and data.get("addedLines") == data.get("addedNames"):
        del data["addedLines"]
    name = "hook" if "hook" in kind else "file-change" if kind == "edited_text_file" else "meta"
    return {"type": "system-event", "event-type": name, "data": data}


def _shorten(data: dict[str, Any], key: str, names: str) -> None:
    """Names in place of a long listing, with its size and SHA-256 (lines joined by newlines)."""
    listing = data.get(key)
    if isinstance(listing, list) and all(isinstance(part, str) for part in listing):
        listing = "\n".join(listing)
    if not isinstance(listing, str):
        return
    written = listing.encode("utf-8", "surrogatepass")
    if len(written) > _SHORT:
        data.setdefault(names, _NAME.findall(listing))
        data[key] = {"bytes": len(written), "sha-256": sha256_hex(written)}


def _context(stdout: Any) -> str:
    """What a hook's output adds to the conversation, "" where that is nothing."""
    if not isinstance(stdout, str) or not stdout.lstrip().startswith("{"):
        return ""
    try:
        told = msgspec.json.decode(stdout)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return ""
    specific = told.get("hookSpecificOutput") if isinstance(told, dict) else None
    context = specific.get("additionalContext") if isinstance(specific, dict) else None
    return context if isinstance(context, str) else ""
