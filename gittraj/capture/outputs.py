"""Long tool outputs: entries go in, the same entries with outputs over the limit cut in the middle come out, with what was cut."""

import hashlib
from typing import Any

from gittraj.model.entry import Entry, walk

MARK = "[gittraj: {bytes} bytes cut here, sha-256 of the whole {digest}]"


def limit(entries: list[Entry], most: int) -> list[dict[str, Any]]:
    """Cut every output string over `most` bytes (UTF-8) in place; returns ``{entry, bytes, sha-256}`` for each.

    `entry` is the position of the top-level entry in the list. The cut is made at line ends, so that no value is left half.
    """
    cuts: list[dict[str, Any]] = []
    for index, top in enumerate(entries):
        for entry in walk([top]):
            if entry["type"] == "tool-result":
                entry["output"] = _shorten(entry.get("output"), most, index, cuts)
    return cuts


def _shorten(value: Any, most: int, index: int, cuts: list[dict[str, Any]], depth: int = 0) -> Any:
    if isinstance(value, str):
        if len(value) * 4 <= most:  # no character takes more than four bytes
            return value
        data = value.encode("utf-8", "surrogatepass")
        if len(data) <= most:
            return value
        digest = hashlib.sha256(data).hexdigest()
        head, tail = _head(data[: most // 2]), _tail(data[-most // 2 :])
        cuts.append({"entry": index, "bytes": len(data), "sha-256": bytes.fromhex(digest)})
        mark = MARK.format(bytes=len(data) - len(head) - len(tail), digest=digest)
        return f"{head.decode('utf-8', 'ignore')}\n{mark}\n{tail.decode('utf-8', 'ignore')}"
    if depth < 32:
        if isinstance(value, list):
            return [_shorten(part, most, index, cuts, depth + 1) for part in value]
        if isinstance(value, dict):
            return {key: _shorten(part, most, index, cuts, depth + 1) for key, part in value.items()}
    return value


def _head(data: bytes) -> bytes:
    end = data.rfind(b"\n")
    return data[:end] if end >= 0 else b""


def _tail(data: bytes) -> bytes:
    start = data.find(b"\n")
    return data[start + 1 :] if start >= 0 else b""
