"""Recorded states and redacted texts: what a session kept of a file goes in, the bytes it stands for or that it is lost comes out."""

import re

from gittraj.model.operation import Chmod, Delete, Move, Operation, Patch, Replace, Write
from gittraj.replay.rewrite import written_anew
from gittraj.replay.spans import Applied, NotApplicable
from gittraj.replay.text import BOM, crlf, decode, encode, lf

REDACTED = NotApplicable("redacted")
# The marker of gittraj.redact (a sibling room, which this one may not ask).
_MARKER = re.compile(r"\{redacted: [A-Za-z0-9_./-]{1,120}, bytes: [0-9]{1,12}, sha256-salted: [0-9a-f]{32}\}")
# What containers of sessions put where they mask ("REDACTED", "<REDACTED>", "[REDACTED_API_KEY]").
_MASK = "REDACTED"


def agrees(recorded: str, content: bytes | None) -> bool:
    """Whether a recorded full text is this state of the file; tools record LF and no BOM, whatever the disk has."""
    if content is None:
        return recorded == ""
    text = decode(content)
    if text == recorded:
        return True
    if not recorded.startswith(BOM):
        text = text.removeprefix(BOM)
    return text == recorded or ("\r\n" not in recorded and lf(text) == recorded)


def restored(recorded: str, content: bytes | None) -> bytes:
    """The bytes that a recorded text stands for, with the BOM and the line ends of the file as it was before."""
    if content is None:
        return encode(recorded)
    text = decode(content)
    if "\r\n" not in recorded and "\r\n" in text:
        recorded = crlf(recorded)
    if text.startswith(BOM) and not recorded.startswith(BOM):
        recorded = BOM + recorded
    return encode(recorded)


def settled(result: Applied | NotApplicable, after: str, content: bytes | None) -> Applied | NotApplicable:
    """The outcome where the state after it was recorded: as the operation explains it, where it does, else the recorded text."""
    if isinstance(result, Applied) and result.content is not None and agrees(after, result.content):
        return result._replace(how="exact")
    return written_anew(content, restored(after, content))


def marked(text: str) -> bool:
    """Whether a marker of ours stands in `text`: then what was there is lost."""
    return "{redacted: " in text and _MARKER.search(text) is not None


def masked(operation: Operation) -> bool:
    """Whether a container may have masked something in the texts of `operation`: a hint for one that does not fit."""
    return any(_MASK in text for text in texts(operation))


def texts(operation: Operation) -> tuple[str, ...]:
    """The texts of an operation that are content of a file."""
    match operation:
        case Write():
            return (operation.content,)
        case Replace():
            return operation.old, operation.new
        case Patch():
            return (operation.hunks,)
        case Delete() | Move() | Chmod():
            return ()
