"""Recorded texts against our bytes: a text as an agent recorded it and a file's bytes go in, whether they are the same state comes out.

Agents record text: line ends become LF, a byte order mark may be gone, bytes that are no UTF-8 became U+FFFD. So a recorded text
is the same state where it differs in nothing else, and what follows from it keeps the bytes of the lines that are the same.
"""

from gittraj.codec.digest import git_blob_id
from gittraj.replay.spans import lines

BOM = b"\xef\xbb\xbf"


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


def _plain(data: bytes) -> bytes:
    return _text(data).removeprefix(BOM)


def _text(data: bytes) -> bytes:
    data = data.replace(b"\r\n", b"\n") if b"\r" in data else data
    return data if data.isascii() else data.decode("utf-8", "replace").encode()


def _ended(line: bytes, ending: bytes) -> bytes:
    return line[:-1] + ending if line.endswith(b"\n") and not line.endswith(b"\r\n") else line
