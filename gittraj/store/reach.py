"""What can be told depends on: a notes ref and its repository go in, one word for their state comes out, equal as long as nothing changed."""

import os

from gittraj.codec.digest import sha256_hex
from gittraj.errors import StoreError
from gittraj.store import files, notes_difference
from gittraj.store.notes import NoteStore


def state(notes: NoteStore) -> tuple[str, str]:
    """The tree of the notes ("" for none), and where history ends here. Raises `StoreError`."""
    return notes_difference.tree_of(notes), end(notes)


def end(notes: NoteStore) -> str:
    """A digest of where history ends here (a shallow clone's boundary), "" where it is whole."""
    boundary = os.path.join(notes.repository.common_dir, "shallow")
    try:
        return sha256_hex(files.read(boundary)) if os.path.exists(boundary) else ""
    except StoreError:
        return "unreadable"
