"""Ids met in a session: an id and the place of its line go in, the place where it was met before comes out, also in an earlier reading.

Agents write some lines twice (a resumed session repeats its tail). To tell a repeat from a clash of ids, the earlier line is read again.
"""

import base64
import hashlib
import os
from typing import Any

from gittraj.agents.jsonl import Lines
from gittraj.errors import AgentError

ELSEWHERE = (1 << 48) - 1  # the place of an id that was met in another file
_WIDTH = (
    6  # bytes of an id's digest, and of a place: 16 characters per line in the state, 0.5 MB for a session of 70 MB
)


class Seen:
    """Places of ids; `pack` and the constructor carry them from one reading to the next."""

    def __init__(self, packed: str = "") -> None:
        """Raises `AgentError` where `packed` is not what `pack` gave."""
        try:
            data = base64.b64decode(packed, validate=True)
        except ValueError as error:
            raise AgentError(f"the position to go on from is damaged: {error}") from error
        step = 2 * _WIDTH
        self._places = {
            data[at : at + _WIDTH]: int.from_bytes(data[at + _WIDTH : at + step]) for at in range(0, len(data), step)
        }

    def pack(self) -> str:
        """All that was met, as text."""
        places = self._places.items()
        return base64.b64encode(b"".join(key + place.to_bytes(_WIDTH) for key, place in places)).decode()

    def meet(self, identity: str, place: int) -> int | None:
        """Where `identity` was met first, None if never; it counts as met at `place` then."""
        key = hashlib.blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=_WIDTH).digest()
        before = self._places.get(key)
        if before is None:
            self._places[key] = place
        return before


def line_at(path: str, place: int) -> Any:
    """The decoded line of `path` at byte `place`, None where there is none. Raises `AgentError` where the file cannot be read."""
    for line in Lines(path, place):
        return line.value
    return None


def check_size(path: str, offset: int) -> None:
    """Raises `AgentError` where `path` is shorter than `offset`, where its last reading ended: places in it mean nothing any more."""
    try:
        size = os.path.getsize(path)
    except (OSError, ValueError):
        return  # the reading itself says what is wrong
    if size < offset:
        raise AgentError(
            f"{path}: is shorter ({size} bytes) than where its last reading ended ({offset})",
            hint="the session was rewritten: attach it by hand, from its beginning",
        )
