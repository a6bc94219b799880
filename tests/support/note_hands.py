"""Hands on notes, as somebody who attacks them has: blobs go into the notes ref through git itself, byte for byte."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.workshop import Workshop


def note(shop: Workshop, commit: str, ref: str = "traj") -> bytes:
    """The exact bytes of a commit's note."""
    blob = shop.out("notes", f"--ref={ref}", "list", commit)
    return _git(shop, "cat-file", "blob", blob)


def put(shop: Workshop, commit: str, blob: bytes, ref: str = "traj") -> None:
    """Make `blob` the note of `commit`: `git notes add -C` takes a blob as it is, where -F would strip bytes."""
    identity = _git(shop, "hash-object", "-w", "--stdin", data=blob).decode().strip()
    _git(shop, "notes", f"--ref={ref}", "add", "-f", "--allow-empty", "-C", identity, commit)


@contextmanager
def holding(shop: Workshop, commit: str, blob: bytes) -> Iterator[None]:
    """`blob` is the note of `commit` for a while."""
    before = note(shop, commit) if commit in shop.noted() else None
    put(shop, commit, blob)
    try:
        yield
    finally:
        if before is None:
            _git(shop, "notes", "--ref=traj", "remove", commit)
        else:
            put(shop, commit, before)


def _git(shop: Workshop, *arguments: str, data: bytes | None = None) -> bytes:
    done = subprocess.run(
        ["git", *arguments], cwd=shop.repo, env={**os.environ, **shop.env}, input=data, capture_output=True, check=True
    )
    return done.stdout
