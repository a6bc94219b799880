"""The anchor in the protected header (label -65601): `Anchor` in, CBOR map out, and back.

============ ========= ==================================================================================
key          CBOR      what
============ ========= ==================================================================================
commit       bytes     object id, 20 or 32 bytes by the object format that `sub` names
tree         bytes     object id of the commit's tree
parents      [bytes]   object ids of the parents, in order
patch-id     bytes     git's stable patch-id (20 or 32 bytes); absent for merges and empty commits
change       bytes     SHA-256 of the changed lines, white space and all (docs/adr/0017); absent where nothing is changed
session-id   text      the agent's id of the session
seq          uint      position of the segment in the session's chain
prev         bytes     SHA-256 of the session's record before; absent for the first
entries      uint      number of top-level entries in the record
kind         text      "record", or the kind of a later statement
repository   text      URL as configured, a mere claim; absent where there is none
============ ========= ==================================================================================

Object ids and digests are byte strings: half the size of hex, and one form only (no upper case). Keys that are not in the
table are left alone, so that a later version may add some.
"""

import re
from typing import Any

from gittraj.errors import SealError
from gittraj.model.anchor import Anchor

_SIZES = {"sha1": 20, "sha256": 32}  # bytes of an object id by git's object format
_SUBJECT = re.compile(r"git:(sha1|sha256):[0-9a-f]{40,64}")


def to_map(anchor: Anchor) -> dict[str, Any]:
    """The map of the table above. Raises `SealError` where an id is not what it should be."""
    size = _SIZES.get(anchor.object_format)
    if size is None:
        raise SealError(f"an anchor with the object format {anchor.object_format!r}")
    found: dict[str, Any] = {
        "commit": _bytes(anchor.commit, "commit", size),
        "tree": _bytes(anchor.tree, "tree", size),
        "parents": [_bytes(parent, "parents", size) for parent in anchor.parents],
        "session-id": anchor.session_id,
        "seq": anchor.seq,
        "entries": anchor.entries,
        "kind": anchor.kind,
    }
    if anchor.patch_id:
        found["patch-id"] = _bytes(anchor.patch_id, "patch-id", 32 if len(anchor.patch_id) == 64 else 20)
    if anchor.change:
        found["change"] = _bytes(anchor.change, "change", 32)
    if anchor.prev:
        found["prev"] = _bytes(anchor.prev, "prev", 32)
    if anchor.repository:
        found["repository"] = anchor.repository
    return found


def from_map(found: Any, subject: str) -> Anchor:
    """The anchor that a protected header holds. Raises `SealError` where it does not read as the table says."""
    match = _SUBJECT.fullmatch(subject)
    if match is None:
        raise SealError("malformed statement: its subject is not git:OBJECTFORMAT:COMMIT")
    if type(found) is not dict:
        raise SealError("malformed statement: the anchor is not a map")
    size = _SIZES[match[1]]
    parents = found.get("parents")
    if type(parents) is not list:
        raise SealError("malformed statement: anchor.parents is not an array")
    return Anchor(
        commit=_hex(found.get("commit"), "commit", size),
        tree=_hex(found.get("tree"), "tree", size),
        parents=tuple(_hex(parent, "parents", size) for parent in parents),
        session_id=_text(found.get("session-id"), "session-id"),
        seq=_count(found.get("seq"), "seq"),
        entries=_count(found.get("entries"), "entries"),
        kind=_text(found.get("kind"), "kind"),
        patch_id=_hex(found["patch-id"], "patch-id", 20, 32) if "patch-id" in found else "",
        prev=_hex(found["prev"], "prev", 32) if "prev" in found else "",
        object_format=match[1],
        change=_hex(found["change"], "change", 32) if "change" in found else "",
        repository=_text(found["repository"], "repository") if "repository" in found else "",
    )


def _bytes(value: str, name: str, size: int) -> bytes:
    try:
        data = bytes.fromhex(value)
    except ValueError:
        data = b""
    if len(data) != size or data.hex() != value:
        raise SealError(f"the anchor's {name} is not {2 * size} lower-case hex digits: {value[:80]!r}")
    return data


def _hex(value: Any, name: str, *sizes: int) -> str:
    if type(value) is not bytes or len(value) not in sizes:
        raise SealError(f"malformed statement: anchor.{name} is not {' or '.join(map(str, sizes))} bytes")
    return value.hex()


def _text(value: Any, name: str) -> str:
    if type(value) is not str:
        raise SealError(f"malformed statement: anchor.{name} is not text")
    return value


def _count(value: Any, name: str) -> int:
    if type(value) is not int or value < 0:
        raise SealError(f"malformed statement: anchor.{name} is not an unsigned integer")
    return value
