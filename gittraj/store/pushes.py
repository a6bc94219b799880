"""What a push brings: the ids that refs would point to go in, the commits that are new by them come out."""

from collections.abc import Iterable

from gittraj.errors import StoreError
from gittraj.store.repository import TAG_LIMIT, Repository


def commit_of(repository: Repository, oid: str) -> str:
    """The commit that an object is or that a tag leads to; "" where it leads to a tree or a blob. Raises `StoreError` for what is not here."""
    for _ in range(TAG_LIMIT):
        kind, data = repository.raw(oid)
        if kind == "commit":
            return oid
        if kind != "tag":
            return ""
        oid = data.partition(b"\n")[0].removeprefix(b"object ").decode("ascii", "replace")
    raise StoreError(f"a tag of more than {TAG_LIMIT} tags", hint="git cat-file -p TAG")


def new_commits(repository: Repository, tips: Iterable[str], known: Iterable[str]) -> list[str]:
    """The commits that `tips` reach and `known` do not, parents before children.

    `known`: commit ids (those that are not here are left out), or ``--remotes=NAME`` and its like. Raises `StoreError`.
    """
    wanted = list(dict.fromkeys(tips))
    if not wanted:
        return []
    there = [one for one in known if one.startswith("--") or repository.has_commit(one)]
    options = [one for one in there if one.startswith("--")]
    # ids through standard input: a push of ten thousand refs does not fit a command line
    lines = [*wanted, *(f"^{one}" for one in there if not one.startswith("--"))]
    arguments = ["rev-list", "--reverse", "--topo-order", "--stdin"]
    if options:
        arguments += ["--not", *options, "--not"]
    out = repository.git.run(arguments, data="".join(f"{line}\n" for line in lines).encode("ascii"))
    return out.decode("ascii", "replace").split()


def parents_first(repository: Repository, commits: Iterable[str]) -> list[str]:
    """The same commits, each once, parents before children wherever both are among them. Raises `StoreError`."""
    wanted, done = dict.fromkeys(commits), dict[str, None]()
    for first in wanted:
        stack = [first]
        while stack:
            waiting = [one for one in repository.commit(stack[-1]).parents if one in wanted and one not in done]
            if waiting:
                stack += waiting
            else:
                done[stack.pop()] = None
    return list(done)
