"""What an exchange of notes with a remote did: data only, nothing rendered."""

import msgspec


class ExchangedRef(msgspec.Struct, frozen=True):
    """One notes ref. `received`: notes that are new or grew here; `sent`: notes that are new or grew there. `tip`: the ref here now, "" for none.

    `remote`: where this ref went to or came from, which for bodies may be another remote.
    """

    ref: str
    remote: str
    tip: str
    received: int = 0
    sent: int = 0


class Exchange(msgspec.Struct, frozen=True):
    """`remote`: the name or URL, without credentials. `tries`: how often a push was tried, 0 where none was asked for.

    `warnings`: what the remote no longer has and once showed, a head that could not be signed; a line each.
    """

    remote: str
    refs: tuple[ExchangedRef, ...]
    tries: int = 0
    warnings: tuple[str, ...] = ()
