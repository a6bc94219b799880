"""Findings of schema and invariants: where in a record and what is wrong go in, a bounded list comes out."""

from typing import NamedTuple

PROBLEMS = 100  # of one record; a reader needs the first few, and a hostile record could hold a million


class Problem(NamedTuple):
    """`path` as in ``session.entries[3].call-id`` ("" is the record itself); `message` completes the sentence it begins."""

    path: str
    message: str


class EnoughError(Exception):
    """The list is full; never leaves the module that collects."""


class Problems:
    """Collects up to `PROBLEMS`, then raises `EnoughError`."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, path: str, message: str) -> None:
        """Note one problem."""
        self.found.append(Problem(path, message))
        if len(self.found) >= PROBLEMS:
            raise EnoughError
