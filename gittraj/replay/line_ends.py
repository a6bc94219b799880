"""Line ends between worktree and repository: a file's bytes and what git's attributes say go in, the bytes on the other side come out.

Git stores text with LF and may check it out with CR LF (gitattributes(5), core.autocrlf). Replay works on what is stored, because
that is what commits hold; tools saw what was checked out.
"""

from collections.abc import Callable
from typing import NamedTuple

Convert = Callable[[str, bytes, bytes | None], bytes]  # (path, content, what is committed there) → content
_PRINTABLE = frozenset(range(32, 127)) | frozenset(range(128, 256)) | {8, 9, 10, 12, 13, 27}
_SHARE = 128  # one odd byte on so many printable ones makes a file binary, as git counts


class Ends(NamedTuple):
    """What holds for a path. `text`: "" (bytes are kept), "text", or "auto" (text where it looks like that). `crlf`: checked out with CR LF."""

    text: str = ""
    crlf: bool = False


def as_is(path: str, content: bytes, committed: bytes | None) -> bytes:
    """No conversion."""
    del path, committed
    return content


def stored(ends: Ends, content: bytes, committed: bytes | None) -> bytes:
    """What git stores of a worktree file; `committed`: what it holds of it so far (a CR LF in there stops an automatic conversion)."""
    if not ends.text or b"\r\n" not in content:
        return content
    if ends.text == "auto" and (_binary(content) or b"\r\n" in (committed or b"")):
        return content
    return content.replace(b"\r\n", b"\n")


def checked_out(ends: Ends, content: bytes) -> bytes:
    """What git writes into the worktree for stored content."""
    if not ends.crlf or not ends.text or b"\n" not in content:
        return content
    if ends.text == "auto" and (b"\r" in content or _binary(content)):
        return content
    return content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _binary(content: bytes) -> bool:
    """Git's own test (convert.c): a CR that stands alone, a NUL, or many odd bytes."""
    if b"\0" in content or content.count(b"\r") != content.count(b"\r\n"):
        return True
    odd = sum(1 for byte in content.removesuffix(b"\x1a") if byte not in _PRINTABLE)
    return (len(content) - odd) // _SHARE < odd
