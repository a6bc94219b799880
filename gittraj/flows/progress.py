"""How far each session is attached: agent, session and path go in, a `Progress` comes out of the local state, and is saved again.

The notes are the truth; the local state is a cache that `chain` brings up to date, so that neither a killed hook nor a fetch can
make it lie.
"""

from typing import Any

import msgspec

from gittraj.store.state import SessionState, State


class Progress(msgspec.Struct, frozen=True):
    """The next segment of a session: `seq` its index, `entry` the position of its first entry, `offset`/`state` where reading goes on.

    `prev`: SHA-256 (hex) of the record before. `commit`: that record's commit. `consumed`: size of the store when nothing new was
    left (the hook compares it without reading further). `open`: a call that ran git commit had no result yet.
    `last`: id of the last entry. `mark`: digest of the bytes before `offset`, by which a file that was rewritten is told.
    """

    agent: str = ""
    session: str = ""
    path: str = ""
    seq: int = 0
    entry: int = 0
    offset: int = 0
    state: dict[str, Any] = {}
    prev: str = ""
    commit: str = ""
    consumed: int = 0
    open: bool = False
    last: str = ""
    mark: str = ""


def load(common_dir: str, agent: str, session: str, path: str) -> Progress:
    """The progress of a session, found by its id, else by the file it lies in; a fresh one where it is not known."""
    kept = State(common_dir)
    found = kept.session(agent, session) if session else None
    if found is None:
        found = next((one for one in kept.sessions() if _is(one, agent, session, path)), None)
    if found is None:
        return Progress(agent=agent, session=session, path=path)
    state = dict(found.state)
    still_open = bool(state.pop("open", False))
    last, mark = (str(state.pop(name, "")) for name in ("last", "mark"))
    reader = state.pop("reader", {})
    return Progress(
        agent, found.session, path, found.seq, found.entry, found.offset, reader if isinstance(reader, dict) else {},
        found.prev, found.commit, found.consumed, still_open, last, mark,
    )  # fmt: skip


def save(common_dir: str, progress: Progress) -> None:
    """Keep `progress`. Raises `StoreError` where the disk does not take it."""
    State(common_dir).save(
        SessionState(
            progress.agent,
            progress.session,
            path=progress.path,
            consumed=progress.consumed,
            seq=progress.seq,
            entry=progress.entry,
            offset=progress.offset,
            state={"reader": progress.state, "open": progress.open, "last": progress.last, "mark": progress.mark},
            prev=progress.prev,
            commit=progress.commit,
        )
    )


def replace(progress: Progress, **fields: Any) -> Progress:
    """A copy with other values."""
    return Progress(**{**{name: getattr(progress, name) for name in progress.__struct_fields__}, **fields})


def _is(kept: SessionState, agent: str, session: str, path: str) -> bool:
    """Files that are named after a part of the id only; a database holds many sessions, each known by its whole id."""
    return kept.agent == agent and kept.path == path and session in kept.session
