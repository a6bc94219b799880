"""What happened to bodies: data only, nothing rendered."""

import msgspec


class BodiesReport(msgspec.Struct, frozen=True):
    """Where the bodies are: `attached`, `detached`, `withheld` count statements; `bytes_attached`, `bytes_detached` their bodies.

    `moved`: how many were moved just now. `rewritten`: refs whose history was written anew. `remains`: where moved or dropped bodies
    can still be found, a line each.
    """

    attached: int = 0
    detached: int = 0
    withheld: int = 0
    bytes_attached: int = 0
    bytes_detached: int = 0
    moved: int = 0
    rewritten: tuple[str, ...] = ()
    remains: tuple[str, ...] = ()


class GcReport(msgspec.Struct, frozen=True):
    """`before`, `after`: bytes of the whole object database. `notes`: how many there are now, `bytes` what they hold, unpacked.

    `stored`: bytes on disk of everything that the refs of notes reach, trees, commits and older notes too.
    """

    before: int
    after: int
    notes: int
    bytes: int
    stored: int


class PurgedBody(msgspec.Struct, frozen=True):
    """One body that was dropped (or would be)."""

    commit: str
    session: str
    seq: int
    digest: str


class PurgeReport(msgspec.Struct, frozen=True):
    """`unsigned`: why no signed word says so, "" where one does. `rewritten`, `remains`: as in `BodiesReport`."""

    purged: tuple[PurgedBody, ...]
    rewritten: tuple[str, ...] = ()
    remains: tuple[str, ...] = ()
    unsigned: str = ""
    dry_run: bool = False
