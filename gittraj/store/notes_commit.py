"""The commit of a notes ref: tree, parents and message go in, the id of a commit with the user's identity goes out.

Signed by git itself where the user signs their commits (`commit.gpgSign`) or asks for it (`gittraj.signNotes`), because servers
that demand signed commits demand it of every ref.
"""

from collections.abc import Sequence

from gittraj.errors import StoreError
from gittraj.store.identity import committer
from gittraj.store.repository import Repository
from gittraj.store.settings import boolean
from gittraj.store.state import State


def write_commit(repository: Repository, tree: str, parents: Sequence[str], message: str) -> str:
    """Write the commit. Where it cannot be signed now it is written unsigned, for `doctor` to tell: a note must not be lost to that.

    Raises `StoreError`.
    """
    settings = repository.settings
    person = committer(settings.user_name, settings.user_email, repository.env)
    text = message.strip() + "\n"
    if signs(repository):
        try:
            return _signed(repository, tree, parents, text, person)
        except StoreError as error:
            problem = f"a commit of the notes could not be signed and was written unsigned: {error.message}"
            State(repository.common_dir).note_problem(problem)
    lines = [b"tree %b" % tree.encode(), *(b"parent %b" % parent.encode() for parent in parents)]
    lines += [b"author %b" % person, b"committer %b" % person, b"", text.encode("utf-8", "replace")]
    return repository.write("commit", b"\n".join(lines))


def signs(repository: Repository) -> bool:
    """Whether commits of the notes are to be signed: `gittraj.signNotes`, else what `commit.gpgSign` says of all commits."""
    values = repository.settings.values
    for key in ("gittraj.signnotes", "commit.gpgsign"):
        if key in values:
            return bool(boolean(values[key][-1]))
    return False


def _signed(repository: Repository, tree: str, parents: Sequence[str], message: str, person: bytes) -> str:
    name, _, rest = person.decode("utf-8", "replace").partition(" <")
    email, _, date = rest.partition("> ")
    who = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", name), ("EMAIL", email), ("DATE", date))
    }
    parts = [word for parent in parents for word in ("-p", parent)]
    code, out, said = repository.git.talk(
        ["-c", "i18n.commitEncoding=UTF-8", "commit-tree", "-S", *parts, "-F", "-", tree],
        data=message.encode("utf-8", "replace"),
        extra=who,
    )
    if code:
        raise StoreError(said.decode("utf-8", "replace").strip().partition("\n")[0] or f"exit code {code}")
    return out.decode("ascii", "replace").strip()
