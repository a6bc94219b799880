"""What the databases derived from notes have in common: a connection that is closed, and rows that are read or told as damaged."""

import sqlite3
from types import TracebackType
from typing import Any, Self, TypeVar

import msgspec

from gittraj.errors import IndexDamagedError

T = TypeVar("T")


class Opened:
    """An open database. A context manager that closes it."""

    def __init__(self, connection: sqlite3.Connection, path: str = "") -> None:
        self._path = path
        self._db = connection

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()


def read(what: str, decoder: "msgspec.msgpack.Decoder[T]", data: Any) -> T:
    """What is in a row of `what` ("index", "walk"). Raises `IndexDamagedError`."""
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, TypeError, RecursionError) as error:
        raise damaged(what, error) from error


def damaged(what: str, error: Exception) -> IndexDamagedError:
    """What is raised where rows do not read, or do not belong together."""
    return IndexDamagedError(f"the {what} cannot be used: {error}", hint="git traj index --rebuild")
