"""Records that wait for a signature: redacted bytes with their anchor go in, and come out again when a key is there."""

import msgspec

from gittraj.codec import cbor
from gittraj.errors import CodecError
from gittraj.model.anchor import Anchor
from gittraj.model.states import Redacted
from gittraj.store.state import State


def add(common_dir: str, anchor: Anchor, body: bytes) -> None:
    """Keep a redacted record under ``.git/gittraj/pending`` until it can be signed."""
    State(common_dir).add_pending(cbor.encode({"anchor": msgspec.to_builtins(anchor), "body": body}))


def waiting(common_dir: str) -> list[tuple[str, Anchor, Redacted]]:
    """(name, anchor, record) of all that waits, a session's segments in order; damaged files are left for `doctor` to tell."""
    kept = State(common_dir)
    found = []
    for name in kept.pending():
        try:
            item = cbor.decode(kept.read_pending(name))
            anchor = msgspec.convert(item["anchor"], Anchor)
            found.append((name, anchor, Redacted(cbor.decode(item["body"]))))
        except (CodecError, msgspec.ValidationError, KeyError, TypeError):
            continue
    return sorted(found, key=lambda item: (item[1].session_id, item[1].seq))


def done(common_dir: str, name: str) -> None:
    """Forget one that is sealed now."""
    State(common_dir).remove_pending(name)
