"""Recorded texts against our bytes: a text as an agent recorded it and a file's bytes go in, whether they are the same state comes out.

Agents record text: line ends become LF, a byte order mark may be gone, bytes that are no UTF-8 became U+FFFD. So a recorded text
is the same state where it differs in nothing else, and what follows from it keeps the bytes of the lines that are the same.
"""

import re
from collections.abc import Sequence

import msgspec

from gittraj.codec.digest import git_blob_id
from gittraj.model.operation import Observed, Patch, Replace, Write
from gittraj.replay.spans import Span, lines

BOM = b"\xef\xbb\xbf"
MASK = "REDACTED"
_MARKER = re.compile(r"\{redacted: [A-Za-z0-9_./-]{1,120}, bytes: [0-9]{1,12}, sha256-salted: [0-9a-f]{32}\}")
_HIDDEN = re.compile(rb"[<\[]?REDACTED(?:[_ A-Z0-9]{0,40})[>\]]?")  # as containers of sessions write it, too


def is_blob(blob: str, content: bytes | None) -> bool:
    """Whether `blob` is the id of how an agent would record `content`."""
    data = content or b""
    if git_blob_id(data) == blob:
        return True
    plain = _plain(data)
    return plain != data and (git_blob_id(plain) == blob or git_blob_id(_text(data)) == blob)


def restored(text: str, ours: bytes | None) -> bytes:
    """The bytes of the state that was recorded as `text`, lines that stand in `ours` as they stand there."""
    recorded = text.encode("utf-8", "surrogatepass")
    if not ours or recorded == ours:
        return recorded
    known: dict[bytes, bytes] = {}
    for line in lines(ours):
        known.setdefault(_plain(line), line)
    ending = b"\r\n" if b"\r\n" in ours and b"\r\n" not in recorded else b"\n"
    result = [known.get(_plain(line)) or _ended(line, ending) for line in lines(recorded)]
    mark = BOM if ours.startswith(BOM) and result and not result[0].startswith(BOM) else b""
    return mark + b"".join(result)


def ended(before: bytes, ours: bytes | None) -> bytes:
    """The bytes of a state of which a text was recorded, with the line ends that `ours` has and texts have not."""
    if not ours or b"\r\n" not in ours or b"\r" in before:
        return before
    try:
        return restored(before.decode(), ours)
    except UnicodeDecodeError:
        return before


def _plain(data: bytes) -> bytes:
    return _text(data).removeprefix(BOM)


def _text(data: bytes) -> bytes:
    data = data.replace(b"\r\n", b"\n") if b"\r" in data else data
    return data if data.isascii() else data.decode("utf-8", "replace").encode()


def _ended(line: bytes, ending: bytes) -> bytes:
    return line[:-1] + ending if line.endswith(b"\n") and not line.endswith(b"\r\n") else line


def masked(observed: Observed) -> Observed:
    """`observed` with one short mask in place of each marker of ours, so that what stands around it can still be replayed."""
    operation, after = observed.operation, observed.after
    if isinstance(operation, Write):
        operation = msgspec.structs.replace(operation, content=_MARKER.sub(MASK, operation.content))
    elif isinstance(operation, Replace):
        texts = {"old": _MARKER.sub(MASK, operation.old), "new": _MARKER.sub(MASK, operation.new)}
        operation = msgspec.structs.replace(operation, **texts)
    elif isinstance(operation, Patch):
        operation = msgspec.structs.replace(operation, hunks=_MARKER.sub(MASK, operation.hunks))
    after = None if after is None else _MARKER.sub(MASK, after)
    return msgspec.structs.replace(observed, operation=operation, after=after, redacted=False)


def revealed(ours: bytes, theirs: bytes, spans: Sequence[Span]) -> bytes:
    """`ours` with each line that has a masked part replaced by the line of `theirs` that fits around the mask; `spans`: where they differ."""
    if MASK.encode() not in ours:
        return ours
    result, told = lines(ours), lines(theirs)
    for span in spans:
        at = span.new_start
        for place in range(span.old_start, span.old_end):
            if MASK.encode() not in result[place]:
                continue
            pattern = re.compile(b".+".join(re.escape(part) for part in _HIDDEN.split(result[place])), re.DOTALL)
            fits = next((each for each in range(at, span.new_end) if pattern.fullmatch(told[each])), None)
            if fits is not None:
                result[place], at = told[fits], fits + 1
    return b"".join(result)
