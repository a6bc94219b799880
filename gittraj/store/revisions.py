"""Revisions: what a person types goes in, commit ids go out."""

from collections.abc import Sequence

from gittraj.errors import StoreError
from gittraj.store.backend import Backend
from gittraj.store.git import Git

_HEX = "0123456789abcdef"


class Revisions:
    """The part of `Repository` that resolves names; `git` and `backend` are the repository's."""

    git: Git
    backend: Backend

    def resolve(self, rev: str) -> str:
        """The commit id of any way git has to name one. Raises `StoreError` for unknown and ambiguous names."""
        if not rev or rev.startswith("-") or any(each < " " or each == "\x7f" for each in rev):
            raise StoreError(f"{rev!r} names no commit")
        found = self.backend.resolve(rev)
        if found:
            return found
        code, out = self.git.call(["rev-parse", "--verify", "--end-of-options", f"{rev}^{{commit}}"], ok=(0, 128))
        if code == 0:
            return out.decode("ascii").strip()
        if 4 <= len(rev) < 40 and not rev.lower().strip(_HEX) and self._begins_many(rev):
            raise StoreError(
                f"{rev} is ambiguous: several objects begin so", hint=f"git rev-parse --disambiguate={rev}"
            )
        if self.head() is None and rev.upper().startswith("HEAD"):
            raise StoreError(f"{rev}: there is no commit yet", hint="git commit")
        raise StoreError(f"{rev}: no such commit", hint="git log --oneline")

    def revisions(self, selection: str | None = None, *, limit: int | None = None) -> list[str]:
        """Commit ids, newest first, as `git rev-list` orders them, of `selection` (default: HEAD).

        `selection`: words apart by blanks, each ``A..B``, ``A...B``, ``^X``, ``X^@``, a revision (its whole history), or
        ``--all``, ``--branches``, ``--tags``, ``--remotes``. Raises `StoreError`.
        """
        words = (selection or "HEAD").split()
        if selection is None and self.head() is None:
            return []
        for word in words:
            if word.startswith("-") and word not in ("--all", "--branches", "--tags", "--remotes"):
                raise StoreError(f"{word!r} is no revision", hint="git help revisions")
        options = [] if limit is None else [f"--max-count={limit}"]
        try:
            out = self.git.run(["rev-list", *options, *words, "--"])
        except StoreError as error:
            raise StoreError(
                f"{selection}: no such range of commits ({error.message})", hint="git help revisions"
            ) from error
        return out.decode("ascii", "replace").split()

    def history(self, tips: Sequence[str], without: Sequence[str] = ()) -> list[tuple[str, list[str]]]:
        """(commit, its parents) of all that `tips` (commit ids) reach and `without` do not, parents before children.

        What another parent of a merge brings stands right before the merge: the history of a commit begins with that of its first parent.
        Raises `StoreError`.
        """
        if not tips:
            return []
        named = [*tips, *(f"^{commit}" for commit in without)]
        out = self.git.run(
            ["rev-list", "--topo-order", "--reverse", "--parents", "--stdin"], data="\n".join(named).encode()
        )
        rows = [line.split() for line in out.decode("ascii", "replace").splitlines()]
        return [(row[0], row[1:]) for row in rows if row]

    def code(self) -> list[str]:
        """All commits that HEAD and refs lead to, newest first, but those of notes and of git traj itself. Raises `StoreError`."""
        apart = ["--exclude=refs/notes/*", "--exclude=refs/gittraj/*"]
        return self.git.run(["rev-list", *apart, "--all", "--"]).decode("ascii", "replace").split()

    def tips(self) -> list[str]:
        """The commits that HEAD, branches, tags and remote branches point to, newest first. Raises `StoreError`."""
        head = self.head()
        words = ["--branches", "--tags", "--remotes", *([head] if head else [])]
        return self.git.run(["rev-list", "--no-walk", *words, "--"]).decode("ascii", "replace").split()

    def head(self) -> str | None:
        """The commit HEAD points to, None before the first one. Raises `StoreError`."""
        return self.backend.head()

    def ref(self, name: str) -> str:
        """The commit that a full ref name points to, "" where there is no such ref or it leads to no commit."""
        return self.backend.commit_at(name)

    def branch(self) -> str:
        """The branch HEAD is on, without ``refs/heads/``; "" where it is detached."""
        return self.backend.branch().removeprefix("refs/heads/")

    def _begins_many(self, prefix: str) -> bool:
        return self.git.run(["rev-parse", f"--disambiguate={prefix}"]).count(b"\n") > 1
