"""What a statement is bound to: the commit, and the place of the segment in its session's chain (design: statement, label -65601)."""

import msgspec


class Anchor(msgspec.Struct, frozen=True):
    """The binding that stands, signed, in the protected header.

    Object ids are lower-case hex. `patch_id`: git's stable patch-id against the first parent, "" for merges and empty commits.
    `change`: SHA-256 (hex) of the changed lines against the first parent, white space and all, "" for none or where not told.
    `prev`: SHA-256 (hex) of this session's record before, "" for the first. `entries`: number of top-level entries in the record.
    `repository`: URL as configured, a mere claim.
    """

    commit: str
    tree: str
    parents: tuple[str, ...]
    session_id: str
    seq: int
    entries: int
    kind: str = "record"
    patch_id: str = ""
    prev: str = ""
    object_format: str = "sha1"
    repository: str = ""
    change: str = ""
