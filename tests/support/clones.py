"""A bare remote and clones of it: items go into notes, and pushes and fetches are the real ones."""

from collections.abc import Iterable
from pathlib import Path

from gittraj.codec import framing
from gittraj.flows import sync
from gittraj.flows.wiring import House, open_house
from gittraj.store.notes import REF
from tests.support.repo_builder import Repo


def item(name: str, size: int = 0) -> bytes:
    """An item of a note that tells its name: a byte string."""
    return framing.body(name.encode() + bytes(size))


class Clones:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.remote = Repo.init(folder / "remote.git", "--bare")
        first = Repo.init(folder / "first")
        self.commit = first.commit("First", {"a.txt": "a\n"})
        first.git("push", "-q", str(self.remote.path), "HEAD:refs/heads/main")

    def clone(self, name: str, *options: str) -> Repo:
        path = self.folder / name
        self.remote.git("clone", "-q", *options, f"file://{self.remote.path}", str(path))
        return Repo(path)

    def house(self, repo: Repo) -> House:
        return open_house(str(repo.path), interactive=False)

    def add(self, repo: Repo, commit: str, *names: str) -> None:
        self.house(repo).notes.append(commit, [item(name) for name in names], message="m")

    def push(self, repo: Repo, remote: str | None = None):
        return sync.push(self.house(repo), remote)

    def fetch(self, repo: Repo, remote: str | None = None):
        return sync.fetch(self.house(repo), remote)

    def names(self, repo: Repo, ref: str = REF) -> dict[str, set[str]]:
        """Annotated id → names of the items, as git itself gives the notes."""
        found: dict[str, set[str]] = {}
        for line in repo.git("notes", f"--ref={ref}", "list", check=False).splitlines():
            blob, commit = line.split()
            parts = framing.read(repo.raw("cat-file", "blob", blob))
            assert not parts.damage
            found.setdefault(commit, set()).update(
                framing.content(one).rstrip(b"\0").decode() for one in parts.items if one.kind == "body"
            )
        return {commit: names for commit, names in found.items() if names}  # a note of a signed head has none


def key(number: int) -> str:
    """The id of a commit that is nowhere."""
    return f"{number:040x}"


def united(*sides: dict[str, set[str]]) -> dict[str, set[str]]:
    result: dict[str, set[str]] = {}
    for side in sides:
        for commit, names in side.items():
            result.setdefault(commit, set()).update(names)
    return result


def some(numbers: Iterable[int]) -> list[str]:
    return [key(number) for number in numbers]
